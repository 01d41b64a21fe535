"""The tree of a number says in words who decided, adds up, and runs no text of a bill."""

from decimal import Decimal

import pandas as pd
from rich.console import Console

from finops.report.owners.explained import charges, tree

OWN = {
    "billing_period": "2026-10", "billing_currency": "USD", "x_team": "a", "x_part": "own",
    "x_owner_method": "rule", "x_owner_source": "r1", "x_pool": None, "x_driver": None, "x_way": None,
    "x_weight": None, "x_file": "rules.csv", "x_line": 4, "x_file_version": "abc123",
    "service_name": "S3", "billed_cost": Decimal(3), "effective_cost": Decimal(3),
    "x_billed_tax": Decimal(0), "x_effective_tax": Decimal(0), "x_coins": None,
}  # fmt: skip
SHARED = OWN | {
    "x_part": "shared", "x_owner_method": None, "x_owner_source": None, "x_pool": "redis",
    "x_driver": "orders", "x_way": "direct", "x_weight": 0.5, "x_file": "shared_costs.csv",
    "effective_cost": Decimal(1),
}  # fmt: skip


def printed(renderable):
    console = Console(width=120, record=True, file=None, quiet=False, force_terminal=False)
    with console.capture() as shown:
        console.print(renderable)
    return shown.get()


def test_tree_names_what_decided_and_by_which_line():
    text = printed(tree(pd.DataFrame([OWN, SHARED]), "number").console())
    assert "4.00 USD  number" in text
    assert "3.00 USD, 75 %  own charges" in text
    assert "rule r1 (rules.csv line 4, version abc123)" in text
    assert "1.00 USD, 25 %  of redis, split by orders" in text
    assert "directly: 50 % of the pool" in text


def test_a_part_is_shown_in_the_coins_of_the_statement():
    rows = [OWN | {"effective_cost": Decimal("2.995"), "x_coins": 299}, SHARED]
    text = printed(tree(pd.DataFrame(rows), "number").console())
    assert "3.99 USD  number" in text
    assert "2.99 USD, 75 %  own charges" in text


def test_tax_is_a_line_of_its_own_and_no_part_of_the_number():
    tax = OWN | {"billed_cost": Decimal(0), "effective_cost": Decimal(0)}
    tax |= {"x_billed_tax": Decimal("0.3"), "x_effective_tax": Decimal("0.3"), "x_line": 5}
    text = printed(tree(pd.DataFrame([OWN, tax]), "number").console())
    assert "3.00 USD  number" in text
    assert "0.30 USD of recoverable tax is beside it." in text
    assert "line 5" not in text


def test_smaller_parts_are_one_line_and_lose_nothing():
    rows = [
        OWN | {"service_name": f"S{one}", "effective_cost": Decimal(one)} for one in range(1, 21)
    ]
    text = printed(tree(pd.DataFrame(rows), "number").console())
    assert "210.00 USD  number" in text
    # The eight largest are 13 to 20.
    assert "78.00 USD, 37 %  12 smaller parts" in text


def test_text_of_a_bill_is_escaped():
    evil = OWN | {"x_owner_source": "<script>x</script>[bold]", "service_name": "<img src=x>"}
    explanation = tree(pd.DataFrame([evil]), "<b>")
    page = explanation._repr_html_()
    assert "<script>" not in page
    assert "<img" not in page
    assert "&lt;b&gt;" in page
    assert "<script>x</script>[bold]" in printed(explanation.console())


def test_number_without_parts_says_why():
    empty = pd.DataFrame([OWN]).head(0)
    assert "all split over those who pay" in tree(empty, "number")._repr_html_()
    assert "0: no cost is left here" in printed(tree(empty, "number").console())


def test_charges_name_their_delivery():
    row = {
        "charge_period_start": pd.Timestamp("2026-10-05"), "effective_cost": Decimal(2), "x_weight": 0.25,
        "billing_currency": "USD", "x_pool": "redis", "x_part": "shared", "x_status": "estimated",
        "service_name": "S3", "x_line_item_type": "Usage", "x_usage_type": "Box", "resource_id": "i-1",
        "x_line_item_id": "id-1", "x_delivery_id": "d1", "x_source": "s3://bill/manifest.json",
    }  # fmt: skip
    text = printed(charges(pd.DataFrame([row])))
    assert "2026-10-05 2.00 25 % of redis estimated S3, Usage, Box" in " ".join(text.split())
    assert "line item id-1 of delivery d1" in text
    assert "d1: s3://bill/manifest.json" in text
