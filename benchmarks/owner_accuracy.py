"""Share of the sample's money whose owner is right, against the planted truth."""

import sys
from pathlib import Path

import duckdb

import finops

# The true owner of a line is known by its resource, or by account, service and usage type.
_QUERY = """
with truth as (
    select * replace (
        coalesce(try_cast(nullif(valid_from, '') as date), date '0001-01-01') as valid_from,
        coalesce(try_cast(nullif(valid_to, '') as date), date '9999-12-31') as valid_to
    )
    from read_csv($truth, all_varchar = true, nullstr = '\\N')
),

judged as (
    select
        owned_cost.x_team,
        truth.team,
        owned_cost.x_owner_method,
        abs(owned_cost.effective_cost) as money
    from facts.owned_cost
    left join truth
        on owned_cost.sub_account_id = truth.sub_account_id
        and coalesce(owned_cost.resource_id, '') = coalesce(truth.resource_id, '')
        and (
            owned_cost.resource_id is not null
            or (
                coalesce(owned_cost.x_service_code, '') = coalesce(truth.service_code, '')
                and coalesce(owned_cost.x_usage_type, '') = coalesce(truth.usage_type, '')
            )
        )
        and owned_cost.charge_date >= truth.valid_from
        and owned_cost.charge_date < truth.valid_to
)

select
    sum(case when x_team = team then money else 0 end) / sum(money) as right_share,
    sum(case when x_team = team and x_owner_method in ('resource', 'tag') then money else 0 end)
        / sum(money) as right_by_tag_share,
    sum(case when x_team = team and x_owner_method = 'rule' then money else 0 end) / sum(money)
        as right_by_rule_share,
    sum(case when x_team = team and x_owner_method = 'relationship' then money else 0 end)
        / sum(money) as right_by_relationship_share,
    sum(case when x_team <> team and x_owner_method = 'relationship' then money else 0 end)
        / sum(money) as wrong_by_relationship_share,
    sum(case when x_team <> team and x_team <> 'unowned' then money else 0 end) / sum(money)
        as wrong_share,
    sum(case when x_team = 'unowned' then money else 0 end) / sum(money) as unowned_share,
    count(*) filter (where team is null) as rows_without_truth
from judged
"""


def owner_accuracy(warehouse: finops.Warehouse, truth: Path) -> dict[str, float]:
    """Return shares of absolute effective cost, before any sharing: right, wrong and unowned."""
    # A warehouse reads no other files, such as the truth.
    with duckdb.connect(str(warehouse.settings.database), read_only=True) as con:
        result = con.execute(_QUERY, {"truth": str(truth)})
        names = [column[0] for column in result.description or []]
        return dict(zip(names, map(float, result.fetchall()[0]), strict=True))


if __name__ == "__main__":
    project, truth = sys.argv[1:]
    for name, value in owner_accuracy(finops.connect(project), Path(truth)).items():
        print(f"{name:20} {value:.4f}")
