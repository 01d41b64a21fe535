"""Write the checks that a line of a model promises: one row per grain, sums that are the bill."""

import re

# `-- Unique: billing_period, x_team.` names what no two rows share.
UNIQUE = re.compile(r"Unique: (.+)\.")
# `-- Sums to the bill.` says it of cost before tax and the tax beside it, of some rows or of all.
SUMS = re.compile(r"Sums to the bill( where .+)?\.")
_GRAIN = "Rows that appear twice."
_BILL = "Months in which cost and tax do not add up to the bill."


def is_promise(line: str) -> bool:
    """Return whether a line of a model's first comment is a promise, and no text on the table."""
    return bool(UNIQUE.fullmatch(line) or SUMS.fullmatch(line))


def promises(model: str, lines: list[str]) -> dict[str, tuple[str, str]]:
    """Return by name what the first comment of a model promises: the words and SQL of checks."""
    table = model.partition(".")[2]
    found = {}
    for line in lines:
        if unique := UNIQUE.fullmatch(line):
            name = f"{table}_has_one_row_per_grain"
            found[name] = _GRAIN, f"-- {_GRAIN}\n{_unique(model, unique[1])}"
        if sums := SUMS.fullmatch(line):
            found[f"{table}_matches_the_bill"] = _BILL, f"-- {_BILL}\n{_sums(model, sums[1] or '')}"
    return found


def _unique(model: str, columns: str) -> str:
    return f"""select
    {columns},
    1 as expected_rows,
    count(*) as found_rows
from {model}
group by {columns}
having count(*) > 1"""


def _sums(model: str, where: str) -> str:
    # What is recoverable tax is told from the charges again, not read from who promises it.
    return f"""with bill as (
    select
        billing_period,
        billing_currency,
        sum(billed_cost) as billed_cost,
        sum(effective_cost) as effective_cost,
        sum(case when x_entry = 'vat_receivable' then billed_cost else 0 end) as billed_tax,
        sum(case when x_entry = 'vat_receivable' then effective_cost else 0 end) as effective_tax
    from facts.daily_cost
    group by billing_period, billing_currency
),

mart as (
    select
        billing_period,
        billing_currency,
        sum(billed_cost) + sum(x_billed_tax) as billed_cost,
        sum(effective_cost) + sum(x_effective_tax) as effective_cost,
        sum(x_billed_tax) as billed_tax,
        sum(x_effective_tax) as effective_tax
    from {model}{where}
    group by billing_period, billing_currency
)

select
    bill.billing_period,
    bill.billing_currency,
    bill.billed_cost as expected_billed_cost,
    mart.billed_cost as found_billed_cost,
    bill.effective_cost as expected_effective_cost,
    mart.effective_cost as found_effective_cost,
    bill.billed_tax as expected_billed_tax,
    mart.billed_tax as found_billed_tax,
    bill.effective_tax as expected_effective_tax,
    mart.effective_tax as found_effective_tax
from bill
left join mart
    on
        bill.billing_period = mart.billing_period
        and bill.billing_currency = mart.billing_currency
where
    bill.billed_cost is distinct from mart.billed_cost
    or bill.effective_cost is distinct from mart.effective_cost
    or bill.billed_tax is distinct from mart.billed_tax
    or bill.effective_tax is distinct from mart.effective_tax"""
