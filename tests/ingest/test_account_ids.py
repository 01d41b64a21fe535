"""An account id that a spreadsheet has changed is named, or refused where its digits are lost."""

import pytest

from finops.errors import BadSource
from tests.conftest import line, write_bill
from tests.ingest.bill_files import load


def record_of(tmp_path, account):
    bill = write_bill(tmp_path / "in/bill.parquet", [line(line_item_usage_account_id=account)])
    [record] = load(bill, tmp_path / "warehouse")
    return record


def test_id_without_its_zero_is_named(tmp_path):
    [_, note] = record_of(tmp_path, "11254002932")["assumptions"]
    assert note.startswith("account 11254002932 has 11 digits") and "011254002932" in note


def test_rounded_id_is_refused(tmp_path):
    with pytest.raises(BadSource, match=r"rounded the account id 1\.1254E\+10"):
        record_of(tmp_path, "1.1254E+10")


def test_whole_id_needs_no_note(tmp_path):
    assert len(record_of(tmp_path, "011254002932")["assumptions"]) == 1
