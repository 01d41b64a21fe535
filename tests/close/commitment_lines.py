"""Lines that a bill has of reservations and Savings Plans."""

import calendar
import datetime as dt

from tests.conftest import line

EC2 = "arn:aws:ec2:ap-northeast-2:222222222222:reserved-instances/"
PLANS = "arn:aws:savingsplans::222222222222:savingsplan/"


def term(name, start, end, family=EC2):
    """Return what each line of a reservation says of it; `end` is its first moment after."""
    last = f"{dt.datetime.fromisoformat(end) - dt.timedelta(seconds=1):%Y-%m-%dT%H:%M:%S}.000Z"
    start = f"{dt.datetime.fromisoformat(start):%Y-%m-%dT%H:%M:%S}.000Z"
    if family == PLANS:
        return {
            "savings_plan_savings_plan_a_r_n": family + name,
            "savings_plan_start_time": start,
            "savings_plan_end_time": last,
        }
    return {
        "reservation_reservation_a_r_n": family + name,
        "reservation_start_time": start,
        "reservation_end_time": last,
    }


def fee(month, dollars, of, **values):
    """Return the line that pays a fee upfront."""
    kind = "SavingsPlanUpfrontFee" if "savings_plan_start_time" in of else "Fee"
    return _line(month, kind, float(dollars), bill_bill_type="Purchase", **of, **values)


def used(month, amortised, of, recurring=0.0, **values):
    """Return the monthly line of a commitment: what it costs by the month, what it amortises."""
    if "savings_plan_start_time" in of:
        own = {
            "savings_plan_amortized_upfront_commitment_for_billing_period": float(amortised),
            "savings_plan_recurring_commitment_for_billing_period": float(recurring),
            "savings_plan_total_commitment_to_date": float(amortised) + float(recurring),
            "savings_plan_used_commitment": float(amortised) + float(recurring),
        }
        return _line(month, "SavingsPlanRecurringFee", float(recurring), **own, **of, **values)
    own = {"reservation_amortized_upfront_fee_for_billing_period": float(amortised)}
    return _line(month, "RIFee", float(recurring), **own, **of, **values)


def refund(month, dollars, text, **values):
    """Return a refund that names its plan in words alone."""
    return _line(
        month, "Refund", float(dollars), line_item_line_item_description=text,
        bill_bill_type="Refund", **values
    )  # fmt: skip


def usage(month, dollars=1.0):
    """Return a line of usage, so that the bill has the month."""
    return _line(month, "Usage", float(dollars))


def _line(month, kind, cost, **values):
    day = dt.datetime.strptime(month, "%Y-%m")
    last = calendar.monthrange(day.year, day.month)[1]
    named = {
        "line_item_usage_end_date": day.replace(day=last, hour=23, minute=59, second=59),
        "line_item_line_item_type": kind,
        "line_item_unblended_cost": cost,
        "bill_invoice_id": f"INV-{month}",
        "bill_bill_type": "Anniversary",
    }
    return line(day=day, **(named | values))
