"""What teams were charged stays as it was when the month was closed; changes are corrections."""

import csv
import hashlib
import io
import json
from decimal import Decimal
from functools import partial

import pytest
from typer.testing import CliRunner

from finops.cli import app
from finops.errors import BadInput
from finops.report.pack import close
from finops.report.statements import files
from finops.report.statements.files import write_statements
from finops.statements import statement
from finops.statements.statement import statements
from tests.fixtures.books import charge, copied, maker, write_company

SETTINGS = 'company = "Test"\nreporting_currency = "KRW"\npaying_cost_centre = "CC-pay"\n'
ACCOUNTS = {"1": "a", "2": "b"}


@pytest.fixture
def owned_project(project, tmp_path):
    """Return a function as of `close_project` with two teams and their accounts, and who pays AWS."""
    write_teams(project)
    return maker(project, tmp_path)


def write_teams(project):
    write_company(project)
    (project / "finops.toml").write_text(SETTINGS)
    (project / "mappings/teams.csv").write_text("team,kind,cost_centre\na,team,CC-a\nb,team,CC-b\n")
    own(project, ACCOUNTS)


@pytest.fixture(scope="module")
def september_once(tmp_path_factory):
    """A project of two teams whose September is closed. Only read it."""
    folder = tmp_path_factory.mktemp("kept")
    write_teams(folder / "project")
    warehouse = maker(folder / "project", folder)(bill("2026-09", 100, 50))
    close(warehouse, "2026-09")
    warehouse.close()
    return folder / "project"


@pytest.fixture
def closed_september(september_once, owned_project, project):
    """`owned_project` after September was closed: its warehouse."""
    return copied(september_once, owned_project, project)


def own(project, accounts):
    lines = "".join(f"{account * 12},{team}\n" for account, team in accounts.items())
    (project / "mappings/account_defaults.csv").write_text(f"sub_account_id,team\n{lines}")


def of_account(month, account, dollars, **values):
    return charge(month, dollars, line_item_usage_account_id=account * 12, **values)


def bill(month, first, second):
    return [of_account(month, "1", first), of_account(month, "2", second)]


def journal(folder, period):
    """Return month, cost centre, and debit less credit in money of the bill."""
    text = (folder / f"journal-{period}.csv").read_text(encoding="utf-8-sig")
    return [
        (
            row["billing_period"],
            row["x_cost_centre"],
            Decimal(row["billing_debit"] or 0) - Decimal(row["billing_credit"] or 0),
        )
        for row in csv.DictReader(io.StringIO(text))
    ]


def chargeback(warehouse, period, folder):
    write_statements(warehouse, period, folder, mode="chargeback")
    return journal(folder, period)


SEPTEMBER = [("2026-09", "CC-a", 100), ("2026-09", "CC-b", 50), ("2026-09", "CC-pay", -150)]
OCTOBER = [("2026-10", "CC-a", 10), ("2026-10", "CC-b", 20), ("2026-10", "CC-pay", -30)]


def test_statements_and_journal_are_kept_with_the_pack_and_its_hashes(closed_september, project):
    folder = project / "closed/2026-09"
    kept = folder / "statements"
    assert journal(kept, "2026-09") == SEPTEMBER
    names = {path.name for path in kept.iterdir()}
    assert {
        "2026-09-a-USD-showback-en.html",
        "2026-09-b-USD-chargeback-ko.xlsx",
        "2026-09-index-chargeback-en.html",
        "2026-09-executive-showback-ko.html",
        "reconciliation-2026-09.csv",
    } < names
    signed = json.loads((folder / "close.json").read_text())["files"]
    for name in names:
        digest = hashlib.sha256((kept / name).read_bytes()).hexdigest()
        assert signed[f"statements/{name}"] == digest


def test_a_changed_rule_leaves_a_closed_month_and_corrects_the_open_one(
    closed_september, owned_project, project, tmp_path
):
    own(project, {"1": "b", "2": "b"})
    warehouse = owned_project(bill("2026-10", 10, 20))
    assert chargeback(warehouse, "2026-09", tmp_path / "out") == SEPTEMBER
    again = (tmp_path / "out/2026-09-a-USD-chargeback-en.html").read_bytes()
    kept = project / "closed/2026-09/statements/2026-09-a-USD-chargeback-en.html"
    assert again == kept.read_bytes()
    october = [("2026-10", "CC-b", 30), ("2026-10", "CC-pay", -30)]
    moved = [("2026-09", "CC-a", -100), ("2026-09", "CC-b", 100)]
    assert chargeback(warehouse, "2026-10", tmp_path / "out") == [*october, *moved]
    page = (tmp_path / "out/2026-10-index-chargeback-en.html").read_text()
    assert "Corrections of closed months" in page
    assert "−100.00" in page
    # Once it is posted it is not posted again, and a rule that is put back corrects it back.
    close(warehouse, "2026-10")
    november = bill("2026-11", 1, 1)
    warehouse = owned_project(november)
    assert chargeback(warehouse, "2026-11", tmp_path / "out") == [
        ("2026-11", "CC-b", 2),
        ("2026-11", "CC-pay", -2),
    ]
    own(project, ACCOUNTS)
    warehouse.build()
    back = chargeback(warehouse, "2026-11", tmp_path / "out")
    assert [row for row in back if row[0] == "2026-09"] == [
        ("2026-09", "CC-a", 100),
        ("2026-09", "CC-b", -100),
    ]


def test_a_restated_month_goes_to_the_team_that_used_it(closed_september, owned_project, tmp_path):
    """The close books 7.00 USD more of September in October; who pays AWS passes it on to team b."""
    warehouse = owned_project(bill("2026-09", 100, 57), bill("2026-10", 10, 20))
    rows = chargeback(warehouse, "2026-10", tmp_path)
    assert sum(amount for _, _, amount in rows) == 0
    sums = {}
    for _, centre, amount in rows:
        sums[centre] = sums.get(centre, 0) + amount
    assert sums == {"CC-a": 10, "CC-b": 27, "CC-pay": -37}
    assert ("2026-09", "CC-b", 7) in rows


def test_a_team_that_pays_nothing_any_more_stays_in_every_comparison(owned_project, tmp_path):
    warehouse = owned_project(bill("2026-09", 100, 50), [of_account("2026-10", "1", 110)])
    found = {one.team: (one.total, one.change) for one in statements(warehouse, "2026-10")}
    assert found == {"a": (110_00, 10_00), "b": (0, -50_00)}
    write_statements(warehouse, "2026-10", tmp_path)
    for name in ("index", "executive"):
        page = (tmp_path / f"2026-10-{name}-showback-en.html").read_text()
        assert "−50.00" in page
    assert "−40.00" in page
    alone = (tmp_path / "2026-10-b-USD-showback-en.html").read_text()
    assert "−100 %" in alone


def test_a_statement_says_if_it_is_draft_final_or_closed(owned_project, project):
    draft = [of_account("2026-09", "1", 100, bill_invoice_id=None)]
    assert [one.month.state for one in statements(owned_project(draft), "2026-09")] == ["draft"]
    warehouse = owned_project(bill("2026-09", 100, 50))
    assert {one.month.state for one in statements(warehouse, "2026-09")} == {"final"}
    close(warehouse, "2026-09")
    assert {one.month.state for one in statements(warehouse, "2026-09")} == {"closed"}
    kept = project / "closed/2026-09/statements"
    for language, word in (("en", "Closed: kept"), ("ko", "결산 완료")):
        for name in ("a-USD-showback", "index-showback", "executive-showback", "b-USD-chargeback"):
            assert word in (kept / f"2026-09-{name}-{language}.html").read_text()


def test_a_kept_statement_that_was_changed_is_not_given_back(closed_september, project, tmp_path):
    warehouse = closed_september
    (only,) = [
        path
        for path in write_statements(warehouse, "2026-09", tmp_path, team="a")
        if path.suffix == ".html"
    ]
    assert only.name == "2026-09-a-USD-showback-en.html"
    with pytest.raises(BadInput, match="c has no statement in 2026-09, which is closed"):
        write_statements(warehouse, "2026-09", tmp_path, team="c")
    path = project / "closed/2026-09/statements/2026-09-a-USD-showback-en.html"
    path.write_text("less")
    with pytest.raises(BadInput, match=f"{path.name} is not what was signed"):
        write_statements(warehouse, "2026-09", tmp_path)


def test_both_modes_and_languages_share_what_takes_long(closed_september, monkeypatch):
    asked = []
    for module, name in ((statement, "find"), (statement, "worklist"), (files, "corrections")):
        whole = getattr(module, name)
        monkeypatch.setattr(module, name, partial(noted, asked, name, whole))
    made = files.closing_statements(closed_september, "2026-09")
    assert {name.rpartition("-")[2] for name in made} >= {
        "en.html",
        "ko.html",
        "en.xlsx",
        "ko.xlsx",
    }
    assert sorted(asked) == ["corrections", "find", "worklist"]


def noted(asked, name, whole, *arguments):
    """Call a function and note its name."""
    asked.append(name)
    return whole(*arguments)


def test_without_a_cost_centre_that_pays_nothing_is_charged(owned_project, project):
    (project / "finops.toml").write_text(SETTINGS.rpartition("paying")[0])
    close(owned_project(bill("2026-09", 100, 50)), "2026-09")
    names = [path.name for path in (project / "closed/2026-09/statements").iterdir()]
    assert names
    assert not any("chargeback" in name or "journal" in name for name in names)


@pytest.mark.parametrize(("answer", "is_closed"), [("n\n", False), ("y\n", True)])
def test_the_first_close_asks_on_a_terminal_before_it_leaves_months_behind(
    owned_project, project, monkeypatch, answer, is_closed
):
    warehouse = owned_project(bill("2026-08", 1, 1), bill("2026-09", 100, 50))
    warehouse.close()
    monkeypatch.setattr("finops.cli.books._is_terminal", lambda: True)
    result = CliRunner().invoke(app, ["close", "2026-09", "--project", str(project)], answer)
    assert "2026-08 can't be closed after it" in " ".join(result.output.split())
    assert (project / "closed/2026-09").is_dir() == is_closed
    assert (result.exit_code == 0) == is_closed
