"""Damaged, odd and hostile files end in one line that says which and why."""

import gzip
import zipfile

import duckdb
import pytest

import finops
from finops.alerts import jira
from finops.errors import BadInput, BadSource, NotDelivered
from finops.incidents.cloudtrail import read_trail
from finops.inputs.inventory import load_inventory
from finops.inputs.mappings import read_mappings
from finops.invoice.files import read_invoices
from finops.json_text import BadJson, read_json
from finops.settings import read_settings
from tests.conftest import line, write_bill
from tests.ingest.bill_files import bill

BILL = bill().encode()
DEEP = "[" * 10_000 + "]" * 10_000


def load(project, name, data):
    path = project / "in" / name
    path.parent.mkdir(parents=True)
    path.write_bytes(data)
    with finops.connect(project) as warehouse:
        return warehouse.load(project / "in")


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("bill.csv.gz", gzip.compress(gzip.compress(BILL)), "was compressed twice. Unpack it once"),
        ("bill.csv", BILL.decode().encode("utf-16"), "is saved as UTF-16. Save it as UTF-8"),
        ("bill.csv", BILL.decode().encode("utf-16-le"), "is saved as UTF-16. Save it as UTF-8"),
        ("bill.csv", BILL.decode().encode("utf-16-be"), "is saved as UTF-16. Save it as UTF-8"),
        ("bill.csv", BILL.replace(b"1.5", b"1e999999"), "such as '1e999999' in row 2"),
        ("bill.parquet", b"PAR1", "can't be read as Parquet"),
    ],
)
def test_a_bill_that_can_not_be_read_is_named(project, name, data, said):
    with pytest.raises(BadSource, match=said):
        load(project, name, data)


def test_a_zip_with_another_checksum_is_refused(project):
    path = project / "in" / "bill.zip"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("bill.csv", BILL)
    path.write_bytes(path.read_bytes().replace(b"1.5", b"9.5"))
    with (
        finops.connect(project) as warehouse,
        pytest.raises(BadSource, match=r"bill\.zip can't be"),
    ):
        warehouse.load(project / "in")


@pytest.mark.parametrize("folder", ["2026-13-45T99:99:99Z", "20261345T999999Z"])
def test_a_folder_named_after_no_time_is_a_folder(project, folder):
    assert load(project, f"{folder}/bill.csv", BILL)["source_rows"].tolist() == [1]


@pytest.mark.parametrize("name", ["bill[1]", "d?", "r-*", "{a,b}"])
@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_name_is_a_name(project, name, ending):
    for one, cost in ((name, 1.0), ("bill1", 20.0), ("dx", 300.0), ("r-1", 4000.0), ("a", 50000.0)):
        row = line(line_item_unblended_cost=cost, line_item_resource_id=one)
        path = write_bill(project / "in" / f"{one}.parquet", [row])
        if ending == "csv":
            table = duckdb.read_parquet(str(path).replace("[", "[[]")) if one == name else None
            table = table or duckdb.read_parquet(str(path))
            table.write_csv(str(path.with_suffix(".csv")))
            path.unlink()
    with finops.connect(project) as warehouse:
        records = warehouse.load(project / "in")
    assert [float(one) for one in records["source_unblended_cost"]] == [54321.0]


@pytest.mark.parametrize(
    ("text", "said"),
    [(DEEP, "nested too deep"), ("9" * 5000, "digits"), ("{", "Expecting"), ('"\ud800', "")],
)
def test_json_that_can_not_be_read_says_why(text, said):
    with pytest.raises(BadJson, match=said):
        read_json(text)


@pytest.mark.parametrize(
    "text", [DEEP, '{"Results": ["' + DEEP + '"]}', '{"Resources": [1e999999]}', "\x00", ""]
)
def test_an_inventory_that_can_not_be_read_is_named(tmp_path, text):
    (tmp_path / "list.json").write_text(text)
    with duckdb.connect() as con, pytest.raises(BadInput, match=r"list\.json"):
        load_inventory(con, tmp_path)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", DEEP),
        ("a.json", '{"InvoiceSummaries": [{"BaseCurrencyAmount": {"TotalAmount": 1e999999}}]}'),
        ("a.csv", "one column\n1\n"),
        ("a.csv", ""),
        ("a.csv", '"never closed\n'),
    ],
)
def test_an_invoice_that_can_not_be_read_is_named(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(BadInput, match=rf"a\.{path.suffix[1:]}"):
        read_invoices([path])


@pytest.mark.parametrize("answer", [DEEP, "{", "[]", '{"issues": 5}', '{"issues": [{"key": 1}]}'])
def test_an_answer_of_a_server_that_can_not_be_read_is_not_delivered(monkeypatch, answer):
    monkeypatch.setattr(jira, "request", lambda *_, **__: answer.encode())
    message = {"event": "end", "incident": {"id": "i"}, "message_id": "m"}
    with pytest.raises(NotDelivered, match="its answer is"):
        jira.send(message, address="http://x", token="t" * 3, project="P", kind="Task")


@pytest.mark.parametrize("text", [DEEP, '{"Records": ' + DEEP + "}", "", "\x00"])
def test_a_cloudtrail_log_that_can_not_be_read_is_named(tmp_path, text):
    (tmp_path / "log[1].json").write_text(text)
    with pytest.raises(BadInput, match=r"log\[1\]\.json is no CloudTrail log"):
        read_trail(tmp_path)


def test_an_inventory_that_leads_nowhere_is_named(tmp_path):
    (tmp_path / "list.csv").symlink_to("list.csv")
    with duckdb.connect() as con, pytest.raises(BadInput, match=r"list\.csv is a link that leads"):
        load_inventory(con, tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a = " + "[" * 10_000, "not valid TOML: it is nested too deep"),
        ("a = " + "9" * 5000, "not valid TOML"),
        ('company = "a\x00b"', "not valid TOML"),
        ('reporting_currency = "won"\ntimezone = "../x"', "timezone '../x' is unknown"),
        ('reporting_currency = "₩"', "reporting_currency '₩': a currency is written like USD"),
    ],
)
def test_settings_that_can_not_be_read_are_named(tmp_path, text, said):
    (tmp_path / "finops.toml").write_text(text)
    with pytest.raises(BadInput, match=said):
        read_settings(tmp_path)


def test_a_currency_in_small_letters_is_the_currency(tmp_path):
    (tmp_path / "finops.toml").write_text('reporting_currency = "krw"')
    assert read_settings(tmp_path).reporting_currency == "KRW"


def test_a_file_without_the_right_to_read_it_is_named(tmp_path, monkeypatch):
    (tmp_path / "teams.csv").write_text("team\n")

    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("pathlib.Path.read_bytes", refuse)
    with pytest.raises(BadInput, match=r"teams\.csv can't be read: Permission denied"):
        read_mappings(tmp_path)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        (
            "business/planned_changes.csv",
            "start,end,team,aws_service,monthly,currency,name\n2026-10-05,2026-10-01,,EC2,5,USD,x\n",
            "line 2: it ends before it starts",
        ),
        ("business/payments.csv", "invoice_id,invoice_rate\nA,1e999999\n", "line 2: invoice_rate"),
        ("business/contracts.csv", "kind,name,value\ntax,x,$5\n", "line 2: value"),
        ("business/contracts.csv", "kind,name,value,valid_to\ntax,x,1,86400\n", "line 2: valid_to"),
        ("mappings/accounts.csv", "entry,account_code\ncloud,1\n", "unknown entry 'cloud'"),
        ("mappings/support_tiers.csv", "service_code,above,share,minimum\nx,1e99,0,0\n", "above"),
    ],
)
def test_files_that_no_table_is_made_of_are_read_by_a_build(project, name, text, said):
    (project / name).parent.mkdir()
    (project / name).write_text(text)
    load(project, "bill.csv", BILL)
    with finops.connect(project) as warehouse, pytest.raises(BadInput, match=said):
        warehouse.build()
