-- One row per month, currency, team, what decided that it pays, and AWS service: the parts of a number.
-- Cost is before recoverable tax.
-- Reads `own_parts` and `shared_parts`.
with parts as (
    select * from own_parts
    union all
    select * from shared_parts
)

select
    parts.billing_period,
    parts.billing_currency,
    parts.x_team,
    parts.x_part,
    parts.x_owner_method,
    parts.x_owner_source,
    parts.x_pool,
    parts.x_driver,
    parts.x_way,
    parts.x_weight,
    parts.x_file,
    parts.x_line,
    files.sha256 as x_file_version,
    parts.service_name,
    parts.billed_cost,
    parts.effective_cost,
    parts.x_billed_tax,
    parts.x_effective_tax
from parts
left join mappings.files
    on parts.x_file = files.file
where
    parts.billed_cost <> 0
    or parts.effective_cost <> 0
    or parts.x_billed_tax <> 0
    or parts.x_effective_tax <> 0
order by
    parts.billing_period,
    parts.billing_currency,
    parts.x_team,
    parts.x_part,
    parts.effective_cost desc,
    parts.x_owner_method,
    parts.x_owner_source,
    parts.x_pool,
    parts.x_driver,
    parts.x_way,
    parts.service_name
