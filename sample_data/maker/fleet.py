"""List every resource of the company and what it is billed for: one row per meter."""

from functools import lru_cache
from math import ceil

import pandas as pd

from .company import account_ids, table
from .resources import resource_id
from .tags import tags_of

# Instance groups may grow past their usual size on promotion days.
HEADROOM = 1.3
ZONES = ["a", "b", "c"]
# The last part of a price's code where it has no tiers.
ONLY_RATE = "6YS6EN2CT7"


@lru_cache(maxsize=64)
def meters(seed: int, replica: int = 0) -> pd.DataFrame:
    """Return one row per resource and price: what runs, where, whose, and how it is used.

    `replica` makes another fleet of the same company with other ids.
    """
    components = table("fleet").assign(replica=replica)
    resources = _one_row_per_resource(components)
    priced = _one_row_per_price(resources).merge(_prices(), on="sku", how="left")
    priced["account_id"] = priced["account"].map(account_ids())
    priced["resource_id"] = [
        resource_id(*key)
        for key in priced[["resource", "resource_name", "account", "region"]].itertuples(
            index=False
        )
    ]
    priced["tags"] = [_tags(row, seed) for _, row in priced.iterrows()]
    priced["rate_code"] = ONLY_RATE
    priced["zone"] = [_zone(row) for _, row in priced.iterrows()]
    return priced.sort_values(["service_code", "name", "resource_name", "sku"], ignore_index=True)


def _one_row_per_resource(components: pd.DataFrame) -> pd.DataFrame:
    """Repeat each component for its resources and give each a name."""
    counts = [_resources_of(row) for row in components.itertuples()]
    resources = components.loc[components.index.repeat(counts)].copy()
    resources["number"] = resources.groupby("name").cumcount()
    suffix = resources["replica"].map(lambda replica: f"-r{replica}" if replica else "")
    resources["resource_name"] = (
        resources["name"] + "-" + (resources["number"] + 1).astype(str) + suffix
    )
    resources["count"] = resources["count"].astype(int)
    return resources.reset_index(drop=True)


def _resources_of(component) -> int:
    """Autoscaled groups get room above their usual size."""
    count = int(component.count)
    scales = component.shape in ("orders", "soft", "mart", "campaign")
    slots = component.sku in set(table("skus").query("grain == 'slot'")["sku"])
    return ceil(count * HEADROOM) if scales and slots else count


def _one_row_per_price(resources: pd.DataFrame) -> pd.DataFrame:
    """A resource such as a NAT gateway is billed by several prices: hours and bytes."""
    split = resources.assign(
        sku=resources["sku"].str.split("+", regex=False),
        base=resources["base"].str.split("+", regex=False),
        shape=resources["shape"].str.split("+", regex=False),
    )
    priced = split.explode(["sku", "base", "shape"], ignore_index=True)
    return priced.assign(base=priced["base"].astype(float))


def _prices() -> pd.DataFrame:
    """Return the price list."""
    prices = table("skus").copy()
    prices["rate"] = prices["rate"].astype(float)
    prices["sp_discount"] = pd.to_numeric(prices["sp_discount"])
    return prices


def _tags(meter: pd.Series, seed: int) -> dict[str, str]:
    """Lines without a resource can't carry tags."""
    return tags_of(meter, seed) if meter["resource_id"] else {}


def _zone(meter: pd.Series) -> str:
    """Return the availability zone of things that live in one."""
    if meter["resource"] not in ("instance", "volume", "rds", "elasticache"):
        return ""
    return meter["region"] + ZONES[meter["number"] % 3]
