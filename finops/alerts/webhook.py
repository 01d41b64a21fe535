"""Send an alert to any system that takes JSON, signed so that it knows the sender."""

import hashlib
import hmac
import json
import time
from typing import Any

from finops.alerts.http import request

__all__ = ["send", "signature"]


def send(message: dict[str, Any], *, address: str, key: str) -> None:
    """Post the message as JSON with its id and, with a key, a signature. Raises NotDelivered."""
    body = json.dumps(message, ensure_ascii=False, sort_keys=True).encode()
    headers = {"Content-Type": "application/json", "Idempotency-Key": message["message_id"]}
    if key:
        at = str(int(time.time()))
        headers["X-Finops-Timestamp"] = at
        headers["X-Finops-Signature"] = signature(body, at, key)
    request(address, body, headers)


def signature(body: bytes, timestamp: str, key: str) -> str:
    """Return `sha256=` and the HMAC-SHA256 (RFC 2104) in hex of timestamp, dot and body."""
    signed = hmac.new(key.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
    return f"sha256={signed.hexdigest()}"
