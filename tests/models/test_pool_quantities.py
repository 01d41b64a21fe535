"""What is known of a day's hours splits a pool, and a missing hour is named."""

from tests.fixtures.allocated import cost
from tests.models.test_allocated_cost import DRIVERS, TEAMS, carried, pools


def test_known_hours_of_a_driver_are_its_weights_and_the_missing_one_is_named(allocate):
    hours = [f"2026-10-05T{hour:02}:00:00Z" for hour in range(24) if hour != 7]
    lines = "".join(f"{hour},messages,a,3\n{hour},messages,b,1\n" for hour in hours)
    series = DRIVERS.replace("date", "hour") + lines
    pool = pools("kafka,,driver,messages,,even,")
    costs = [cost("kafka", 8)]
    result = allocate(costs, teams=TEAMS, drivers=series, shared_costs=pool)
    assert carried(result, "kafka") == {"a": 6, "b": 2}
    assert [(row["x_used_driver"], row["x_gap"]) for row in result.gaps] == [
        ("messages", "23 of 24 hours, without 2026-10-05 07:00 UTC")
    ]


def test_hours_of_orders_that_are_missing_are_named_where_orders_split(allocate):
    services = "service,name,name_ko,team,aliases\nx,,,a,\ny,,,b,\n"
    hours = [f"2026-10-05T{hour:02}:00:00Z" for hour in range(24)]
    lines = "".join(f"{hour},x,2\n" for hour in hours)
    lines += "".join(f"{hour},y,2\n" for hour in hours[:12])
    result = allocate(
        [cost("kafka", 9)],
        teams=TEAMS,
        services=services,
        orders=f"hour,service,orders\n{lines}",
        shared_costs=pools("kafka,,driver,orders,,even,"),
    )
    assert carried(result, "kafka") == {"a": 6, "b": 3}
    assert [row["x_gap"] for row in result.gaps] == [
        "12 of 24 hours, without 2026-10-05 12:00 UTC and 11 more"
    ]
