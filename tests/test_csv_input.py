"""CSV files that people edit: what spreadsheets leave is read, and what can't be is named."""

from datetime import date

import pytest

from finops.csv_input import Currency, Date, Name, Row, Whole, read_rows
from finops.errors import BadInput
from finops.inputs.mappings import read_mappings


class Promotion(Row):
    name: Name
    day: Date
    places: Whole = 0
    currency: Currency = "USD"


def rows(tmp_path, data):
    path = tmp_path / "promotions.csv"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    found = read_rows(path, Promotion)
    return [(one.line, one.name, str(one.day), one.places, one.currency) for one in found]


@pytest.mark.parametrize(
    "data",
    [
        "name,day,places\r\nA,2026-10-01,5\r\nB,2026-10-02,6\r\n",
        "name,day,places\rA,2026-10-01,5\rB,2026-10-02,6",
        "\ufeffname,day,places\nA,2026-10-01,5\nB,2026-10-02,6\n",
        " name ,day,places,,\nA,2026-10-01,5,,\nB,2026-10-02,6,,\n,,,,\n,,,,\n\n",
        'name,day,places\n"A","2026-10-01","5"\n"B",2026-10-02,6\n',
    ],
    ids=["windows", "old-mac", "mark", "blank-cells", "quotes"],
)
def test_what_spreadsheets_leave_is_read(tmp_path, data):
    assert rows(tmp_path, data) == [
        (2, "A", "2026-10-01", 5, "USD"),
        (3, "B", "2026-10-02", 6, "USD"),
    ]


def test_a_line_is_where_its_row_begins(tmp_path):
    data = 'name,day\n"A\nbig one",2026-10-01\n\nB,2026-10-02\n'
    assert [one[0] for one in rows(tmp_path, data)] == [2, 5]


def test_currencies_are_read_in_any_case(tmp_path):
    assert rows(tmp_path, "name,day,currency\nA,2026-10-01,usd\n")[0][-1] == "USD"


ROW = "A,2026-10-01,5"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (
            "name,day,places\n가,2026-10-01,5\n".encode("utf-16"),
            "saved as UTF-16. Save it as UTF-8",
        ),
        (
            "name,day,places\nA,2026-10-01,5\n".encode("utf-16-le"),
            "saved as UTF-16. Save it as UTF-8",
        ),
        (
            "name,day,places\nA,2026-10-01,5\n가,2026-10-02,6\n".encode("cp949"),
            "line 3 is not UTF-8",
        ),
        (f"name;day;places\n{ROW}\n", "line 1: semicolons part the columns"),
        (f"name\tday\tplaces\n{ROW}\n", "line 1: tabs part the columns"),
        ("", "line 1: missing name, day"),
        ("name\nA\n", "line 1: missing day"),
        (f"name,day,place\n{ROW}\n", "line 1: unknown place"),
        (f"name,day,day\n{ROW}\n", "line 1: column day is there twice"),
        (f"name,,day\n{ROW}\n", "line 1: column 2 has no name"),
        (f"name,day,places\n#{ROW}\n", "line 2 begins with #"),
        (f"name,day,places\n{ROW},6\n", "line 2: not as many values"),
        ("name,day,places\nA,2026-10-01\n", "line 2: not as many values"),
        (f'name,day,places\n{ROW}\n"B,2026-10-02,6\n{ROW}\n', "line 3: not readable as CSV"),
        (f"name,day,places\n{ROW}\nB\0,2026-10-02,6\n", "line 3 holds a NUL"),
        (
            f"name,day,places\n{'A' * 10_000_000},2026-10-01,5\n",
            "line 2: not readable as CSV: field",
        ),
        ("name,day,places\n,2026-10-01,5\n", "line 2: name ''"),
        ("name,day,places\nA,0026-10-01,5\n", "line 2: day '0026-10-01'"),
        ("name,day,places\nA,9999-12-31,5\n", "line 2: day '9999-12-31'"),
        ("name,day,places\nA,2026-02-30,5\n", "line 2: day '2026-02-30'"),
        ("name,day,places\nA,86400,5\n", "line 2: day '86400': a day is written like"),
        ("name,day,places\nA,10/1/2026,5\n", "line 2: day '10/1/2026': a day is written like"),
        ("name,day,places\nA,2026-10-01,99999999999999999999\n", "line 2: places '9999999999"),
        ("name,day,places\nA,2026-10-01,1e999999\n", "line 2: places '1e999999'"),
        ('name,day,places\nA,2026-10-01,"1,000"\n', "line 2: places '1,000'"),
        ("name,day,places\nA,2026-10-01,$5\n", "line 2: places '$5'"),
        ("name,day,places\nA,2026-10-01,nan\n", "line 2: places 'nan'"),
        ("name,day,currency\nA,2026-10-01,US$\n", "line 2: currency 'US$': a currency is written"),
    ],
)
def test_what_can_not_be_read_is_named(tmp_path, data, said):
    with pytest.raises(BadInput) as error:
        rows(tmp_path, data)
    assert said in str(error.value)
    assert len(str(error.value)) < 400


def test_what_is_no_file_is_named(tmp_path):
    mappings = tmp_path / "mappings"
    mappings.mkdir()
    for make, said in (
        (lambda path: path.mkdir(), "rules.csv can't be read: Is a directory"),
        (lambda path: path.symlink_to(path), "rules.csv can't be read: Too many levels"),
        (lambda path: path.symlink_to("gone.csv"), "rules.csv can't be read: No such file"),
    ):
        make(mappings / "rules.csv")
        with pytest.raises(BadInput, match=said):
            read_mappings(mappings)
        is_link = (mappings / "rules.csv").is_symlink()
        (mappings / "rules.csv").unlink() if is_link else (mappings / "rules.csv").rmdir()


def test_a_file_in_place_of_the_folder_is_named(tmp_path):
    (tmp_path / "mappings").write_text("")
    with pytest.raises(BadInput, match="mappings is no folder"):
        read_mappings(tmp_path / "mappings")


def test_an_absent_file_has_no_rows(tmp_path):
    assert read_rows(tmp_path / "promotions.csv", Promotion) == []


def test_days_that_hold_may_be_open_ends(tmp_path):
    (tmp_path / "teams.csv").write_text("team\na\n")
    (tmp_path / "account_defaults.csv").write_text(
        "sub_account_id,team,valid_from,valid_to\n1,a,1970-01-01,9999-12-31\n"
    )
    (found,) = read_mappings(tmp_path).account_defaults
    assert (found.valid_from, found.valid_to) == (date(1970, 1, 1), date(9999, 12, 31))
