"""An estimate is kept as it was made: the same input gives the same one, and none is overwritten."""

from datetime import UTC, datetime

import pandas as pd
import pytest

from finops.errors import BadSource
from finops.forecast.estimate import estimate_of
from finops.forecast.vintages import keep, read_vintage, read_vintages, vintage_folder
from tests.forecast.knowns import days, known, series


@pytest.fixture
def made():
    rates = pd.DataFrame(
        [
            {
                "billing_period": "2026-09",
                "billing_currency": "USD",
                "x_reporting_currency": "KRW",
                "x_exchange_rate": pd.NA,
            }
        ]
    ).astype(object)
    rows = series(days("2026-07-01", "2026-10-31"), "10.0000000001")
    return estimate_of(known(rows, "2026-10-15", rates=rates))


def kept(project, made):
    folder = vintage_folder(project, made.as_of, made.vintage)
    keep(folder, vars(made))
    return folder


def test_kept_estimate_reads_as_it_was_made(made, tmp_path):
    keep(tmp_path / "one", vars(made))
    again = read_vintage(tmp_path / "one")
    pd.testing.assert_frame_equal(again["summary"], made.summary, check_dtype=False)
    pd.testing.assert_frame_equal(again["lines"], made.lines, check_dtype=False)
    assert again["notes"] == made.notes
    assert again["made_on"] == f"{datetime.now(tz=UTC):%Y-%m-%d}"
    assert made.notes["ko"] == (
        "business/orders.csv에 주문이 없습니다. 비용을 가장 잘 설명하는 것은 주문입니다.",
        "같은 예측이 빗나간 적이 없어 이번에 얼마나 빗나갈지 알 수 없으므로 구간이 없습니다.",
    )


def test_estimate_that_was_kept_with_english_notes_alone_can_be_read(made, tmp_path):
    keep(tmp_path / "one", vars(made) | {"notes": ["There are no orders."]})
    notes = ("There are no orders.",)
    assert read_vintage(tmp_path / "one")["notes"] == {"en": notes, "ko": notes}


def test_kept_estimate_is_never_written_again(made, tmp_path):
    folder = kept(tmp_path, made)
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()}
    keep(folder, vars(made) | {"notes": ("changed",)})
    assert {
        path: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()
    } == before
    assert len(read_vintages(tmp_path)) == 1


def test_estimate_of_other_input_is_another_vintage(tmp_path):
    rows = series(days("2026-07-01", "2026-10-31"), 10)
    for some in (rows, rows + series(["2026-10-01"], 1, aws="S3")):
        kept(tmp_path, estimate_of(known(some, "2026-10-15")))
    assert len(read_vintages(tmp_path)) == 2


def test_damaged_estimate_is_one_clear_error(made, tmp_path):
    folder = kept(tmp_path, made)
    (folder / "lines.parquet").write_bytes(b"PAR1")
    with pytest.raises(BadSource, match=r"can't be read.*Restore it from a backup"):
        read_vintages(tmp_path)
