"""All charts of a notebook: each takes a table of the warehouse and returns a plotly figure."""

from finops.report.estimates.charts import estimate_record, month_estimates
from finops.report.incidents.charts import incident, incident_effects
from finops.report.kit.waterfall import waterfall
from finops.report.month.charts import (
    anomaly,
    cost_by_service,
    cost_by_team,
    cost_per_order,
    cost_to_revenue,
    delivery_change,
    movers,
    owned_shares,
    untagged,
)
from finops.report.month.growth import growth_lines
from finops.report.owners.charts import suggestions, untagged_by_team
from finops.report.owners.shared_cost_charts import method_change, shared_cost
from finops.report.owners.what_if import what_if

__all__ = [
    "anomaly",
    "cost_by_service",
    "cost_by_team",
    "cost_per_order",
    "cost_to_revenue",
    "delivery_change",
    "estimate_record",
    "growth_lines",
    "incident",
    "incident_effects",
    "method_change",
    "month_estimates",
    "movers",
    "owned_shares",
    "shared_cost",
    "suggestions",
    "untagged",
    "untagged_by_team",
    "waterfall",
    "what_if",
]
