"""Whatever a query answers is shown, in each format."""

import io
import json
from decimal import Decimal

import duckdb
import pyarrow as pa
import pytest
from rich.console import Console

from finops.report.kit import answers
from finops.sql import printable


def ask(query):
    con = duckdb.connect()
    con.execute("set TimeZone = 'UTC'")
    return printable(con, query, {})


def shown(query):
    stream = io.StringIO()
    Console(file=stream, width=80).print(answers.table(ask(query)))
    return [line.split() for line in stream.getvalue().splitlines() if line.strip()]


def as_json(query):
    def refuse(word):
        raise AssertionError(word)

    return json.loads(answers.json_text(ask(query)), parse_constant=refuse)


JOIN = "select * from (select 1 as a, 'x' as b) as l join (select 1 as a, 'y' as b) as r using (a)"


def test_columns_of_one_name_are_all_shown():
    assert shown(JOIN)[2] == ["1", "x", "y"]
    assert answers.csv_text(ask(JOIN)) == "a,b,b\n1,x,y\n"
    assert as_json(JOIN) == [{"a": 1, "b": "x", "b_1": "y"}]
    assert as_json("select 1 as a, 2 as a, 3 as a_1") == [{"a": 1, "a_2": 2, "a_1": 3}]


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("timestamp '2026-10-05 01:00:00' - timestamp '2026-10-01'", "4 days 01:00:00"),
        ("interval '1 year 2 days'", "1 year 2 days"),
        ("'infinity'::timestamp", "infinity"),
        ("'20000-01-01'::date", "20000-01-01"),
        ("date '2026-10-05'", "2026-10-05"),
        ("timestamp '2026-10-05 00:00:00'", "2026-10-05 00:00:00"),
        ("'\\x00a'::blob", "\\x00a"),
        ("'101'::bit", "101"),
        ("union_value(a := 1)", "1"),
        ("map([[1]], [2])", "{[1]=2}"),
        ("[interval 1 day]", "[1 day]"),
        ("1/0", "inf"),
        ("-1/0", "-inf"),
        ("'nan'::double", "nan"),
    ],
)
def test_value_that_json_has_no_word_for_is_its_text(query, text):
    rows = f"select {query} as x"
    assert as_json(rows) == [{"x": text}]
    assert answers.csv_text(ask(rows)) == f"x\n{text}\n"
    assert " ".join(shown(rows)[2]) == text


def test_nested_values_and_exact_decimals():
    rows = "select {'a': [1.5, null], 'b': map(['t'], ['=1'])} as x, 1.10::decimal(9, 2) as y, null as z"
    assert as_json(rows) == [{"x": {"a": ["1.5", None], "b": {"t": "=1"}}, "y": "1.10", "z": None}]
    text = '{""a"": [""1.5"", null], ""b"": {""t"": ""=1""}}'
    assert answers.csv_text(ask(rows)) == f'x,y,z\n"{text}",1.10,\n'


def test_no_number_in_a_list_is_lost_in_json():
    assert as_json("select [1/0, 2] as x") == [{"x": ["inf", 2.0]}]


def test_tags_print_as_a_dict_and_as_json_in_csv():
    tags = pa.array([[("team", "order")], None], pa.map_(pa.string(), pa.string()))
    rows = pa.table({"tags": tags})
    stream = io.StringIO()
    Console(file=stream, width=80).print(answers.table(rows))
    assert "{'team': 'order'}" in stream.getvalue()
    assert answers.csv_text(rows) == 'tags\n"{""team"": ""order""}"\n""\n'


def test_no_cell_or_header_of_a_csv_is_a_formula():
    rows = pa.table({"=1+1": ["=HYPERLINK(1)", "+1", "@x", "\tx", "x"], "-y": [-1, 2, 3, 4, 5]})
    assert answers.csv_text(rows).splitlines() == [
        *("'=1+1,'-y", "'=HYPERLINK(1),-1", "'+1,2", "'@x,3", "'\tx,4", "x,5")
    ]


def test_no_text_of_a_table_moves_the_cursor():
    rows = pa.table({"\x1b[2Jname": ["\x1b[31mred\x07\x9b"], "n": [Decimal("1.50")]})
    stream = io.StringIO()
    Console(file=stream, width=80).print(answers.table(rows))
    assert "�[2Jname" in stream.getvalue() and "�[31mred��" in stream.getvalue()


def test_what_is_no_row_is_said():
    assert answers.table(ask("select 1 where false")) == "The query ran and no row matches."
    assert answers.csv_text(ask("select 1 as a where false")) == "a\n"
    assert as_json("select 1 where false") == []
