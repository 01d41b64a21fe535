"""Texts of few values, which are numbers while a load lasts."""

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from finops.ingest import few_texts
from finops.ingest.layouts import ENUM, NOTHING, read_layouts
from tests.conftest import line, write_bill
from tests.ingest.bill_files import charges as read_charges
from tests.ingest.bill_files import load


def layout_of(*files, wanted=("text",)):
    [layout] = read_layouts(duckdb.connect(), list(files), files[0].parent, [""])
    return few_texts.few_texts(layout, lambda header: header in wanted)


def texts(layout):
    [field] = layout.fields
    rows = duckdb.sql(f"select cast({field.sql} as varchar) from {layout.scan} order by all")
    return field.type, [text for (text,) in rows.fetchall()]


def write(path, values, **options):
    pq.write_table(pa.table({"text": pa.array(values)}), path, **options)
    return path


def test_few_texts_are_an_enum_without_the_empty_one(tmp_path):
    file = write(tmp_path / "a.parquet", ["it's", "", None, "b", "한국"], row_group_size=2)
    assert texts(layout_of(file)) == (ENUM, ["b", "it's", "한국", None, None])


def test_texts_of_every_file_are_known(tmp_path):
    files = [write(tmp_path / f"{text}.parquet", [text]) for text in "ab"]
    assert texts(layout_of(*files)) == (ENUM, ["a", "b"])


def test_text_without_a_dictionary_is_known_too(tmp_path):
    file = write(tmp_path / "a.parquet", ["b", "a"], use_dictionary=False)
    assert texts(layout_of(file)) == (ENUM, ["a", "b"])


def test_binary_text_and_what_is_none(tmp_path):
    assert texts(layout_of(write(tmp_path / "a.parquet", [b"a", b"b"]))) == (ENUM, ["a", "b"])
    assert layout_of(write(tmp_path / "b.parquet", [b"a", b"\xff"])).fields[0].type == "VARCHAR"


def test_many_texts_stay_text(tmp_path, monkeypatch):
    monkeypatch.setattr(few_texts, "_FEW", 2)
    assert layout_of(write(tmp_path / "a.parquet", ["a", "b", "c"])).fields[0].type == "VARCHAR"
    long = [f"{number:0>40}" for number in range(1000)]
    assert layout_of(write(tmp_path / "b.parquet", long)).fields[0].type == "VARCHAR"


def test_two_columns_of_one_name_stay_text(tmp_path):
    columns = [pa.array(["a"]), pa.array(["b"])]
    pq.write_table(pa.Table.from_arrays(columns, ["text", "text"]), tmp_path / "a.parquet")
    layout = layout_of(tmp_path / "a.parquet")
    assert {field.type for field in layout.fields} == {"VARCHAR"}


def test_only_what_is_wanted_is_an_enum(tmp_path):
    file = write(tmp_path / "a.parquet", ["a"])
    assert layout_of(file, wanted=()).fields[0].type == "VARCHAR"


def test_files_whose_columns_differ_have_all_their_texts(tmp_path):
    one = line(identity_line_item_id="1", line_item_resource_id="a", pricing_unit="Hrs")
    other = line(identity_line_item_id="2", line_item_resource_id="b")
    write_bill(tmp_path / "in" / "a.parquet", [one])
    write_bill(tmp_path / "in" / "b.parquet", [other | {"line_item_tax_type": "VAT"}])
    load(tmp_path / "in", tmp_path / "warehouse")
    columns = "x_line_item_id, resource_id, pricing_unit, x_tax_type"
    assert read_charges(tmp_path / "warehouse", columns) == [
        ("1", "a", "Hrs", None),
        ("2", "b", None, "VAT"),
    ]


def test_a_column_of_empty_texts_holds_nothing(tmp_path):
    file = write(tmp_path / "a.parquet", ["", None], write_statistics=False)
    assert texts(layout_of(file)) == (NOTHING, [None, None])
