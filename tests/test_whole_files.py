"""A command on a machine without room or memory ends in one line and loses nothing."""

import os
import resource
import shutil
import subprocess
import sys

import pytest

import finops
from finops.whole_files import write_whole
from tests.conftest import line, write_bill

MAIN = [sys.executable, "-c", "from finops.cli import main; main()"]
COMMANDS = [
    ("load", "{project}/more.parquet"),
    ("build",),
    ("statement", "2026-10"),
    ("estimate",),
    ("anomalies",),
    ("close", "2026-10"),
]


def run(*arguments, **options):
    done = subprocess.run(
        [*MAIN, *arguments], capture_output=True, text=True, timeout=120, **options
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


def bill(path, count, cost):
    lines = [
        line(line_item_unblended_cost=cost, line_item_resource_id=f"i-{n:x}-{os.urandom(40).hex()}")
        for n in range(count)
    ]
    return write_bill(path, lines)


def built(project):
    (project / "finops.toml").write_text('company = "Test"\n')
    with finops.connect(project) as warehouse:
        warehouse.load(bill(project / "bill.parquet", 10, 1.0))
        warehouse.build()


def mount(folder, options):
    return subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)],
        capture_output=True,
        check=False,
    ).returncode


@pytest.fixture
def full_disk(tmp_path):
    """A project on a disk of its own that has almost no room left."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() or not shutil.which("mount") or mount(folder, "size=100m"):
        pytest.skip("only root can mount a small disk here")
    try:
        built(folder)
        bill(folder / "more.parquet", 20_000, 2.0)
        room = shutil.disk_usage(folder).free
        with (folder / "ballast").open("wb") as stream:
            # Some KB are left, so that files begin and don't end.
            for _ in range((room - 60_000) // 4096):
                stream.write(bytes(4096))
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_full_disk_is_one_line_in_any_command(full_disk):
    for name, *rest in COMMANDS:
        words = [word.format(project=full_disk) for word in rest]
        done = run(
            name, *words, "--project", str(full_disk), env=os.environ | {"OMP_NUM_THREADS": "1"}
        )
        if done.returncode:
            assert done.stderr.startswith("error: ") and done.stderr.count("\n") == 1, done.stderr
    assert not [one for one in full_disk.rglob(".*") if one.name.startswith(".2026")]
    (full_disk / "ballast").unlink()
    with finops.connect(full_disk) as warehouse:
        assert warehouse.sql("select sum(billed_cost) as b from facts.daily_cost")["b"][0] == 10
        warehouse.load(full_disk / "more.parquet")
        warehouse.build()
        assert warehouse.damage(whole=True) == []
        assert warehouse.sql("select sum(billed_cost) as b from facts.daily_cost")["b"][0] == 40_010
    left = [one.name for one in (full_disk / "warehouse").rglob(".*")]
    assert not left, left


def test_little_memory_spills_or_is_one_line(tmp_path):
    built(tmp_path)
    limit = 3_000_000_000

    def bound():
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))

    (tmp_path / "warehouse/finops.duckdb").unlink()
    done = run(
        "build",
        "--project",
        str(tmp_path),
        preexec_fn=bound,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 0 or done.stderr.count("\n") == 1, done.stderr


@pytest.mark.parametrize(("umask", "rights"), [(0o022, 0o644), (0o077, 0o600), (0o027, 0o640)])
def test_written_pages_have_the_rights_that_the_umask_leaves(umask, rights, tmp_path):
    before = os.umask(umask)
    try:
        write_whole(tmp_path / "pages" / "x.html", "text")
    finally:
        os.umask(before)
    assert (tmp_path / "pages" / "x.html").stat().st_mode & 0o777 == rights
    assert [one.name for one in (tmp_path / "pages").iterdir()] == ["x.html"]
