"""However a bill is split, copied and delivered again: its sum, or a refusal that names the files."""

from decimal import Decimal

import duckdb
import pytest

from finops import connect
from finops.errors import FinopsError
from finops.ingest.charge_files import charge_paths
from finops.ingest.deliveries import read_records
from tests.ingest.random_splits import split_bill

CASES = 60


def loaded(project, folder):
    """The sum of what counts after a load, or the error of the load."""
    try:
        connect(project).load(folder)
    except FinopsError as error:
        return str(error)
    records = read_records(project / "warehouse")
    current = [one for one in records if one["status"] == "current"]
    files = [str(project / name) for one in current for name in charge_paths(one)]
    [(total,)] = duckdb.execute("select sum(billed_cost) from read_parquet(?)", [files]).fetchall()
    return Decimal(total)


@pytest.mark.parametrize("seed", range(CASES))
def test_split_bill_gives_its_sum_or_is_refused_by_name(tmp_path, project, seed):
    split = split_bill(tmp_path / "in", seed)
    found = loaded(project, split.folder)
    if isinstance(found, str):
        assert "may bill the same usage" in found or "hold some of the same lines" in found, found
    else:
        assert found == split.total, split.story
