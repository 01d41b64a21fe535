"""Write an alert as an e-mail file that a mail program opens or a mail server sends."""

import os
import struct
import zlib
from email.message import EmailMessage
from email.utils import formatdate
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from finops.alerts.messages import facts, headline
from finops.errors import NotDelivered

__all__ = ["bars_png", "mail_of", "send"]

_BAR_PIXELS, _GAP_PIXELS, _HIGH_PIXELS = 8, 2, 64


def send(message: dict[str, Any], *, folder: Path, to: str) -> None:
    """Write `<message_id>.eml` into the folder, whole or not at all; a second time changes nothing.

    Raises NotDelivered if the folder can't be written.
    """
    try:
        _write(folder, message, to)
    except OSError as error:
        raise NotDelivered(f"{folder} can't be written: {error.strerror}", again=False) from error


def _write(folder: Path, message: dict[str, Any], to: str) -> None:
    path = folder / f"{message['message_id']}.eml"
    if path.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f".{path.name}.{os.getpid()}"
    with part.open("wb") as stream:
        stream.write(bytes(mail_of(message, to)))
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(path)


def mail_of(message: dict[str, Any], to: str) -> EmailMessage:
    """Return the e-mail: text, and HTML with a chart as a picture inside."""
    mail = EmailMessage()
    mail["Subject"] = f"[{message['company']}] {headline(message)}".replace("\n", " ")
    mail["To"] = to
    mail["Date"] = formatdate()
    mail["Message-ID"] = f"<{message['message_id']}@finops.invalid>"
    rows = facts(message)
    text = "\n".join([headline(message), *(f"{name}: {value}" for name, value in rows)])
    mail.set_content(text)
    mail.add_alternative(_html(message, rows), subtype="html")
    costs = message["chart"]["cost"]
    if costs:
        page = mail.get_payload()[1]  # type: ignore[index]
        page.add_related(bars_png(costs), "image", "png", cid="<chart>")  # type: ignore[union-attr]
    return mail


def _html(message: dict[str, Any], rows: list[tuple[str, str]]) -> str:
    cells = "".join(f"<tr><td>{name}</td><td>{escape(value)}</td></tr>" for name, value in rows)
    chart = message["chart"]
    alt = f"Daily cost of {len(chart['cost'])} days from {chart['first_day']}, UTC"
    picture = f'<p><img src="cid:chart" alt="{escape(alt)}"></p><p>{escape(alt)}</p>'
    return (
        f"<h2>{escape(headline(message))}</h2><table>{cells}</table>"
        f"{picture if chart['cost'] else ''}"
    )


def bars_png(values: list[float]) -> bytes:
    """Return a grey PNG picture with a bar per value; the highest is as high as the picture."""
    most = max(max(values), 0.0) or 1.0
    grey = np.full((_HIGH_PIXELS, len(values) * _BAR_PIXELS), 255, dtype=np.uint8)
    for place, value in enumerate(values):
        high = round(max(value, 0.0) / most * _HIGH_PIXELS)
        left = place * _BAR_PIXELS
        grey[_HIGH_PIXELS - high :, left : left + _BAR_PIXELS - _GAP_PIXELS] = 80
    # Each row begins with a 0: it is stored without a filter (PNG 1.2, section 6).
    rows = np.pad(grey, ((0, 0), (1, 0))).tobytes()
    size = struct.pack(">IIBBBBB", grey.shape[1], grey.shape[0], 8, 0, 0, 0, 0)
    parts = [(b"IHDR", size), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in parts)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
