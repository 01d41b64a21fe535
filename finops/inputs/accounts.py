"""Read the company's ledger accounts, as finance writes them in mappings/accounts.csv."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from finops.csv_input import Name, Row, check_known, check_unique, columns, read_rows
from finops.errors import BadInput

__all__ = ["COLUMNS", "ENTRIES", "Account", "Accounts", "read_accounts"]

# What a journal line can be about. Each that is posted needs an account.
ENTRIES = {
    "cloud_expense": "usage, fees, discounts and credits",
    "unused_commitment_expense": "what commitments left unused",
    "support_expense": "AWS support",
    "marketplace_expense": "what other sellers charge through AWS Marketplace",
    "prepaid_current": "upfront fees whose term ends within a year, or the part that does",
    "prepaid_non_current": "the part of upfront fees that is used after a year",
    "vat_receivable": "tax of the bill",
    "credit_receivable": "refunds that AWS owes",
    "accrued_liability": "used and not invoiced yet",
    "accounts_payable": "invoiced and not paid yet",
    "bank": "what invoices are paid from",
    "fx_gain": "exchange rates that moved for us until an invoice was paid: realised",
    "fx_loss": "exchange rates that moved against us until an invoice was paid",
    "unrealised_fx_gain": "exchange rates that moved for us and what we owe still",
    "unrealised_fx_loss": "exchange rates that moved against us and what we owe still",
    "cloud_clearing": "what teams are charged in chargeback",
}
# Where these have no line they share the account of another.
_SHARED = {"unrealised_fx_gain": "fx_gain", "unrealised_fx_loss": "fx_loss"}


class Account(Row):
    """The ledger account of one kind of journal line."""

    entry: Name
    account_code: str
    account_name: str = ""
    account_name_ko: str = ""

    def name(self, language: str) -> str:
        """Return what the account is called in `en` or `ko`; its entry if it has no name."""
        own = self.account_name_ko if language == "ko" else self.account_name
        return own or self.account_name or self.entry


COLUMNS = columns(Account)


@dataclass(frozen=True)
class Accounts:
    """The accounts of one file, by entry."""

    path: Path
    by_entry: dict[str, Account]

    def __getitem__(self, entry: str) -> Account:
        """Return the account of `entry`. Raises BadInput if the file has none."""
        self.need([entry])
        return self.by_entry[entry]

    def need(self, entries: Iterable[str]) -> None:
        """Raise BadInput unless each of `entries` has an account."""
        missing = [entry for entry in dict.fromkeys(entries) if entry not in self.by_entry]
        if missing:
            raise BadInput(
                f"{self.path} has no line for {', '.join(missing)}; add entry and account code."
            )


def read_accounts(path: Path, *, with_gaps: bool = False) -> Accounts:
    """Return the ledger accounts of the file at `path`; none if it is absent.

    One row per entry of ENTRIES, with account_code, account_name and account_name_ko. Several
    entries may share an account, and the unrealised exchange difference does without a line of its
    own; `with_gaps`, what the file lacks has an empty code. Raises BadInput, with file and line,
    for an unknown or repeated entry and an entry without code.
    """
    rows = read_rows(path, Account)
    for row in rows:
        check_known(path, row.line, "entry", row.entry, ENTRIES)
        if not row.account_code:
            raise BadInput(f"{path} line {row.line}: {row.entry} has no account_code; give one.")
    check_unique(path, rows, lambda row: row.entry)
    gaps = {one: Account(line=0, entry=one, account_code="") for one in ENTRIES if with_gaps}
    named = {row.entry: row for row in rows}
    shared = {
        entry: named[other].model_copy(update={"entry": entry})
        for entry, other in _SHARED.items()
        if other in named
    }
    return Accounts(
        path, gaps | named | {name: named.get(name, one) for name, one in shared.items()}
    )
