"""Ask S3 what it holds and for its bytes, and say in one line why it refuses."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore import exceptions as aws
from botocore.config import Config
from botocore.parsers import ResponseParserError

from finops.errors import BadSource, FinopsError, SourceNotFound

_CHUNK = 1 << 18
_BROKEN = (aws.HTTPClientError, aws.ConnectionError, aws.IncompleteReadError)
_MISSING = {"404", "NoSuchKey", "NotFound"}
_CHANGED = {"412", "PreconditionFailed"} | _MISSING
_READ = "s3:GetObject, and kms:Decrypt where a key encrypts it"
_SIGN_IN = "Check AWS_PROFILE and the AWS configuration, or sign in again."
_REFUSALS: dict[str, tuple[type[FinopsError], str]] = {
    "NoSuchBucket": (
        SourceNotFound,
        "there is no such bucket. Check its name and AWS_ENDPOINT_URL.",
    ),
    "AccessDenied": (BadSource, "access denied. The profile or role needs {permission}."),
    "NotSignedIn": (BadSource, f"the AWS credentials are not accepted. {_SIGN_IN}"),
    "Expired": (BadSource, f"the AWS credentials have expired. {_SIGN_IN}"),
    "OtherRegion": (BadSource, "the bucket is in another region. Set AWS_REGION to its own."),
    "InvalidObjectState": (BadSource, "the object is archived. Restore it in S3 first."),
    "RequestTimeTooSkewed": (BadSource, "this machine's clock is wrong. Set it and try again."),
}
_MEANINGS = {
    "403": "AccessDenied",
    "Forbidden": "AccessDenied",
    "AllAccessDisabled": "AccessDenied",
    "InvalidAccessKeyId": "NotSignedIn",
    "SignatureDoesNotMatch": "NotSignedIn",
    "InvalidToken": "NotSignedIn",
    "ExpiredToken": "Expired",
    "RequestExpired": "Expired",
    "TokenRefreshRequired": "Expired",
    "301": "OtherRegion",
    "PermanentRedirect": "OtherRegion",
    "AuthorizationHeaderMalformed": "OtherRegion",
}


class ObjectChanged(Exception):
    """The object is no longer what the bucket listed."""


class ConnectionCut(Exception):
    """The connection broke before the last byte."""


@dataclass(frozen=True)
class S3Object:
    """One object as a bucket lists it: where it is and which content it has."""

    bucket: str
    key: str
    etag: str
    size: int
    modified: int

    @property
    def url(self) -> str:
        """The address that people write."""
        return f"s3://{self.bucket}/{self.key}"


@dataclass(frozen=True)
class Content:
    """The bytes of an object from `start` on; `md5` of the whole object, if S3 says it."""

    start: int
    md5: str | None
    chunks: Iterator[bytes]


class S3Client:
    """S3, or what AWS_ENDPOINT_URL names, with the credentials of the ordinary AWS chain."""

    def __init__(self, threads: int) -> None:
        config = Config(max_pool_connections=threads, connect_timeout=10, read_timeout=60)
        with _explained("S3", ""):
            self._client: Any = boto3.session.Session().client("s3", config=config)
        # An endpoint may carry a password, so errors name its host only.
        self._host = urlsplit(self._client.meta.endpoint_url).hostname or "S3"

    def list(self, bucket: str, prefix: str) -> list[S3Object]:
        """Return every object whose key starts with `prefix`. Raises SourceNotFound, BadSource."""
        pages = self._client.get_paginator("list_objects_v2")
        with _explained(f"s3://{bucket}/{prefix}", self._host, "s3:ListBucket"):
            return [
                _listed(bucket, one["Key"], one, one["Size"])
                for page in pages.paginate(Bucket=bucket, Prefix=prefix)
                for one in page.get("Contents", [])
            ]

    def head(self, bucket: str, key: str) -> S3Object | None:
        """Return one object, or None where there is none. Raises SourceNotFound, BadSource."""
        with _explained(f"s3://{bucket}/{key}", self._host, _READ):
            try:
                found = self._client.head_object(Bucket=bucket, Key=key)
            except aws.ClientError as error:
                if _code(error) in _MISSING:
                    return None
                raise
        return _listed(bucket, key, found, found["ContentLength"])

    def get(self, item: S3Object, start: int) -> Content:
        """Return the bytes of `item` from `start`; they can begin earlier.

        Raises ObjectChanged, ConnectionCut, SourceNotFound, BadSource.
        """
        wanted = {"Bucket": item.bucket, "Key": item.key, "IfMatch": f'"{item.etag}"'}
        if start:
            wanted["Range"] = f"bytes={start}-"
        with _explained(item.url, self._host, _READ):
            answer = self._get(wanted)
        if _bare(answer["ETag"]) != item.etag:
            raise ObjectChanged(item.url)
        is_partial = answer["ResponseMetadata"]["HTTPStatusCode"] == 206
        return Content(start if is_partial else 0, _md5(item, answer), _chunks(answer["Body"]))

    def _get(self, wanted: dict[str, str]) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = self._client.get_object(**wanted)
        except aws.ClientError as error:
            if _code(error) in _CHANGED:
                raise ObjectChanged from error
            raise
        except _BROKEN as error:
            raise ConnectionCut(type(error).__name__) from error
        return answer


def _listed(bucket: str, key: str, found: dict[str, Any], size: int) -> S3Object:
    return S3Object(bucket, key, _bare(found["ETag"]), size, int(found["LastModified"].timestamp()))


def _bare(etag: str) -> str:
    return etag.strip('"')


def _md5(item: S3Object, answer: dict[str, Any]) -> str | None:
    # The ETag of an object in parts, of a directory bucket or under a KMS key is no MD5.
    encryption = answer.get("ServerSideEncryption", "AES256")
    is_md5 = (
        len(item.etag) == 32 and encryption == "AES256" and "SSECustomerAlgorithm" not in answer
    )
    return item.etag if is_md5 and not item.bucket.endswith("--x-s3") else None


def _chunks(body: Any) -> Iterator[bytes]:
    try:
        yield from body.iter_chunks(_CHUNK)
    except (*_BROKEN, aws.FlexibleChecksumError) as error:
        raise ConnectionCut(type(error).__name__) from error


def _code(error: aws.ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


@contextmanager
def _explained(url: str, host: str, permission: str = "") -> Iterator[None]:
    """Turn what AWS's library raises into one line with what, where and what to do."""
    try:
        yield
    except aws.ClientError as error:
        raise _refusal(url, error, permission) from error
    except _BROKEN as error:
        raise BadSource(
            f"{url}: no answer from {host} ({type(error).__name__}). "
            "Check the network and AWS_ENDPOINT_URL."
        ) from error
    except (aws.NoCredentialsError, aws.PartialCredentialsError) as error:
        raise BadSource(f"{url}: no AWS credentials found. {_SIGN_IN}") from error
    except aws.ProfileNotFound as error:
        raise BadSource(f"{url}: {error}. {_SIGN_IN}") from error
    except ResponseParserError as error:
        raise BadSource(f"{url}: {host} does not answer as S3. Check AWS_ENDPOINT_URL.") from error
    except ValueError as error:
        raise BadSource(f"{url}: the endpoint is no address. Check AWS_ENDPOINT_URL.") from error
    except aws.BotoCoreError as error:
        raise BadSource(f"{url}: AWS refused ({type(error).__name__}). {_SIGN_IN}") from error


def _refusal(url: str, error: aws.ClientError, permission: str) -> FinopsError:
    code = _code(error)
    if error.operation_name.startswith("AssumeRole"):
        permission = f"sts:{error.operation_name}"
    answer = f"the answer was {code or 'an unknown error'}. "
    unknown = (BadSource, answer + "Check AWS_ENDPOINT_URL, or load again later.")
    kind, text = _REFUSALS.get(_MEANINGS.get(code, code), unknown)
    return kind(f"{url}: {text.format(permission=permission)}")
