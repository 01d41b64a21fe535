"""Write down each alert before it is sent, and tick it off after: none is lost."""

import json
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from finops.alerts.messages import news_of
from finops.errors import NotDelivered
from finops.incidents.store import now, open_store

__all__ = ["Send", "deliver", "write_alerts"]

Send = Callable[[dict[str, Any]], None]
_WAITS = (1.0, 2.0, 4.0, 8.0)
_LONGEST_WAIT = 60.0
_GREW_TIMES = 2
_OVER = ("resolved", "new_normal")


def write_alerts(
    store: sqlite3.Connection,
    channels: list[str],
    describe: Callable[[sqlite3.Row, str], dict[str, Any]],
    *,
    per_week: int,
) -> int:
    """Write a message per channel for each incident with news; return how many must wait.

    News is that an incident is open, goes on after it was over, at least doubled, or that something
    else is so than was told. Each team gets at most `per_week` new incidents in 7 days, in their
    order; what must wait is told when there is room, if it is still open.
    """
    used, waiting = _told_this_week(store), 0
    query = "select * from incidents order by place, id"
    for row in store.execute(query).fetchall():
        event, team = _event(row), row["owner"]
        if not event:
            continue
        if not row["told"] and used[team] >= per_week:
            waiting += 1
            continue
        used[team] += not row["told"]
        _write(store, row, channels, describe(row, event))
    return waiting


def _told_this_week(store: sqlite3.Connection) -> Counter[str]:
    since = (datetime.now(UTC) - timedelta(days=7)).isoformat(timespec="seconds")
    rows = store.execute("select owner from incidents where first_told_at > ?", (since,))
    return Counter(row["owner"] for row in rows)


def _event(row: sqlite3.Row) -> str:
    """Return what is new about an incident since it was told last, or nothing."""
    news, told = news_of(row), row["told"]
    if not told:
        return "open" if news == "open" else ""
    if told != news:
        return "reopened" if told in _OVER and news == "open" else news
    grew = abs(row["excess"]) >= _GREW_TIMES * abs(row["told_excess"]) > 0
    return "grew" if news == "open" and grew else ""


def _write(
    store: sqlite3.Connection, row: sqlite3.Row, channels: list[str], message: dict[str, Any]
) -> None:
    query = "select count(*) from outbox where incident_id = ? and channel = ?"
    for channel in channels:
        (earlier,) = store.execute(query, (row["id"], channel)).fetchone()
        id_ = f"{row['id']}-{channel}-{earlier + 1}"
        text = json.dumps(message | {"message_id": id_})
        store.execute(
            "insert into outbox (message_id, channel, incident_id, message, written_at) "
            "values (?, ?, ?, ?, ?)",
            (id_, channel, row["id"], text, now()),
        )
    store.execute(
        "update incidents set told = ?, told_excess = excess, "
        "first_told_at = case when first_told_at = '' then ? else first_told_at end where id = ?",
        (news_of(row), now(), row["id"]),
    )


def deliver(project: Path, channels: Mapping[str, Send]) -> tuple[int, list[str]]:
    """Send what is not ticked off; return how many were sent, and why others were not.

    A failure is tried again after 1, 2, 4 and 8 seconds, or when the other side asks for it. What
    fails then stays, and the next call begins with it. News of one incident keep their order.
    """
    with open_store(project) as store:
        waiting = store.execute("select * from outbox where sent_at = '' order by number")
        rows = [row for row in waiting.fetchall() if row["channel"] in channels]
    sent, failures = 0, list[str]()
    skipped: set[tuple[str, str] | str] = set()
    for row in rows:
        if skipped & {row["channel"], (row["channel"], row["incident_id"])}:
            continue
        try:
            _send(channels[row["channel"]], json.loads(row["message"]))
        except NotDelivered as error:
            failures.append(f"{row['channel']}: {error}")
            skipped.add(row["channel"] if error.again else (row["channel"], row["incident_id"]))
        else:
            _tick_off(project, row["number"])
            sent += 1
    return sent, failures


def _send(send: Send, message: dict[str, Any]) -> None:
    for wait in _WAITS:
        try:
            return send(message)
        except NotDelivered as error:
            seconds = max(wait, error.wait_seconds)
            if not error.again or seconds > _LONGEST_WAIT:
                raise
            time.sleep(seconds)
    return send(message)


def _tick_off(project: Path, number: int) -> None:
    with open_store(project) as store:
        store.execute("update outbox set sent_at = ? where number = ?", (now(), number))
