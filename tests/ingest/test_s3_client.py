"""S3's refusals are one line each: what, where, what to do, and no secret."""

import sys

import pytest

from finops.cli import main
from finops.errors import BadSource, SourceNotFound
from finops.ingest.s3_client import S3Client
from tests.ingest.s3_servers import Refusing, both_servers, free_port

SECRET = "hidden-0123456789"  # noqa: S105


@pytest.fixture
def refusal(aws, cache, bring):
    """The one line that a load ends with."""

    def run(url="s3://bills/pre", kind=BadSource):
        with pytest.raises(kind) as error:
            bring(url)
        text = str(error.value)
        assert SECRET not in text
        assert "\n" not in text
        return text

    return run


@pytest.mark.parametrize("server_port", ["s3rver"], indirect=True)
def test_unknown_access_key(aws, bucket, refusal):
    aws.setenv("AWS_ACCESS_KEY_ID", SECRET)
    assert refusal(bucket.url("pre")) == (
        f"{bucket.url('pre/')}: the AWS credentials are not accepted. "
        "Check AWS_PROFILE and the AWS configuration, or sign in again."
    )


@both_servers
def test_absent_bucket_and_prefix(bucket, refusal):
    assert "there is no such bucket" in refusal("s3://bills-nowhere/pre", SourceNotFound)
    assert "holds nothing" in refusal(bucket.url("pre"), SourceNotFound)
    bucket.put("pre/readme.txt", b"text")
    assert "holds no bill" in refusal(bucket.url("pre"), SourceNotFound)


@pytest.mark.parametrize("url", ["s3://", "s3:///pre", "s3://../pre", "s3://a:b@c/pre"])
def test_address_without_a_bucket(refusal, url):
    assert refusal(url, SourceNotFound).endswith("Example: s3://my-bucket/reports")


def test_no_credentials(aws, refusal):
    aws.delenv("AWS_ACCESS_KEY_ID")
    aws.delenv("AWS_SECRET_ACCESS_KEY")
    assert "no AWS credentials found" in refusal()


def test_unknown_profile(aws, refusal):
    aws.setenv("AWS_PROFILE", "finance")
    assert "The config profile (finance) could not be found" in refusal()


def test_profile_is_used(aws, bucket, bring, tmp_path):
    bucket.put("a.parquet", b"1")
    endpoint = f"http://127.0.0.1:{free_port()}"
    (tmp_path / "aws-config").write_text(f"[profile finance]\nendpoint_url = {endpoint}\n")
    aws.delenv("AWS_ENDPOINT_URL")
    aws.setenv("AWS_PROFILE", "finance")
    with pytest.raises(BadSource, match=r"no answer from 127\.0\.0\.1"):
        bring(bucket.url())


def test_endpoint_that_nobody_listens_on(aws, refusal):
    aws.setenv("AWS_ENDPOINT_URL", f"http://user:{SECRET}@127.0.0.1:{free_port()}")
    assert "no answer from 127.0.0.1 (EndpointConnectionError)" in refusal()


def test_endpoint_that_is_none(aws, refusal):
    aws.setenv("AWS_ENDPOINT_URL", "not an address")
    assert "the endpoint is no address" in refusal()


@pytest.mark.parametrize(
    ("status", "body", "message"),
    [
        (200, "Welcome", "the answer was 500"),
        (403, "<Error><Code>SignatureDoesNotMatch</Code></Error>", "are not accepted"),
        (403, "<Error><Code>AccessDenied</Code></Error>", "needs s3:ListBucket"),
        (400, "<Error><Code>ExpiredToken</Code></Error>", "credentials have expired"),
        (400, "<Error><Code>Strange</Code></Error>", "the answer was Strange"),
        (502, "<html>Bad gateway</html>", "the answer was 502"),
    ],
)
def test_other_answers(aws, refusal, status, body, message):
    with Refusing(status, body) as endpoint:
        aws.setenv("AWS_ENDPOINT_URL", endpoint)
        assert message in refusal()


def test_refusal_is_one_line_and_exit_1(project, aws, capsys, monkeypatch):
    aws.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setattr(
        sys, "argv", ["finops", "load", "s3://bills/pre", "--project", str(project)]
    )
    with pytest.raises(SystemExit) as end:
        main()
    error = capsys.readouterr().err.strip()
    assert end.value.code == 1
    assert error.startswith("error: s3://bills/pre/: no answer from 127.0.0.1")
    assert len(error.splitlines()) == 1


def test_etag_under_a_kms_key_is_no_md5(bucket):
    bucket.put("plain", b"1")
    bucket.put("kms", b"1", ServerSideEncryption="aws:kms")
    client = S3Client(1)
    md5 = [client.get(item, 0).md5 for item in client.list(bucket.name, "")]
    assert md5 == [None, "c4ca4238a0b923820dcc509a6f75849b"]
