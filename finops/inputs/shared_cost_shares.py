"""Read the agreed shares of shared cost from mappings/shared_cost_shares.csv."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Annotated

from pydantic import Field

from finops.csv_input import Day, Name, Row, check_known
from finops.errors import BadInput
from finops.inputs.owner_lines import ALWAYS


class SharedCostShare(Row):
    """The agreed share of one team in a pool of method `fixed`."""

    pool: Name
    team: Name
    share: Annotated[Decimal, Field(gt=0, le=1, decimal_places=15)]
    valid_from: Day = None
    valid_to: Day = None


def check_shares(
    path: Path,
    shares: list[SharedCostShare],
    pools: Collection[str],
    kinds: dict[str, str],
    bill_days: list[date],
) -> None:
    """Check the shares of the `pools` of method fixed against teams and the days of the bill.

    Raises BadInput, with file and line, for a share of nobody, and for a pool whose shares overlap
    or don't sum to one on some day.
    """
    for share in shares:
        check_known(path, share.line, "pool of method fixed", share.pool, pools)
        check_known(path, share.line, "team", share.team, kinds)
        if share.team == share.pool:
            raise BadInput(f"{path} line {share.line}: {share.pool} can't pay itself.")
        if share.valid_from and share.valid_to and share.valid_to <= share.valid_from:
            raise BadInput(
                f"{path} line {share.line}: valid_to {share.valid_to} is not after "
                f"{share.valid_from}."
            )
    for pool in pools:
        _check_sums(path, pool, [one for one in shares if one.pool == pool], bill_days)


def _check_sums(
    path: Path, pool: str, shares: list[SharedCostShare], bill_days: list[date]
) -> None:
    """Raise BadInput for days on which the shares of a pool overlap or don't sum to one."""
    bounds = {day for one in shares for day in valid_days(one)} | set(bill_days[:1])
    for day, end in pairwise(sorted(bounds | {ALWAYS[1]})):
        valid = [one for one in shares if valid_days(one)[0] <= day < valid_days(one)[1]]
        last = max(valid or shares, key=lambda one: one.line, default=None)
        line = f"{path} line {last.line}" if last else f"{path}"
        repeated = len(valid) - len({one.team for one in valid})
        if repeated:
            raise BadInput(f"{line}: two shares of one team in {pool} are valid on {day}.")
        is_billed = any(day <= one < end for one in bill_days)
        total = sum((one.share for one in valid), Decimal(0))
        if total != 1 and (valid or is_billed):
            raise BadInput(f"{line}: the shares of {pool} sum to {total} on {day}, not to 1.")


def valid_days(share: SharedCostShare) -> tuple[date, date]:
    """Return the first day of a share and the day after its last."""
    return share.valid_from or ALWAYS[0], share.valid_to or ALWAYS[1]
