"""How good suggested rules are against the planted truth, and owners before and after them."""

import shutil
from pathlib import Path

import duckdb

import finops
from benchmarks.owner_accuracy import owner_accuracy
from finops.allocation.accept import accept

# Money that only an accepted suggestion places, and whether its team is the true one.
_PLACED = """
with truth as (
    select * replace (
        coalesce(try_cast(nullif(valid_from, '') as date), date '0001-01-01') as valid_from,
        coalesce(try_cast(nullif(valid_to, '') as date), date '9999-12-31') as valid_to
    )
    from read_csv($truth, all_varchar = true)
)

select
    sum(case when owned_cost.x_team = truth.team then owned_cost.effective_cost else 0 end)
        / sum(owned_cost.effective_cost) as precision,
    sum(owned_cost.effective_cost) as placed_cost
from facts.owned_cost
inner join mappings.rules
    on owned_cost.x_rule_id = rules.rule_id and rules.author = 'suggested'
left join truth
    on owned_cost.sub_account_id = truth.sub_account_id
    and owned_cost.resource_id = truth.resource_id
    and owned_cost.charge_date >= truth.valid_from
    and owned_cost.charge_date < truth.valid_to
"""


def suggestions(project: Path, truth: Path, folder: Path) -> dict[str, float]:
    """Return figures of a copy, in `folder`, of the built `project` that accepts all of them."""
    copy = folder / "accepted"
    shutil.copytree(project, copy)
    with finops.connect(copy) as warehouse:
        before = owner_accuracy(warehouse, truth)
        accepted = accept(warehouse, ["all"])
        warehouse.build()
        after = owner_accuracy(warehouse, truth)
        # A warehouse reads no other files, such as the truth.
        with duckdb.connect(str(warehouse.settings.database), read_only=True) as con:
            [(precision, placed)] = con.execute(_PLACED, {"truth": str(truth)}).fetchall()
    shares = ("right_share", "wrong_share", "unowned_share")
    return {
        "suggestions": float(len(accepted)),
        "promised_cost": float(accepted["x_gained_cost"].sum()),
        "placed_cost": float(placed),
        "precision": float(precision),
        **{f"{name}_before": before[name] for name in shares},
        **{f"{name}_after": after[name] for name in shares},
    }
