"""What fees cost is what the bill amortises of them, whatever became of them, or no close.

Reservations cost 0.10 USD an hour of a year of 8,760 hours: 876.00 upfront each, 74.40 in a month of
31 days, 67.20 in February. The books are in USD.
"""

from decimal import Decimal

import pytest

from finops.close.month import prepare, read_expenses
from finops.errors import BadInput
from finops.report.close.page import close_page, sections
from tests.close.commitment_lines import EC2, PLANS, fee, refund, term, usage, used

YEAR = ("2026-01-01", "2027-01-01")

pytestmark = pytest.mark.usefixtures("without_statements")


def balance(found, *entries):
    lines = found.journal[found.journal["entry"].isin(entries)]
    return sum(lines["debit"], Decimal(0)) - sum(lines["credit"], Decimal(0))


def expense(found):
    return balance(found, "cloud_expense")


def prepaid(found):
    """Return what stands prepaid at the end of the month, by the end of the commitment's name."""
    return {
        name.rpartition("/")[2]: Decimal(int(coins)).scaleb(-2)
        for name, coins in zip(
            found.prepaid["commitment_discount_id"], found.prepaid["x_close"], strict=True
        )
        if coins
    }


def amortised(found):
    return {
        row["commitment_discount_id"].rpartition("/")[2]: Decimal(int(row["x_own_coins"])).scaleb(
            -2
        )
        for row in found.amortised.to_dict("records")
        if row["x_own_coins"]
    }


def january(*more, upfront=1752, used_up=148.80, of=None):
    of = of or term("old", *YEAR)
    return [usage("2026-01"), fee("2026-01", upfront, of), used("2026-01", used_up, of), *more]


def test_one_reservation_becomes_two(books):
    """Of 1,752.00 January uses 148.80; each half of the rest goes on: 801.60, 67.20 in February."""
    one, two = term("new1", "2026-02-01", YEAR[1]), term("new2", "2026-02-01", YEAR[1])
    february = [usage("2026-02"), used("2026-02", 67.20, one), used("2026-02", 67.20, two)]
    found = books(january(), february, closed=["2026-01"])
    assert expense(found) == Decimal("1.00") + Decimal("134.40")
    assert balance(found, "prepaid_current", "prepaid_non_current") == Decimal("-134.40")
    assert prepaid(found) == {"new1": Decimal("734.40"), "new2": Decimal("734.40")}
    moved = dict(
        zip(found.prepaid["commitment_discount_id"], found.prepaid["x_moved"], strict=True)
    )
    assert moved == {EC2 + "new1": 80160, EC2 + "new2": 80160, EC2 + "old": -160320}
    assert (found.amortised["x_difference_coins"] == 0).all()
    march = [usage("2026-03"), used("2026-03", 74.40, one), used("2026-03", 74.40, two)]
    close_february = books(march, closed=["2026-02"])
    assert expense(close_february) == Decimal("149.80")
    assert prepaid(close_february) == {"new1": Decimal("660.00"), "new2": Decimal("660.00")}


def test_two_reservations_become_one(books):
    old = [term(name, *YEAR) for name in ("old1", "old2")]
    merged = term("new", "2026-02-01", YEAR[1])
    first = [usage("2026-01")]
    for one in old:
        first += [fee("2026-01", 876, one), used("2026-01", 74.40, one)]
    found = books(first, [usage("2026-02"), used("2026-02", 134.40, merged)])
    assert expense(found) == Decimal("1.00") + Decimal("134.40")
    assert prepaid(found) == {"new": Decimal("1468.80")}


def test_reservations_keep_their_exchange_rates_when_they_are_merged(close_project):
    """876.00 USD each at 1,300 and 1,380 won; on 1 October 7,296 and 8,016 of 8,760 h are left."""
    old = [term("a", "2026-08-01", "2027-08-01"), term("b", "2026-09-01", "2027-08-01")]
    # b has a term of 334 days: 801.60 upfront.
    warehouse = close_project(
        [usage("2026-08"), fee("2026-08", 876, old[0]), used("2026-08", 74.40, old[0])],
        [
            usage("2026-09"), fee("2026-09", 801.60, old[1]), used("2026-09", 72, old[0]),
            used("2026-09", 72, old[1]),
        ],
        [usage("2026-10"), used("2026-10", 148.80, term("new", "2026-10-01", "2027-08-01"))],
    )  # fmt: skip
    found = prepare(warehouse, "2026-10")
    row = found.prepaid_books.set_index("commitment_discount_id").loc[EC2 + "new"]
    # 729.60 USD at 1,300 and 729.60 at 1,380.
    assert row["x_moved"] == 948_480 + 1_006_848
    assert row["x_amortised"] == round(Decimal(1_955_328 * 744) / 7296)
    assert row["x_rate"] == 1340


def test_a_modification_in_mid_month(books):
    """On 11 February: 240 of 672 h are the old one's, 48.00 USD, 43.20 each the new ones'."""
    new = [term(name, "2026-02-11", YEAR[1]) for name in ("new1", "new2")]
    february = [usage("2026-02"), used("2026-02", 48, term("old", *YEAR))]
    february += [used("2026-02", 43.20, one) for one in new]
    found = books(january(), february, closed=["2026-01"])
    assert expense(found) == Decimal("1.00") + Decimal("134.40")
    assert amortised(found) == {
        "old": Decimal("48.00"), "new1": Decimal("43.20"), "new2": Decimal("43.20"),
    }  # fmt: skip
    assert prepaid(found) == {"new1": Decimal("734.40"), "new2": Decimal("734.40")}


def test_a_split_over_zones_and_sizes_of_unequal_worth(books):
    """Eight units become 1 + 3 + 4: 0.80 USD an hour is 0.10 + 0.30 + 0.40."""
    shares = {"small": Decimal("0.1"), "zone": Decimal("0.3"), "large": Decimal("0.4")}
    february = [usage("2026-02")]
    for name, rate in shares.items():
        february.append(used("2026-02", rate * 672, term(name, "2026-02-01", YEAR[1])))
    found = books(january(upfront=7008, used_up=595.20), february)
    assert amortised(found) == {name: rate * 672 for name, rate in shares.items()}
    assert prepaid(found) == {name: rate * 7344 for name, rate in shares.items()}


def test_a_modification_of_what_was_modified(books):
    one, two = term("mid", "2026-02-01", YEAR[1]), term("last", "2026-03-01", YEAR[1])
    february = [usage("2026-02"), used("2026-02", 134.40, one)]
    found = books(january(), february, [usage("2026-03"), used("2026-03", 148.80, two)])
    assert prepaid(found) == {"last": Decimal("1320.00")}
    assert amortised(found) == {"last": Decimal("148.80")}


def test_what_goes_on_is_told_by_its_end_from_what_was_sold_in_the_same_hour(books):
    other = term("sold", "2026-01-01", "2026-07-01")
    first = january(fee("2026-01", 434.40, other), used("2026-01", 74.40, other))
    february = [usage("2026-02"), used("2026-02", 134.40, term("new", "2026-02-01", YEAR[1]))]
    match = r"sold in 2026-02: 67.20 USD .* 0.00 USD in the bill, which"
    with pytest.raises(BadInput, match=match) as error:
        books(first, february)
    assert EC2 + "new" not in str(error.value)


def test_an_exchange_for_more_adds_its_fee(books):
    """801.60 USD is left of the old one; with as much paid for it the new one costs 0.20 an hour."""
    new = term("new", "2026-02-01", YEAR[1])
    february = [usage("2026-02"), fee("2026-02", 801.60, new), used("2026-02", 134.40, new)]
    found = books(january(upfront=876, used_up=74.40), february, closed=["2026-01"])
    assert expense(found) == Decimal("1.00") + Decimal("134.40")
    assert prepaid(found) == {"new": Decimal("1468.80")}
    row = found.prepaid.set_index("commitment_discount_id").loc[EC2 + "new"]
    assert (row["x_bought"], row["x_moved"]) == (80160, 80160)


def test_an_exchange_may_end_later(books):
    """801.60 USD that were to be used by the end of 2026 are used by the end of 2028: 25,560 h."""
    new = term("new", "2026-02-01", "2029-01-01")
    share = Decimal("801.60") * 672 / 25560
    found = books(
        january(upfront=876, used_up=74.40), [usage("2026-02"), used("2026-02", share, new)]
    )
    assert amortised(found) == {"new": Decimal("21.07")}
    assert prepaid(found) == {"new": Decimal("780.53")}


def test_a_plan_that_is_returned_costs_nothing(books):
    plan = term("0a1b-2c3d", "2026-01-05", "2027-01-05", PLANS)
    back = refund("2026-01", -876, "Refund for one-time fee for Savings Plan ID: 0a1b-2c3d")
    # The bill amortised 72 hours before it came back.
    lines = [usage("2026-01"), fee("2026-01", 876, plan), used("2026-01", 7.20, plan), back]
    found = books(lines)
    assert expense(found) == Decimal("1.00")
    assert prepaid(found) == {}
    assert found.amortised.empty


def test_a_refund_that_names_no_plan_is_of_the_only_one_with_its_fee(books):
    plans = [term(name, "2026-01-05", "2027-01-05", PLANS) for name in ("compute", "database")]
    lines = [usage("2026-01")]
    for plan, code in zip(plans, ("ComputeSavingsPlans", "DatabaseSavingsPlans"), strict=True):
        lines.append(fee("2026-01", 876, plan, line_item_product_code=code))
    text = "Refund for one-time fee for Savings Plan ID: 0a1b"
    lines.append(refund("2026-01", -876, text, line_item_product_code="DatabaseSavingsPlans"))
    lines.append(used("2026-01", 64.80, plans[0]))
    found = books(lines)
    assert expense(found) == Decimal("1.00") + Decimal("64.80")
    assert prepaid(found) == {"compute": Decimal("811.20")}


def test_a_plan_returned_in_the_next_month_takes_back_what_it_cost(books):
    plan = term("0a1b", "2026-01-30", "2027-01-30", PLANS)
    first = [usage("2026-01"), fee("2026-01", 876, plan), used("2026-01", 4.80, plan)]
    text = "Refund for one-time fee for Savings Plan ID: 0a1b"
    february = [usage("2026-02"), used("2026-02", 4.80, plan), refund("2026-02", -876, text)]
    found = books(first, february, closed=["2026-01"])
    assert expense(found) == Decimal("1.00") - Decimal("4.80")
    assert prepaid(found) == {}
    row = found.amortised.iloc[0]
    assert (row["x_own_coins"], row["x_billed_coins"]) == (-480, -480)


def test_a_fee_older_than_the_bill_is_an_opening(books):
    old = term("old", "2025-06-01", "2026-06-01")
    found = books([usage("2026-01"), used("2026-01", 74.40, old)])
    # 151 days of 24 h are left on 1 January, 120 on 1 February.
    assert prepaid(found) == {"old": Decimal("288.00")}
    assert found.prepaid["x_open"].iloc[0] == 36240
    assert expense(found) == Decimal("75.40")


def test_a_reservation_older_than_the_bill_is_modified(books):
    old, new = term("old", "2025-06-01", "2026-06-01"), term("new", "2026-02-01", "2026-06-01")
    first = [usage("2026-01"), used("2026-01", 74.40, old)]
    found = books(first, [usage("2026-02"), used("2026-02", 67.20, new)], closed=["2026-01"])
    assert prepaid(found) == {"new": Decimal("220.80")}
    assert expense(found) == Decimal("68.20")


def test_what_begins_with_the_bill_is_an_opening(books):
    """What became this one on 1 January is in no bill."""
    found = books([usage("2026-01"), used("2026-01", 74.40, term("new", *YEAR))])
    assert prepaid(found) == {"new": Decimal("801.60")}


def joined():
    """Return two bills; in the second one stands a reservation whose fee was paid elsewhere."""
    joins = term("joined", "2026-01-15", "2027-01-15")
    return [usage("2026-01")], [usage("2026-02"), used("2026-02", 67.20, joins)]


def test_a_fee_that_another_payer_paid_is_no_opening(books):
    with pytest.raises(BadInput) as error:
        books(*joined())
    assert (
        f"{EC2}joined in 2026-02: 0.00 USD by what was paid and its hours, 67.20 USD in the bill; "
        "no fee for its term, which starts on 2026-01-15, is in the bill." in str(error.value)
    )
    assert "say in business/prepaid.csv" in str(error.value)


def test_partial_and_no_upfront(books):
    """Half upfront: 438.00 and 0.05 an hour; nothing upfront: 0.10 an hour, modified or not."""
    half, none = term("half", *YEAR), term("none", *YEAR)
    first = [usage("2026-01"), fee("2026-01", 438, half), used("2026-01", 37.20, half, 37.20)]
    first.append(used("2026-01", 0, none, 74.40))
    new = [term(name, "2026-02-01", YEAR[1]) for name in ("half2", "none2")]
    second = [usage("2026-02"), used("2026-02", 33.60, new[0], 33.60)]
    second.append(used("2026-02", 0, new[1], 67.20))
    found = books(first, second, closed=["2026-01"])
    assert expense(found) == Decimal("1.00") + Decimal("33.60") * 2 + Decimal("67.20")
    assert prepaid(found) == {"half2": Decimal("367.20")}
    assert set(found.due["commitment_discount_id"]) == {EC2 + "half2", EC2 + "none2"}


def test_money_that_does_not_agree_is_refused_and_a_draft_says_so(books, close_project):
    """The new one amortises 100.00 USD in February: more than what is left."""
    february = [usage("2026-02"), used("2026-02", 100, term("new", "2026-02-01", YEAR[1]))]
    with pytest.raises(BadInput) as error:
        books(january(), february)
    for part in ("2026-02 can't be closed", f"{EC2}old in 2026-02: 134.40 USD", f"{EC2}new in"):
        assert part in str(error.value)
    draft = prepare(close_project.warehouse, "2026-02", draft=True)
    rows = sections(draft, "en")["amortised"].texts()
    assert [row[1:4] for row in rows] == [
        ("0.00", "100.00", "−100.00"), ("134.40", "0.00", "134.40"), ("134.40", "100.00", "34.40"),
    ]  # fmt: skip
    assert "DIFFERS" in close_page(draft, "en")
    assert "마감할 수 없음" in close_page(draft, "ko")


def test_what_cannot_be_closed_cannot_be_charged_to_teams(books, close_project):
    february = [usage("2026-02"), used("2026-02", 100, term("new", "2026-02-01", YEAR[1]))]
    with pytest.raises(BadInput):
        books(january(), february)
    with pytest.raises(BadInput, match=f"{EC2}old in 2026-02: 134.40 USD"):
        read_expenses(close_project.warehouse, "2026-02")


def test_a_month_that_was_restated_is_held_against_the_bill_too(books):
    first = january(used_up=100)
    second = [usage("2026-02"), used("2026-02", 134.40, term("old", *YEAR))]
    with pytest.raises(BadInput, match=r"old in 2026-01: 148.80 USD .* 100.00 USD in the bill"):
        books(first, second, month="2026-01")


def test_a_bill_without_the_column_closes_and_says_so(books):
    lines = january()
    for one in lines:
        one.pop("reservation_amortized_upfront_fee_for_billing_period", None)
    found = books(lines)
    assert list(found.amortised["x_basis"]) == ["absent"]
    assert sections(found, "en")["amortised"].rows[0][-1] == "the bill doesn't say"


def test_a_fee_that_was_paid_before_its_discount_is_used_at_what_was_paid(books):
    """The bill amortises 67.20 USD of it net of a discount that came in February: 60.48."""
    net = {"reservation_net_amortized_upfront_fee_for_billing_period": 120.96}
    discounted = used("2026-02", 134.40, term("old", *YEAR), **net)
    discounted |= {"line_item_net_unblended_cost": 0.0}
    february = [usage("2026-02") | {"line_item_net_unblended_cost": 0.9}, discounted]
    found = books(january(), february, closed=["2026-01"])
    assert expense(found) == Decimal("0.90") + Decimal("134.40")
    row = found.amortised.iloc[0]
    assert (row["x_own_coins"], row["x_billed_coins"]) == (13440, 13440)
