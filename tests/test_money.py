"""Money is conserved to the last digit from the charges to the marts, whatever its amounts."""

import datetime as dt
from decimal import Decimal, localcontext

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import example, given, settings
from hypothesis import strategies as st

from finops import connect
from tests.conftest import line, write_bill

TABLES = [
    "staging.charges",
    "facts.daily_cost",
    "facts.owned_cost",
    "facts.allocated_cost",
    "marts.team_month",
]
MAPPINGS = {
    "teams.csv": "team,name,name_ko,kind,cost_centre,aliases\n"
    "a,A,,team,,\nb,B,,team,,\nc,C,,team,,\np,P,,shared,,\nq,Q,,shared,,\n",
    "account_defaults.csv": "sub_account_id,service,team,environment,cost_centre,valid_from,"
    "valid_to,author,note\n" + "".join(f"{team}1,,{team},,,,,,\n" for team in "abcpq"),
    "shared_costs.csv": "pool,charges,method,driver,targets,missing_driver,idle,note\n"
    "p,,fixed,,,,,\nq,,proportional,,,,,\n",
    "shared_cost_shares.csv": "pool,team,share,valid_from,valid_to\n"
    "p,a,0.333333,,\np,b,0.333333,,\np,q,0.333334,,\n",
}
# Of 15 digits before the point and as many after it, and small ones.
AMOUNTS = (st.integers(-(10**30), 10**30) | st.integers(-(10**15), 10**15)).map(
    lambda units: Decimal(f"{units}e-15")
)
CHARGES = st.lists(
    st.tuples(st.sampled_from("abcpq"), st.integers(1, 3), AMOUNTS), min_size=1, max_size=20
)


@settings(max_examples=max(3, settings.default.max_examples // 10), deadline=None)
@given(charges=CHARGES)
@example([("a", 1, Decimal("1e15"))] * 20)
@example([("a", 1, Decimal("1e8"))])
def test_money_is_conserved(tmp_path_factory, charges):
    project = tmp_path_factory.mktemp("project")
    (project / "finops.toml").write_text('company = "Test"\n')
    (project / "mappings").mkdir()
    for name, text in MAPPINGS.items():
        (project / "mappings" / name).write_text(text)
    warehouse = connect(project)
    warehouse.load(bill(project / "bill.parquet", charges))
    warehouse.build()
    with localcontext(prec=60):
        total = sum((amount for *_, amount in charges), Decimal(0))
    for table in TABLES:
        sums = warehouse.sql(
            "select sum(billed_cost) as billed_cost, sum(effective_cost) as effective_cost "
            f"from {table}"
        )
        assert sums.values.tolist() == [[total, total]], table


def bill(path, charges):
    """Write a bill of these accounts' charges, as decimals."""
    lines = [
        line(
            day=dt.datetime(2026, 10, day),
            line_item_usage_account_id=f"{team}1",
            line_item_unblended_cost=None,
        )
        for team, day, _ in charges
    ]
    table = pq.read_table(write_bill(path, lines))
    amounts = pa.array([amount for *_, amount in charges], pa.decimal128(38, 15))
    place = table.schema.get_field_index("line_item_unblended_cost")
    pq.write_table(table.set_column(place, "line_item_unblended_cost", amounts), path)
    return path
