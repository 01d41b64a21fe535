"""What business/prepaid.csv says of fees that the bill can't know, and how wrong lines are refused."""

from decimal import Decimal

import pytest

from finops.close.month import prepare
from finops.errors import BadInput
from tests.close.commitment_lines import EC2, fee, term, usage, used
from tests.close.test_amortised import YEAR, amortised, expense, january, joined, prepaid

pytestmark = pytest.mark.usefixtures("without_statements")


@pytest.mark.parametrize(
    ("prepaid_then", "cost", "left", "basis"),
    [
        # Not ours: nothing is used here.
        ("0", "1.00", {}, []),
        # From 1 February on 348 days x 24 h x 0.10 USD; February uses 67.20.
        ("835.20", "-767.00", {"joined": Decimal("768.00")}, ["bill"]),
    ],
)
def test_prepaid_csv_says_what_is_prepaid_of_a_fee_that_another_paid(
    books, prepaid_then, cost, left, basis
):
    """What comes in is booked against the expense, where the company books what it gave for it."""
    found = books(*joined(), told=f"{EC2}joined,2026-02-01,{prepaid_then},\n")
    assert expense(found) == Decimal(cost)
    assert prepaid(found) == left
    assert list(found.amortised["x_basis"]) == basis


def test_a_sold_reservation_is_refused_until_it_is_told(books):
    """Sold on 11 February: 240 h of 0.20 USD are used, the rest is gone."""
    february = [usage("2026-02"), used("2026-02", 48, term("old", *YEAR))]
    with pytest.raises(BadInput, match=r"old in 2026-02: 134.40 USD .* 48.00 USD in the bill\."):
        books(january(), february)
    found = books(february, told=f"{EC2}old,2026-02-11,0,sold\n")
    assert amortised(found) == {"old": Decimal("48.00")}
    assert prepaid(found) == {}
    # 1,752.00 - 148.80 are open; all of it is expense.
    assert expense(found) == Decimal("1.00") + Decimal("1603.20")


def test_of_a_reservation_sold_in_part_the_rest_goes_on(books):
    """One of two was sold on 1 February: 801.60 is lost, a new reservation carries on 801.60."""
    rest = term("rest", "2026-02-01", YEAR[1])
    february = [usage("2026-02"), used("2026-02", 67.20, rest)]
    with pytest.raises(BadInput, match=r"rest in 2026-02: 0.00 USD .* 67.20 USD in the bill"):
        books(january(), february)
    told = f"{EC2}old,2026-02-01,0,sold\n{EC2}rest,2026-02-01,801.60,not sold\n"
    found = books(february, told=told)
    assert expense(found) == Decimal("1.00") + Decimal("801.60") + Decimal("67.20")
    assert prepaid(found) == {"rest": Decimal("734.40")}


@pytest.mark.parametrize(
    ("told", "problem"),
    [
        (f"{EC2}other,2026-01-01,0,\n", "line 2: the bill pays and amortises no upfront fee of"),
        (f"{EC2}old,2027-06-01,0,\n", None),
        (f"{EC2}old,2026-01-01,-1,\n", "line 2: prepaid '-1'"),
        (f"{EC2}old,2026-01-01,0,\n{EC2}old,2026-01-01,1,\n", "line 3: .* is already on line 2"),
    ],
)
def test_a_wrong_line_of_prepaid_csv_is_refused(books, told, problem):
    if problem is None:
        assert prepaid(books(january(), told=told)) == {"old": Decimal("1603.20")}
        return
    with pytest.raises(BadInput, match=problem):
        books(january(), told=told)


def test_fees_of_a_commitment_in_two_currencies_are_kept_and_can_not_be_told(
    books, project, close_project
):
    with (project / "business/exchange_rates.csv").open("a") as rates:
        rates.write("2026-01,KRW,USD,0.0007,test\n")
    won = fee("2026-01", 1000, term("old", *YEAR)) | {"line_item_currency_code": "KRW"}
    with pytest.raises(BadInput, match="can't be closed"):
        books(january(won))
    found = prepare(close_project.warehouse, "2026-01", draft=True)
    assert {one.currency for one in found.upfronts} == {"USD", "KRW"}
    with pytest.raises(
        BadInput, match=r"line 2: upfront fees of .*old are paid in .*no one currency"
    ):
        books(january(won), told=f"{EC2}old,2026-01-10,0,sold\n")
