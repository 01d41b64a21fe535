"""Pools that can't be split as they say are refused with file and line, before anything is built."""

import pytest

from finops.errors import BadInput

TEAMS = "team,kind\na,team\nb,team\nkafka,shared\nnet,shared\n"
DRIVERS = "date,driver,team,quantity\n"
THREE_DAYS = "".join(f"2026-10-0{day},messages,a,5\n" for day in (4, 5, 6))


def pools(*lines):
    return "pool,charges,method,driver,targets,missing_driver,idle\n" + "\n".join(lines) + "\n"


def shares(*lines):
    return "pool,team,share,valid_from,valid_to\n" + "\n".join(lines) + "\n"


def tables(con, name):
    return sorted(con.execute(f"from mappings.{name}").fetchall())


def refused(load_files, message, **files):
    with pytest.raises(BadInput, match=message):
        load_files(**{"teams": TEAMS, **files})


def test_pool_names_its_charges_and_targets(load_files):
    con = load_files(
        teams=TEAMS, shared_costs=pools("kafka,tax|support,even,,,,", "net,,even,,a|kafka,,")
    )
    assert tables(con, "pool_charges") == [("kafka", "support"), ("kafka", "tax")]
    flows = [("kafka", "a"), ("kafka", "b"), ("net", "a"), ("net", "kafka")]
    assert tables(con, "pool_targets") == flows


def test_driver_reaches_whom_its_series_names_but_not_the_pool_itself(load_files):
    drivers = DRIVERS + THREE_DAYS + "2026-10-04,messages,kafka,9\n2026-10-04,messages,net,9\n"
    con = load_files(
        teams=TEAMS,
        drivers=drivers,
        shared_costs=pools("kafka,,driver,messages,,,", "net,,even,,,,"),
    )
    assert tables(con, "pool_targets")[:2] == [("kafka", "a"), ("kafka", "net")]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("search,,even,,,,", r"shared_costs\.csv line 2: unknown shared team 'search'"),
        ("kafka,,random,,,,", r"line 2: method 'random'"),
        ("kafka,taxes,even,,,,", r"line 2: charges 'taxes'"),
        ("kafka,,even,,serch,,", "line 2: unknown team 'serch'"),
        ("kafka,,even,,kafka,,", "line 2: kafka can't pay itself"),
        ("kafka,,driver,,,,", "line 2: the method driver needs a driver"),
        ("kafka,,driver,mesages,,,", "line 2: unknown driver 'mesages'; did you mean 'messages'"),
        ("kafka,,even,messages,,,", "line 2: driver has no meaning for the method even"),
        ("kafka,,even,,,previous,", "line 2: missing_driver has no meaning for the method even"),
        ("kafka,,even,,,,keep", "line 2: idle has no meaning for the method even"),
        ("kafka,,split_cost,,a,,", "line 2: targets has no meaning for the method split_cost"),
        ("kafka,,split_cost,,,previous,", "line 2: split rows of an earlier day say nothing"),
        ("kafka,,fixed,,,,", r"shares\.csv: the shares of kafka sum to 0 on 2026-10-04"),
    ],
)
def test_pool_that_cannot_be_split_is_refused(load_files, line, message):
    refused(load_files, message, drivers=DRIVERS + THREE_DAYS, shared_costs=pools(line))


def test_charge_that_two_pools_collect_is_refused(load_files):
    both = pools("kafka,tax,even,,,,", "net,support|tax,even,,,,")
    refused(
        load_files,
        "line 3: tax is already collected by kafka on line 2",
        shared_costs=both,
    )


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["kafka,a,0.5,,", "kafka,b,0.4,,"], r"line 3: the shares of kafka sum to 0\.9 on 0001"),
        (["kafka,a,0.5,,", "kafka,a,0.5,,"], "line 3: two shares of one team in kafka"),
        (["kafka,c,1,,"], "line 2: unknown team 'c'"),
        (["net,a,1,,"], "line 2: unknown pool of method fixed 'net'"),
        (["kafka,kafka,1,,"], "line 2: kafka can't pay itself"),
        (["kafka,a,1.5,,"], r"line 2: share '1\.5'"),
        (["kafka,a,0,,"], "line 2: share '0'"),
        (["kafka,a,1,2026-10-05,2026-10-05"], "line 2: valid_to 2026-10-05 is not after"),
        (["kafka,a,1,2026-10-05,"], "line 2: the shares of kafka sum to 0 on 2026-10-04"),
        (
            ["kafka,a,1,,2026-10-06", "kafka,b,0.7,2026-10-05,"],
            r"line 3: the shares of kafka sum to 1\.7 on 2026-10-05",
        ),
    ],
)
def test_shares_that_are_not_one_on_each_day_are_refused(load_files, lines, message):
    files = {"shared_costs": pools("kafka,,fixed,,,,"), "shared_cost_shares": shares(*lines)}
    refused(load_files, message, **files)


def test_shares_may_change_on_a_day(load_files):
    lines = "kafka,a,1,,2026-10-05", "kafka,a,0.3,2026-10-05,", "kafka,b,0.7,2026-10-05,"
    con = load_files(
        teams=TEAMS, shared_costs=pools("kafka,,fixed,,,,"), shared_cost_shares=shares(*lines)
    )
    assert tables(con, "pool_targets") == [("kafka", "a"), ("kafka", "b")]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("2026-10-04,messages,b,-1", r"drivers\.csv line 5: quantity -1\.000000 is below zero"),
        ("2026-10-04,messages,serch,1", r"drivers\.csv line 5: unknown team 'serch'"),
        ("2026-10-04,orders,a,1", r"drivers\.csv line 5: orders comes from orders\.csv"),
        (
            "2026-10-04,messages,a,1",
            r"drivers\.csv line 5: same date and driver and team as line 2",
        ),
        ("2026-10-32,messages,a,1", r"drivers\.csv line 5: date '2026-10-32' does not parse"),
    ],
)
def test_wrong_driver_row_is_refused(load_files, line, message):
    refused(load_files, message, drivers=DRIVERS + THREE_DAYS + line + "\n")


def test_driver_with_a_missing_day_is_refused_unless_the_pool_says_what_to_do(load_files):
    gap = DRIVERS + "2026-10-04,messages,a,5\n2026-10-05,messages,a,0\n2026-10-06,messages,b,5\n"
    refused(
        load_files,
        r"shared_costs\.csv line 2: business/drivers\.csv has no messages of 2026-10-05 for kafka "
        r"\(1 such days.*previous, even or proportional",
        drivers=gap,
        shared_costs=pools("kafka,,driver,messages,,,"),
    )
    for missing in ("previous", "even", "proportional"):
        pool = pools(f"kafka,,driver,messages,,{missing},")
        load_files(teams=TEAMS, drivers=gap, shared_costs=pool)


def test_previous_needs_an_earlier_day(load_files):
    late = DRIVERS + "2026-10-06,messages,a,5\n"
    pool = pools("kafka,,driver,messages,,previous,")
    refused(load_files, r"no messages of 2026-10-04.*\(2 such", drivers=late, shared_costs=pool)


def test_orders_are_a_driver_of_the_team_that_runs_the_service(load_files):
    orders = "hour,service,orders\n" + "".join(
        f"2026-10-0{day}T12:00:00Z,{service},7\n" for day in (4, 5, 6) for service in ("shop", "*")
    )
    services = "service,team\nshop,b\n"
    pool = pools("kafka,,driver,orders,,,")
    con = load_files(teams=TEAMS, services=services, orders=orders, shared_costs=pool)
    assert tables(con, "pool_targets") == [("kafka", "b")]


def test_pools_that_only_feed_each_other_are_refused(load_files):
    closed = pools("kafka,,even,,net,,", "net,,even,,kafka,,")
    message = "line 2: the cost of kafka reaches no team that pays, only net"
    refused(load_files, message, shared_costs=closed)


def test_circle_is_solved_but_refused_for_step_down(load_files):
    circle = pools("kafka,,even,,net|a,,", "net,,even,,kafka|b,,")
    load_files(teams=TEAMS, shared_costs=circle)
    message = "line 2: step_down can't split pools that feed each other: kafka → net → kafka"
    refused(load_files, message, shared_cost="step_down", shared_costs=circle)


def test_direct_needs_a_team_that_pays(load_files):
    chain = pools("kafka,,even,,net,,", "net,,even,,a,,")
    load_files(teams=TEAMS, shared_costs=chain)
    message = "line 2: the cost of kafka reaches no team that pays"
    refused(load_files, message, shared_cost="direct", shared_costs=chain)
