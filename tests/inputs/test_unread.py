"""A file of mappings/, business/ or invoices/ that nothing reads is named."""

from typer.testing import CliRunner

import finops
from finops.cli import app
from finops.inputs.unread import unread
from tests.conftest import line, write_bill


def test_files_that_nothing_reads_are_named_with_what_was_meant(tmp_path):
    for name in (
        "mappings/rules.csv",
        "mappings/rule.csv",
        "mappings/rules.xlsx",
        "mappings/Teams.csv",
        "mappings/.hidden",
        "mappings/~$rules.xlsx",
        "business/orders.parquet",
        "business/orders.json",
        "business/cloudtrail/log.json",
        "business/minutes.txt",
        "bussiness/budgets.csv",
        "Inventory/list.csv",
        "invoices/2026-10.json",
        "invoices/2026-10.pdf",
        "notes/readme.md",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_text("")
    (tmp_path / "bill").mkdir()
    assert unread(tmp_path) == [
        "Not read: Inventory; did you mean inventory?",
        "Not read: mappings/Teams.csv; did you mean mappings/teams.csv?",
        "Not read: mappings/rule.csv; did you mean mappings/rules.csv?",
        "Not read: mappings/rules.xlsx; did you mean mappings/rules.csv?",
        "Not read: business/minutes.txt; nothing here has that name.",
        "Not read: business/orders.json; did you mean business/orders.csv?",
        "Not read: invoices/2026-10.pdf; an invoice is read as the JSON of AWS's Invoicing API "
        "or the CSV of its console.",
    ]


def test_build_and_status_name_them(project):
    (project / "mappings").mkdir()
    (project / "mappings" / "rule.csv").write_text("rule_id,priority,team\n")
    with finops.connect(project) as warehouse:
        warehouse.load(write_bill(project / "bill.parquet", [line()]))
    for command in ("build", "status"):
        found = CliRunner().invoke(app, [command, "--project", str(project)])
        said = " ".join(found.output.split())
        assert "Not read: mappings/rule.csv; did you mean mappings/rules.csv?" in said
