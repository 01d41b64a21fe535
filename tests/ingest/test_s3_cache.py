"""A copy is whole and the right one, whatever happens on the way."""

import signal
import subprocess
import sys
import time

import pytest

from finops.errors import BadSource
from tests.ingest.s3_servers import both_servers

KEY = "a/rep-00001.snappy.parquet"
BIG = bytes(range(256)) * 12_000  # 3 MB


@both_servers
def test_broken_connection_goes_on_where_it_stopped(bucket, proxy, bring):
    bucket.put(KEY, BIG)
    proxy.cut(1, after=1_500_000)
    assert bring(bucket.url())[KEY].read_bytes() == BIG
    assert proxy.ranges() == [0, pytest.approx(1_250_000, abs=260_000)]
    assert proxy.bytes_sent < len(BIG) + 300_000


def test_connection_that_always_breaks_is_one_error_and_goes_on_later(bucket, proxy, bring):
    bucket.put(KEY, BIG)
    proxy.cut(99, after=1_500_000)
    proxy.is_refusing_ranges = True
    with pytest.raises(BadSource, match=r"rep-00001.*5 tries failed.*goes on where it stopped"):
        bring(bucket.url())
    proxy.cut(0, after=0)
    proxy.is_refusing_ranges = False
    proxy.requests.clear()
    assert bring(bucket.url())[KEY].read_bytes() == BIG
    assert proxy.ranges()[0] > 1_000_000


@both_servers
def test_killed_load_goes_on_where_it_stopped(bucket, proxy, bring, cache):
    bucket.put(KEY, BIG)
    proxy.cut(1, after=1_500_000, is_hanging=True)
    code = (
        "from pathlib import Path; from finops.ingest.s3 import sync; "
        f"sync({bucket.url()!r}, Path({str(cache)!r}), progress=lambda *_: None)"
    )
    process = subprocess.Popen([sys.executable, "-c", code])
    wait_for(lambda: sum(file.stat().st_size for file in cache.rglob("*.part")) > 1_000_000)
    process.send_signal(signal.SIGKILL)
    process.wait()
    proxy.requests.clear()
    assert bring(bucket.url())[KEY].read_bytes() == BIG
    assert proxy.ranges()[0] > 1_000_000
    assert not list(cache.rglob("*.part"))


def test_spoiled_byte_is_noticed(bucket, proxy, bring):
    bucket.put(KEY, BIG)
    proxy.is_spoiling = True
    assert bring(bucket.url())[KEY].read_bytes() == BIG
    assert proxy.ranges() == [0, 0]


def test_part_of_older_content_is_not_continued(bucket, proxy, bring):
    bucket.put(KEY, BIG)
    proxy.cut(99, after=1_500_000)
    proxy.is_refusing_ranges = True
    with pytest.raises(BadSource):
        bring(bucket.url())
    proxy.cut(0, after=0)
    proxy.requests.clear()
    bucket.put(KEY, BIG[::-1])
    assert bring(bucket.url())[KEY].read_bytes() == BIG[::-1]
    assert proxy.ranges() == [0]


def test_objects_rewritten_during_the_load_are_not_mixed(bucket, bring):
    keys = ["a/1.parquet", "a/2.parquet"]
    for key in keys:
        bucket.put(key, b"old" * 1_000_000)
    rewritten = []

    def rewrite(name, number, total):
        if not rewritten:
            rewritten.append(True)
            for key in keys:
                bucket.put(key, b"new" * 1_000_000)

    brought = bring(bucket.url(), rewrite)
    assert {file.read_bytes()[:3] for file in brought.values()} == {b"new"}


def test_files_are_fetched_at_the_same_time(bucket, proxy, bring):
    keys = [f"a/{number:03}.parquet" for number in range(60)]
    for key in keys:
        bucket.put(key, key.encode() * 1000)
    brought = bring(bucket.url())
    assert {key: file.read_bytes() for key, file in brought.items()} == {
        key: key.encode() * 1000 for key in keys
    }
    assert sorted(proxy.fetched()) == keys
    assert proxy.most_at_once > 1


def test_copy_that_was_cut_or_removed_is_fetched_again(bucket, bring):
    bucket.put(KEY, BIG)
    copy = bring(bucket.url())[KEY]
    copy.write_bytes(b"cut")
    assert bring(bucket.url())[KEY].read_bytes() == BIG
    copy.unlink()
    assert bring(bucket.url())[KEY].read_bytes() == BIG


def test_progress_counts_megabytes(bucket, bring):
    bucket.put(KEY, BIG)
    seen = []
    bring(bucket.url(), lambda *step: seen.append(step))
    assert seen[-1] == (f"{bucket.url()} (MB)", 3, 3)


def wait_for(condition):
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "waited 60 s"
        time.sleep(0.02)
