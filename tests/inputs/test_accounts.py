"""Ledger accounts are read with file and line of what is wrong."""

import pytest

from finops.errors import BadInput
from finops.inputs.accounts import ENTRIES, read_accounts
from tests.conftest import ROOT

HEADER = "entry,account_code,account_name,account_name_ko\n"


@pytest.fixture
def file(tmp_path):
    def write(text):
        path = tmp_path / "accounts.csv"
        path.write_text(HEADER + text, encoding="utf-8")
        return path

    return write


def test_an_account_has_code_and_names(file):
    account = read_accounts(file("cloud_expense,53110,Cloud services,클라우드 이용료\n"))[
        "cloud_expense"
    ]
    assert account.account_code == "53110"
    assert (account.name("en"), account.name("ko")) == ("Cloud services", "클라우드 이용료")


def test_an_account_without_names_is_called_as_its_entry(file):
    account = read_accounts(file("bank,10310,,\n"))["bank"]
    assert (account.name("en"), account.name("ko")) == ("bank", "bank")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("bank,,Bank,\n", "line 2: bank has no account_code; give one"),
        ("bank,1,,\nbank,2,,\n", "line 3: 'bank' is already on line 2"),
        ("cloud_expence,1,,\n", "line 2: unknown entry 'cloud_expence'; did you mean"),
        (",1,,\n", "line 2: entry ''"),
    ],
)
def test_a_wrong_line_is_refused(file, text, problem):
    with pytest.raises(BadInput, match=problem):
        read_accounts(file(text))


def test_an_entry_that_is_posted_needs_an_account(file):
    accounts = read_accounts(file("bank,1,,\n"))
    with pytest.raises(BadInput, match=r"accounts.csv has no line for fx_gain, fx_loss; add"):
        accounts.need(["bank", "fx_gain", "fx_loss", "fx_gain"])


def test_unrealised_exchange_shares_an_account_until_it_has_one(file):
    accounts = read_accounts(file("fx_gain,1,,\nfx_loss,2,,\nunrealised_fx_loss,3,,\n"))
    codes = {entry: accounts[entry].account_code for entry in accounts.by_entry}
    assert codes == {
        "fx_gain": "1",
        "fx_loss": "2",
        "unrealised_fx_gain": "1",
        "unrealised_fx_loss": "3",
    }


def test_an_absent_file_has_no_account(tmp_path):
    with pytest.raises(BadInput, match="has no line for bank"):
        read_accounts(tmp_path / "accounts.csv")["bank"]


def test_the_sample_has_every_entry():
    assert list(read_accounts(ROOT / "sample_data/mappings/accounts.csv").by_entry) == list(ENTRIES)
