"""Send one request to another system, and say in words without secrets how it failed."""

import re
import urllib.request
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from functools import partial
from http.client import HTTPException
from threading import Thread
from typing import Any
from urllib.error import HTTPError

from finops.errors import NotDelivered

__all__ = ["request"]

TIMEOUT_SECONDS = 20.0
_MOST_BYTES = 1_000_000
_TRY_AGAIN = {408, 425, 429}
# Slack says in one such word what is wrong.
_WORD = re.compile(rb"[a-z_]{1,40}")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would take secrets to another address."""

    def redirect_request(self, *_: Any) -> None:
        return None


def request(
    address: str,
    body: bytes | None,
    headers: Mapping[str, str],
    *,
    method: str = "POST",
    read: bool = False,
) -> bytes:
    """Send a request once; return the answer's body if it is to be `read`.

    Raises NotDelivered, which says whether to try again. The standard library's client keeps no
    log, so the address, which may be a secret, appears nowhere.
    """
    # A server that sends a byte now and then never lets the time of a socket run out.
    answer: Future[bytes] = Future()
    asking = partial(_request, address, body, headers, method=method, read=read)
    Thread(target=_settle, args=(answer, asking), daemon=True).start()
    try:
        return answer.result(TIMEOUT_SECONDS)
    except TimeoutError:
        raise _late() from None


def _settle(answer: Future[bytes], asking: Callable[[], bytes]) -> None:
    try:
        answer.set_result(asking())
    except BaseException as error:
        answer.set_exception(error)


def _request(
    address: str, body: bytes | None, headers: Mapping[str, str], *, method: str, read: bool
) -> bytes:
    try:
        asked = urllib.request.Request(address, body, dict(headers), method=method)  # noqa: S310
        with urllib.request.build_opener(_NoRedirect).open(asked, timeout=TIMEOUT_SECONDS) as got:
            # A status of success is the receipt, even if the rest is cut off.
            return bytes(got.read(_MOST_BYTES)) if read else b""
    except HTTPError as error:
        raise _refused(error, address) from None
    except TimeoutError:
        raise _late() from None
    except (OSError, HTTPException) as error:
        if isinstance(getattr(error, "reason", None), TimeoutError):
            raise _late() from None
        raise NotDelivered("the connection failed", again=True) from None
    except ValueError:
        raise NotDelivered("its address can't be used", again=False) from None


def _late() -> NotDelivered:
    return NotDelivered(f"no answer in {TIMEOUT_SECONDS:g} seconds", again=True)


def _refused(error: HTTPError, address: str) -> NotDelivered:
    again = error.code in _TRY_AGAIN or error.code >= 500
    try:
        word = _WORD.fullmatch(error.read(_MOST_BYTES).strip())
    except (OSError, HTTPException):
        word = None
    # A word of the address would be part of a secret.
    known = word and word.group().decode() not in address
    why = f" ({word.group().decode()})" if word and known else ""
    wait = _retry_after(error.headers)
    return NotDelivered(f"it answered {error.code}{why}", again=again, wait_seconds=wait)


def _retry_after(headers: Message) -> float:
    """Return the seconds that the header Retry-After asks to wait, by number or date."""
    text = headers.get("Retry-After", "")
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - datetime.now(UTC)).total_seconds())
