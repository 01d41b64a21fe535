"""Credits are used in the order in which AWS uses them."""

import datetime as dt
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from finops.invoice.credits import Credit, apply_credits

EC2, S3 = "AmazonEC2", "AmazonS3"


def credit(name, left, services=(), ends=2027, begins=2026):
    days = dt.datetime(begins, 1, 1), dt.datetime(ends, 1, 1)
    return Credit(name, Decimal(left), frozenset(services), *days)


def test_two_credits_come_off_the_largest_charge():
    """AWS Billing user guide, applying credits: 100 and 50 less 10 and 5 are 85 and 50."""
    rest, given = apply_credits(
        {EC2: Decimal(100), S3: Decimal(50)}, [credit("ten", 10), credit("five", 5)]
    )
    assert rest == {EC2: 85, S3: 50}
    assert given == {"ten": 10, "five": 5}


def test_the_credit_that_ends_first_is_used_first():
    later, sooner = credit("later", 80, ends=2028), credit("sooner", 80, ends=2027)
    _, given = apply_credits({EC2: Decimal(100)}, [later, sooner])
    assert given == {"sooner": 80, "later": 20}


def test_of_equal_ends_the_credit_for_fewer_services_is_used_first():
    wide, narrow = credit("wide", 80), credit("narrow", 80, [EC2])
    _, given = apply_credits({EC2: Decimal(100), S3: Decimal(5)}, [wide, narrow])
    assert given == {"narrow": 80, "wide": 25}


def test_a_credit_is_never_more_than_what_it_fits():
    rest, given = apply_credits({EC2: Decimal(100), S3: Decimal(50)}, [credit("s3", 70, [S3])])
    assert rest == {EC2: 100, S3: 0}
    assert given == {"s3": 50}


MONEY = st.decimals(0, 1000, places=2)


@given(
    st.dictionaries(st.sampled_from([EC2, S3, "AmazonRDS"]), MONEY),
    st.lists(st.tuples(MONEY, st.sets(st.sampled_from([EC2, S3]))), max_size=4),
)
def test_what_credits_give_is_what_charges_lose(charges, agreed):
    several = [credit(str(n), left, services) for n, (left, services) in enumerate(agreed)]
    rest, given_by = apply_credits(charges, several)
    assert sum(rest.values()) + sum(given_by.values()) == sum(charges.values())
    assert all(0 <= given_by[one.name] <= one.left for one in several)
