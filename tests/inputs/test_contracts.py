"""A wrong line of business/contracts.csv is refused with file and line."""

import datetime as dt

import pytest

from finops.csv_input import columns
from finops.errors import BadInput
from finops.inputs.contracts import FILE, KINDS, Contract, read_contracts
from tests.conftest import ROOT

HEADER = "kind,name,service,above,value,valid_from,valid_to,note\n"


def read(folder, *lines):
    (folder / "business").mkdir()
    (folder / "business" / "contracts.csv").write_text(
        HEADER + "".join(f"{one}\n" for one in lines)
    )
    return read_contracts(folder)


def test_columns_and_kinds_are_in_both_readmes():
    for name in ("README.md", "README.ko.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert f"| `{FILE}` |" in text
        assert f"`{','.join(columns(Contract))}`" in text
        assert [one for one in KINDS if f"`{one}`" not in text] == []


def test_no_file_is_no_contract(tmp_path):
    assert read_contracts(tmp_path) == []


def test_moments_are_utc_and_open_ends_stay_open(tmp_path):
    (one,) = read(tmp_path, "commitment,arn,,,2.5,2026-01-13T14:00+09:00,,note")
    assert one.valid_from == dt.datetime(2026, 1, 13, 5)
    assert one.valid_to is None
    assert one.runs_in("2026-01")
    assert not one.runs_in("2025-12")


def test_a_credit_that_ended_with_a_month_does_not_run_in_the_next(tmp_path):
    (one,) = read(tmp_path, "credit,c,,,5,2026-01-01,2026-02-01,")
    assert one.runs_in("2026-01")
    assert not one.runs_in("2026-02")
    assert one.ended("2026-02")
    assert not one.ended("2026-01")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("gift,a,,,1,,,", "line 2: kind 'gift'"),
        ("rate,,,,1,,,", "line 2: a row of kind rate needs a name"),
        ("commitment,arn,,,,,,", "line 2: a row of kind commitment needs a value"),
        ("rate,a,,,x,,,", "line 2: value 'x'"),
        ("rate,a,,-1,1,,,", "line 2: above '-1'"),
        ("credit,a,,,1,2026-02-01,2026-01-01,", "line 2: valid_to is not after valid_from"),
        ("rate,a,,,1,soon,,", "line 2: valid_from 'soon'"),
    ],
)
def test_a_wrong_line_is_refused(tmp_path, line, said):
    with pytest.raises(BadInput, match=said):
        read(tmp_path, line)


def test_one_thing_is_agreed_once(tmp_path):
    with pytest.raises(BadInput, match=r"line 3: .* is already on line 2"):
        read(tmp_path, "tax,AWS,,,0.1,,,", "tax,AWS,,,0.2,,,")
