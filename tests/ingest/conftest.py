"""Fixtures of the ingest tests; a test of S3 runs on moto, unless it is marked `both_servers`."""

import datetime as dt
import sys
import time
from pathlib import Path

import boto3
import duckdb
import pytest

from finops.ingest.deliveries import write_delivery
from finops.ingest.discover import find_deliveries
from finops.ingest.s3 import bucket_folder, sync
from tests.conftest import line, write_bill
from tests.ingest.s3_servers import Bucket, Proxy, free_port, install_s3rver, no_progress, start

MAIN = "x_line_item_type, commitment_discount_status, billed_cost, effective_cost, list_cost"


@pytest.fixture
def charges(tmp_path):
    """Return a function from bill lines to charges, as (type, status, billed, effective, list)."""

    def run(*lines, columns=MAIN):
        write_bill(tmp_path / "bill.parquet", list(lines))
        (delivery,) = find_deliveries(tmp_path / "bill.parquet")
        write_delivery(delivery, tmp_path / "warehouse")
        query = f"select {columns} from '{tmp_path}/warehouse/charges/*/*/*.parquet'"
        return sorted(duckdb.sql(query).fetchall(), key=str)

    return run


@pytest.fixture(scope="session")
def moto_port(tmp_path_factory):
    """The port of moto's S3 server, which takes any credentials."""
    port = free_port()
    program = Path(sys.executable).with_name("moto_server")
    log = tmp_path_factory.mktemp("moto") / "log"
    # Few objects to a page, so that every listing has to go on to the next one.
    command = ["env", "MOTO_S3_DEFAULT_MAX_KEYS=5", program, "-H", "127.0.0.1", "-p", str(port)]
    process = start(command, port, log)
    yield port
    process.kill()
    process.wait()


@pytest.fixture(scope="session")
def s3rver_port(tmp_path_factory, request):
    """The port of s3rver, which refuses unknown keys."""
    program = install_s3rver(Path(request.config.cache.mkdir("s3rver")))
    port, folder = free_port(), tmp_path_factory.mktemp("s3rver")
    command = [program, "-a", "127.0.0.1", "-p", str(port), "-d", folder, "--no-vhost-buckets"]
    process = start(command, port, folder.with_name("s3rver.log"))
    yield port
    process.kill()
    process.wait()


@pytest.fixture
def aws(monkeypatch, tmp_path):
    """An AWS set-up of its own: nothing of this machine's, and no waiting between tries."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    values = {
        "AWS_ACCESS_KEY_ID": "S3RVER",
        "AWS_SECRET_ACCESS_KEY": "S3RVER",
        "AWS_REGION": "us-east-1",
        "AWS_CONFIG_FILE": str(tmp_path / "aws-config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "aws-credentials"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_MAX_ATTEMPTS": "1",
        "NO_PROXY": "127.0.0.1",
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("finops.ingest.s3_cache._BACKOFF_SECONDS", 0.001)
    return monkeypatch


@pytest.fixture
def server_port(request):
    """The port of the S3 server of this test."""
    return request.getfixturevalue(f"{getattr(request, 'param', 'moto')}_port")


@pytest.fixture
def proxy(aws, server_port):
    """The way to the S3 server; AWS_ENDPOINT_URL leads through it."""
    proxy = Proxy(server_port)
    aws.setenv("AWS_ENDPOINT_URL", proxy.endpoint)
    yield proxy
    proxy.close()


@pytest.fixture
def make_bucket(proxy):
    """Make empty buckets, filled without the proxy."""
    client = boto3.client("s3", endpoint_url=f"http://127.0.0.1:{proxy.server_port}")
    return lambda: Bucket(client, f"bills-{time.time_ns()}")


@pytest.fixture
def bucket(make_bucket):
    """An empty bucket."""
    return make_bucket()


@pytest.fixture
def cache(tmp_path):
    """The folder that S3 objects are brought to."""
    return tmp_path / "cache"


@pytest.fixture
def bring(cache):
    """Bring what is below a URL; return the files of its bucket by key."""

    def run(url, progress=no_progress, **options):
        sync(url, cache, progress=progress, **options)
        folder = bucket_folder(url, cache)
        files = sorted(file for file in folder.rglob("*") if file.is_file())
        keys = {file.relative_to(folder).as_posix(): file for file in files}
        return {key: file for key, file in keys.items() if not key.endswith("s3-index.json")}

    return run


@pytest.fixture
def refused(cache):
    """Bring what is below a URL; return why manifests are refused."""

    def run(url):
        manifests = sync(url, cache, progress=no_progress).refused
        return [one.problem for one in manifests]

    return run


@pytest.fixture
def bill(tmp_path):
    """The bytes of a bill of a month of 2026, of as many dollars as asked."""

    def make(cost=1.0, month=10):
        one = line(line_item_unblended_cost=cost, day=dt.datetime(2026, month, 5))
        return write_bill(tmp_path / "bill.parquet", [one]).read_bytes()

    return make
