"""A price tier that a volume reaches is no list price that AWS changed."""

from decimal import Decimal, localcontext

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from finops.business.effects import DIGIT, EXACT, usage_effects
from finops.business.tiers import at_other_prices

ONE = [Decimal(1)]
KEY = {"x_service": "media", "service_name": "S3", "x_usage_type": "APN2-TimedStorage"}
KEY |= {"x_operation": "StandardStorage", "region_id": "ap-northeast-2", "pricing_unit": "GB-Mo"}
LIST = [(50, "0.5"), (450, "0.4"), (None, "0.3")]
CODES = ["SKU.TERM.FIRST", "SKU.TERM.SECOND", "SKU.TERM.THIRD"]


def rows_of(volumes, prices, *, base, ids=None):
    """Return a row per team and price of what teams use of a price list, one after the other."""
    found, used = [], Decimal(0)
    for team, volume in volumes.items():
        left, start = Decimal(volume), Decimal(0)
        for number, (size, text) in enumerate(prices):
            end = Decimal("Infinity") if size is None else start + size
            part = max(min(used + left, end) - max(used, start), Decimal(0))
            start, price = end, Decimal(text)
            if not part:
                continue
            found.append(
                KEY
                | {"billing_account_id": "payer", "x_team": team, "list_unit_price": price}
                | {"sku_price_id": ids[number] if ids else None, "quantity": part, "base": base}
            )
        used += left
    return found


def months(before, after, before_prices=LIST, after_prices=LIST, ids=None):
    """Return the items of two months in which teams use volumes of price lists."""
    rows = rows_of(before, before_prices, base=True, ids=ids)
    rows += rows_of(after, after_prices, base=False, ids=ids)
    items = {}
    for row in rows:
        quantity, base = row.pop("quantity"), row.pop("base")
        item = items.setdefault(tuple(row.values()), row | dict.fromkeys(AMOUNTS, Decimal(0)))
        names = ("x_base_consumed_quantity", "x_base_list_cost", "x_base_effective_cost")
        if not base:
            names = ("consumed_quantity", "list_cost", "effective_cost")
        values = quantity, *[quantity * row["list_unit_price"]] * 2
        item |= {name: item[name] + one for name, one in zip(names, values, strict=True)}
    return pd.DataFrame(list(items.values()), dtype=object)


AMOUNTS = ["x_base_consumed_quantity", "consumed_quantity", "x_base_list_cost", "list_cost",
           "x_base_covered_list_cost", "x_covered_list_cost", "x_base_effective_cost",
           "effective_cost", "x_base_covered_effective_cost",
           "x_covered_effective_cost"]  # fmt: skip


def effects(items, *, of_whole_months=True):
    with localcontext(EXACT):
        prices = at_other_prices(items, of_whole_months=of_whole_months)
        found = usage_effects(prices, ONE, ONE)
        sums = found.groupby("x_effect")["x_effect_cost"].sum()
        return {name: round(one, 6) for name, one in sums.items() if abs(one) > DIGIT}


def total(volume, prices):
    return sum(row["quantity"] * row["list_unit_price"] for row in
               rows_of({"a": volume}, prices, base=True))  # fmt: skip


def test_a_volume_that_passes_a_tier_is_volume_and_tier():
    # 40 x 0.5 = 20 becomes 50 x 0.5 + 40 x 0.4 = 41: 50 more at (20 / 40 + 41 / 90) / 2,
    # and a mean price of 41 / 90 instead of 0.5 for 65.
    found = effects(months({"a": 40}, {"a": 90}))
    assert found == {"per_driver": Decimal("23.888889"), "price_tier": Decimal("-2.888889")}


@pytest.mark.parametrize(
    ("before", "after"), [(40, 90), (90, 40), (40, 900), (900, 90), (600, 900), (10, 20)]
)
@pytest.mark.parametrize("ids", [None, CODES])
def test_the_same_prices_are_no_change_of_a_list_price(before, after, ids):
    found = effects(months({"a": before}, {"a": after}, ids=ids))
    assert "list_price" not in found
    assert sum(found.values()) == pytest.approx(total(after, LIST) - total(before, LIST))


@pytest.mark.parametrize("ids", [None, CODES])
def test_a_cut_of_the_first_tier_while_a_volume_passes_it_is_both(ids):
    cut = [(50, "0.45"), (450, "0.4"), (None, "0.3")]
    found = effects(months({"a": 40}, {"a": 90}, after_prices=cut, ids=ids))
    # 0.05 less for all of 40, and for 50 of 90, each counted at 65.
    assert found["list_price"] == round(-Decimal("0.05") * (1 + Decimal(50) / 90) / 2 * 65, 6)
    assert found["price_tier"] < 0
    assert sum(found.values()) == pytest.approx(Decimal("38.5") - 20)


@pytest.mark.parametrize("ids", [None, CODES])
def test_a_cut_of_a_later_tier_counts_for_what_both_months_have_of_it(ids):
    cut = [(50, "0.5"), (450, "0.35"), (None, "0.3")]
    found = effects(months({"a": 90}, {"a": 190}, after_prices=cut, ids=ids))
    shares = (Decimal(40) / 90 + Decimal(140) / 190) / 2
    assert found["list_price"] == round(-Decimal("0.05") * shares * 140, 6)


@pytest.mark.parametrize("ids", [None, CODES])
def test_prices_that_all_go_one_step_down_are_list_prices(ids):
    cut = [(50, "0.4"), (450, "0.3"), (None, "0.2")]
    assert effects(months({"a": 90}, {"a": 90}, after_prices=cut, ids=ids)) == {"list_price": -9}


def test_a_price_that_changed_within_a_month_is_a_list_price():
    # 14 days at 0.5 and 17 at 0.4: tiers would begin with the first again.
    days = [(14, "0.5"), (None, "0.4")]
    items = months({"a": 31}, {"a": 28}, before_prices=days, after_prices=[(None, "0.4")])
    found = effects(items)
    assert (set(found), found["list_price"]) == (
        {"per_driver", "list_price"},
        round(-Decimal(14) / 31 / 10 * Decimal("29.5"), 6),
    )


def test_what_is_free_first_is_a_tier():
    free = [(100, "0"), (None, "0.09")]
    found = effects(months({"a": 50}, {"a": 150}, before_prices=free, after_prices=free))
    assert (set(found), sum(found.values())) == ({"per_driver", "price_tier"}, Decimal("4.5"))
    found = effects(months({"a": 150}, {"a": 250}, before_prices=free, after_prices=free))
    assert set(found) == {"per_driver", "price_tier"}
    dearer = [(100, "0"), (None, "0.1")]
    found = effects(months({"a": 150}, {"a": 150}, before_prices=free, after_prices=dearer))
    assert found == {"list_price": Decimal("0.5")}


def test_accounts_of_a_payer_fill_a_tier_together():
    before, after = {"a": 40, "b": 20}, {"a": 40, "b": 200}
    items = months(before, after)
    for rows in (items, items[items["x_team"] == "b"]):
        assert "list_price" not in effects(rows)
    # Team b comes first: now all of what a uses is in the second tier, and a did nothing.
    items = months({"a": 40}, {"b": 60, "a": 40})
    with localcontext(EXACT):
        own = at_other_prices(items, of_whole_months=True)
        own = usage_effects(own[own["x_team"] == "a"], ONE, ONE)
        found = own.groupby("x_effect")["x_effect_cost"].sum()
    assert {name: one for name, one in found.items() if one} == {"price_tier": -4}


def test_days_of_a_month_may_lack_the_first_tier():
    items = months({"a": 90}, {"a": 20}, after_prices=[(None, "0.4")])
    assert "list_price" not in effects(items, of_whole_months=False)
    items = months({"a": 20}, {"a": 20}, after_prices=[(0, "0.5"), (None, "0.4")], ids=CODES)
    assert effects(items, of_whole_months=False) == {"price_tier": -2}


def test_a_meter_with_one_price_a_month_has_no_tiers():
    items = months({"a": 40}, {"a": 40}, [(None, "0.5")], [(None, "0.4")])
    assert effects(items) == {"list_price": -4}


volumes = st.dictionaries(st.sampled_from("abc"), st.integers(1, 2000), min_size=1)
prices = st.lists(st.integers(1, 60), min_size=3, max_size=3, unique=True).map(
    lambda found: [
        (size, str(Decimal(one) / 100))
        for size, one in zip((50, 450, None), sorted(found, reverse=True), strict=True)
    ]
)


@given(volumes, volumes, prices, st.sampled_from([None, CODES]))
def test_no_volume_makes_a_list_price(before, after, listed, ids):
    found = effects(months(before, after, listed, listed, ids))
    assert "list_price" not in found


@given(volumes, volumes, prices, prices, st.sampled_from([None, CODES]), st.booleans())
def test_effects_of_tiers_are_the_change(before, after, old, new, ids, whole):
    items = months(before, after, old, new, ids)
    with localcontext(EXACT):
        own = at_other_prices(items, of_whole_months=whole)
        found = usage_effects(own, ONE, ONE)["x_effect_cost"].sum()
        change = sum(items["effective_cost"]) - sum(items["x_base_effective_cost"])
        assert abs(found - change) < Decimal("1e-30")
