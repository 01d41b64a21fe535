"""A writer that dies at any moment leaves the last good warehouse, and the next run completes."""

import multiprocessing
import random
import resource
import time
from collections import Counter

import pytest

import finops
from tests.conftest import line, write_bill

KILLS = 20


def load_and_build(project, bills):
    """Load and build one bill after another until killed."""
    warehouse = finops.connect(project)
    while True:
        for bill in bills:
            warehouse.load(bill)
            warehouse.build()


def load_and_build_once(project, bill):
    with finops.connect(project) as warehouse:
        warehouse.load(bill)
        warehouse.build()


def build_without_room(project, bill, queue):
    """Load and build with room for no file above 200 KB; say how it ended."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
    try:
        warehouse = finops.connect(project)
        warehouse.load(bill)
        warehouse.build()
        queue.put("no error")
    except Exception as error:
        queue.put(f"{type(error).__name__}: {error}")


@pytest.fixture(scope="module")
def processes():
    """Processes that start without the threads of this one, and have the models read already.

    So all their moments are of a load or a build.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.fixtures.models_read", "tests.warehouse.test_crash"])
    return context


@pytest.fixture
def bills(tmp_path):
    """Bills of one month, of 1000 lines that add up to 1000, 2000, … USD."""
    return [
        write_bill(
            tmp_path / f"bill-{cost}.parquet",
            [line(line_item_unblended_cost=float(cost)) for _ in range(1000)],
        )
        for cost in range(1, 3 * KILLS + 4)
    ]


def billed(project):
    with finops.connect(project) as warehouse:
        rows = warehouse.sql(
            "select sum(daily.billed_cost) as facts, "
            "(select sum(effective_cost) from marts.team_month) as marts from facts.daily_cost daily"
        )
    return int(rows["facts"][0]), int(rows["marts"][0])


def test_killed_at_random_moments_readers_see_whole_builds(processes, project, bills):
    first = finops.connect(project)
    first.load(bills[0])
    first.build()
    first.close()
    # The first process waits for the server of processes to start; the second only loads and builds.
    for bill in bills[1:3]:
        start = time.monotonic()
        writer = processes.Process(target=load_and_build_once, args=(project, bill))
        writer.start()
        writer.join()
        seconds = time.monotonic() - start
    chance = random.Random(20261122)
    # One moment in each part of two builds, so that no phase of them is left out.
    moments = [(part + chance.random()) / KILLS * 2 * seconds for part in range(KILLS)]
    chance.shuffle(moments)
    seen = Counter()
    for number, moment in enumerate(moments):
        # Three new bills for each writer: one that is loaded already is no work.
        todo = bills[3 * number + 3 :]
        writer = processes.Process(target=load_and_build, args=(project, todo), daemon=True)
        writer.start()
        time.sleep(moment)
        writer.kill()
        writer.join()
        facts, marts = billed(project)
        assert facts == marts
        assert facts % 1000 == 0
        seen[facts] += 1
    assert sum(seen.values()) == KILLS
    assert len(seen) > 3, "the writers hardly got to write; the test proves nothing"
    lines = [line(line_item_unblended_cost=0.007) for _ in range(1000)]
    last = write_bill(project / "last.parquet", lines)
    with finops.connect(project) as warehouse:
        warehouse.load(last)
        warehouse.build()
    assert billed(project) == (7, 7)
    left = [file.name for file in (project / "warehouse").rglob(".*")]
    assert not left, left


def test_full_disk_is_an_error_and_loses_nothing(processes, project, bills, tmp_path):
    with finops.connect(project) as warehouse:
        warehouse.load(bills[0])
        warehouse.build()
    queue = processes.Queue()
    many = write_bill(
        tmp_path / "many.parquet",
        [
            line(line_item_unblended_cost=1.0, line_item_line_item_description=f"{n * 7919**9:x}")
            for n in range(20000)
        ],
    )
    writer = processes.Process(target=build_without_room, args=(project, many, queue))
    writer.start()
    message = queue.get(timeout=60)
    writer.join()
    assert message.startswith(("IOException", "OSError")), message
    assert billed(project) == (1000, 1000)
    assert not list((project / "warehouse").rglob(".delivery=*"))
    with finops.connect(project) as warehouse:
        warehouse.load(many)
        warehouse.build()
    assert billed(project) == (20000, 20000)
