"""Make the sample company: python -m sample_data.maker [--scale N] [--out DIR] [--seed 2026]."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree, rmtree

import pandas as pd

from .business import write_business
from .charges import Charges
from .company import LEGACY_MONTHS, MAPPINGS
from .contracts import write_contracts
from .cur2 import DELIVERIES, write_cur2
from .inventory import write_inventory
from .invoices import write_invoices
from .legacy import write_legacy
from .month import month_charges
from .payments import write_payments
from .truth import owner_keys, write_truth


def main() -> None:
    """Write the whole company, month by month."""
    options = _options()
    if options.out.resolve() != MAPPINGS.parent.resolve():
        copytree(MAPPINGS, options.out / "mappings", dirs_exist_ok=True)
    rmtree(options.out / "bill", ignore_errors=True)
    keys = write_bill(options.out / "bill", scale=options.scale, seed=options.seed)
    write_business(options.out / "business", seed=options.seed, scale=options.scale)
    write_contracts(options.out / "business", scale=options.scale)
    write_inventory(options.out / "inventory", seed=options.seed, scale=options.scale)
    write_truth(options.out / "truth", keys, seed=options.seed, scale=options.scale)
    write_invoices(options.out, seed=options.seed)
    write_payments(options.out, seed=options.seed)


def write_bill(bill: Path, *, scale: int, seed: int) -> pd.DataFrame:
    """Write ten legacy months and three CUR 2.0 months, one of them twice.

    Returns what the bill names, so that every line can be given its true owner.
    """
    keys: list[pd.DataFrame] = []
    for month in LEGACY_MONTHS:
        rows = write_legacy(month, _replicas(keys, month, scale, seed), bill, seed)
        print(f"{month}  legacy   {rows:>11,} rows")
    for delivery in DELIVERIES:
        replicas = _replicas(keys, delivery.month, scale, seed, delivery.until_hour)
        rows = write_cur2(delivery, replicas, bill)
        print(f"{delivery.month}  CUR 2.0  {rows:>11,} rows  {delivery.moment}")
    return pd.concat(keys).drop_duplicates()


def _replicas(
    keys: list[pd.DataFrame], month: str, scale: int, seed: int, until_hour: int | None = None
) -> Iterator[Charges]:
    """Make a month's charges one fleet at a time, so that memory stays small."""
    for replica in range(scale):
        charges = month_charges(month, seed=seed, replica=replica, until_hour=until_hour)
        keys.append(owner_keys(charges))
        yield charges


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="sample_data.maker", description=__doc__)
    parser.add_argument("--scale", type=int, default=1, help="how many times the fleet")
    parser.add_argument("--out", type=Path, default=MAPPINGS.parent, help="project folder")
    parser.add_argument("--seed", type=int, default=2026)
    return parser.parse_args()


if __name__ == "__main__":
    main()
