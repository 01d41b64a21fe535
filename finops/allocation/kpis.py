"""Show how much of the bill has an owner, under the names of the FinOps Framework."""

import pandas as pd

from finops.warehouse.connect import Warehouse

__all__ = ["KPIS", "allocation_kpis"]

# Column of marts.allocation_month and its published name (finops.org/finops-kpis); the last three
# are the same by resources.
KPIS = {
    "x_unallocated_cost_share": (
        "Percentage of Costs Associated with Unallocated CSP Cloud Resources"
    ),
    "x_untagged_cost_share": "Percentage of Costs Associated with Untagged CSP Cloud Resources",
    "x_compliant_cost_share": ("Percentage of CSP Cloud Costs that are Tagging Policy Compliant"),
    "x_unallocated_shared_cost_share": "Percentage of Unallocated Shared CSP Cloud Cost",
    "x_unallocated_resource_share": "Percentage of Unallocated CSP Cloud Resources",
    "x_untagged_resource_share": "Percentage of Untagged CSP Cloud Resources",
    "x_compliant_resource_share": (
        "Percentage of CSP Cloud Resources that are Tagging Policy Compliant"
    ),
}


def allocation_kpis(warehouse: Warehouse) -> pd.DataFrame:
    """Return the company's KPIs: one row per published name, one column per month, shares."""
    months = warehouse.sql(
        f"select billing_period, billing_currency, {', '.join(KPIS)} from marts.allocation_month "
        "where x_team = '*' order by billing_currency, billing_period"
    )
    currencies = months["billing_currency"].nunique()
    names = months["billing_period"].astype(str)
    if currencies > 1:
        names += " " + months["billing_currency"].astype(str)
    return months[list(KPIS)].astype(float).set_axis(names).T.rename(index=KPIS).rename_axis("KPI")
