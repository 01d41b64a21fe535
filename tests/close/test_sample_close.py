"""The sample's August is closed on its first delivery, and September says what was wrong with it."""

import json
import shutil
from decimal import Decimal

import pytest
from typer.testing import CliRunner

import finops
from finops.cli import app
from finops.close.month import prepare
from tests.conftest import SAMPLE

CUR2 = SAMPLE / "bill/cur2/delivery-hourly/data"


def list_payments(project, *months):
    """Leave the payments of these months' invoices in the project: no bill has the others."""
    invoices = "".join((SAMPLE / f"invoices/{month}.json").read_text() for month in months)
    header, *rows = (SAMPLE / "business/payments.csv").read_text().splitlines(keepends=True)
    kept = [row for row in rows if f'"{row.partition(",")[0]}"' in invoices]
    (project / "business/payments.csv").write_text("".join([header, *kept]))


@pytest.fixture(scope="module")
def closed_august(tmp_path_factory):
    """A project whose August is closed with what was delivered on 2 September, then restated."""
    project = tmp_path_factory.mktemp("close")
    for name in ("mappings", "business", "inventory"):
        shutil.copytree(SAMPLE / name, project / name)
    shutil.copyfile(SAMPLE / "finops.toml", project / "finops.toml")
    first = next((CUR2 / "BILLING_PERIOD=2026-08").glob("2026-09-02*"))
    legacy = SAMPLE / "bill/cur"
    runs = []
    list_payments(project, "2026-07")
    with finops.connect(project) as warehouse:
        warehouse.load(legacy, billing_period="2026-07")
        warehouse.load(first)
        warehouse.build()
    for option in ([], ["--accrue"], ["--accrue"]):
        command = ["close", "2026-08", "--project", str(project), *option]
        result = CliRunner().invoke(app, command)
        runs.append((result.exit_code, result.output, str(result.exception)))
        # Its traceback would keep the build open that the next one replaces.
        del result
    list_payments(project, "2026-07", "2026-08", "2026-09")
    with finops.connect(project) as warehouse:
        warehouse.load(SAMPLE / "bill", billing_period="2026-08")
        warehouse.load(SAMPLE / "bill", billing_period="2026-09")
        warehouse.build()
    return project, runs


def test_the_command_refuses_accrues_and_refuses_again(closed_august):
    project, (refused, closed, again) = closed_august
    assert "356,153 of 356,153 lines have no invoice yet" in refused[2]
    assert closed[0] == 0
    assert f"{project}/closed/2026-08/close.json" in closed[1]
    assert "2026-08 is closed already" in again[2]
    assert json.loads((project / "closed/2026-08/close.json").read_text())["is_final"] is False


def test_the_invoice_takes_the_place_of_the_accrual_and_the_rest_is_the_true_up(closed_august):
    with finops.connect(closed_august[0]) as warehouse:
        september = prepare(warehouse, "2026-09")
        month = warehouse.status().set_index("billing_period").loc["2026-08"]
        bill = month["billed_cost"] + month["x_billed_tax"]
        first = warehouse.sql(
            "select source_unblended_cost from ledger.deliveries "
            "where billing_period = '2026-08' and status = 'superseded'"
        )
    assert len(first) == 1
    lines = september.journal[september.journal["billing_period"] == "2026-08"]
    payable = lines[lines["entry"] == "accounts_payable"]
    assert sum(payable["billing_credit"]) == Decimal("2597501.51")
    # Each of the two invoices is rounded to the cent.
    assert abs(sum(payable["billing_credit"]) - bill) < Decimal("0.01")
    accruals = september.accruals
    assert (accruals["x_accrued"] + accruals["x_reversed"] == 0).all()
    assert accruals["x_true_up"].sum() == accruals["x_invoiced"].sum() - accruals["x_accrued"].sum()
    # What has been reversed leaves nothing accrued.
    accrued = lines[lines["entry"] == "accrued_liability"]
    assert sum(accrued["billing_debit"]) == Decimal(int(accruals["x_accrued"].sum())).scaleb(-2)


def test_the_restatement_is_explained_by_service_and_account(closed_august):
    with finops.connect(closed_august[0]) as warehouse:
        restated = prepare(warehouse, "2026-09").restated["2026-08"]
    changes = restated.groupby("service_name")["x_billed_cost_change"].sum()
    assert changes["AWS Support (Enterprise)"] > 80_000


def test_fees_older_than_a_real_bill_are_amortised_as_it_does(real_project):
    with finops.connect(real_project) as warehouse:
        found = prepare(warehouse, "2018-11", draft=True)
    assert set(found.prepaid["x_term_hours"]) == {8760}
    assert list(found.prepaid["x_upfront_coins"])[:2] == [6000, 44_600]
    hours = Decimal(int(found.prepaid["x_amortised"].sum())).scaleb(-2)
    assert hours == Decimal("127.23")
    assert set(found.amortised["x_basis"]) == {"bill"}
    # Month ends and the bill's amount are rounded each.
    assert set(found.amortised["x_difference_coins"]) <= {-1, 0, 1}
