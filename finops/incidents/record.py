"""Remember each anomaly as an incident: what its cost does, and what people said of it."""

import hashlib
import sqlite3
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from finops.errors import BadInput
from finops.incidents.find import find
from finops.incidents.store import NOT_FOUND, now, open_store, read_incidents
from finops.warehouse.connect import Warehouse

__all__ = ["acknowledge", "expect", "known", "record", "update"]

_DATES = ("start", "end", "detected_on")
_NUMBERS = ("expected", "actual", "excess", "score", "per_day", "at_risk")
_LATER = ("normal_on", "back_on")
_TEXTS = ("key", "kind", "state", "level", "owner", "cause", "causes")


def update(warehouse: Warehouse) -> pd.DataFrame:
    """Look for anomalies in a warehouse and `record` them in its project."""
    return record(warehouse.settings.project, find(warehouse))


def record(project: Path, found: pd.DataFrame) -> pd.DataFrame:
    """Keep what `incidents.find` found, and return it without what is expected.

    Adds the columns id, status and reason: what people said of it, `acknowledged` or `expected`,
    empty if nothing. An anomaly keeps its id while it grows, changes its kind or state, shows on a
    wider level or starts on another day. What is no longer found has that as its state. Recording
    the same again changes nothing.
    """
    with open_store(project) as store:
        known = {row["id"]: row for row in store.execute("select * from incidents")}
        rows = _with_ids(found.to_dict("records"), known)
        for row in rows:
            _keep(store, row, known.get(row["id"]))
        _lose_others(store, {row["id"] for row in rows})
        kept = {row["id"]: row for row in store.execute("select * from incidents")}
    return _listed(found, [kept[row["id"]] for row in rows])


def known(project: Path, found: pd.DataFrame) -> pd.DataFrame:
    """Return what `incidents.find` found with id, status and reason as they are recorded.

    Status and reason are empty for what was never recorded. Nothing is written, and what is
    expected is there too.
    """
    kept = read_incidents(project)
    ids = [row["id"] for row in _with_ids(found.to_dict("records"), kept)]
    return _with_known(found, [(id_, *_decision(kept.get(id_))) for id_ in ids])


def acknowledge(project: Path, incident: str, reason: str) -> None:
    """Note that somebody knows of an incident, and why it is or what is done; it stays listed.

    Raises BadInput for an unknown id, or without a reason.
    """
    if not reason.strip():
        raise BadInput("An acknowledged incident needs a reason. Add: --reason TEXT")
    _decide(project, incident, "acknowledged", reason)


def expect(project: Path, incident: str, reason: str = "") -> None:
    """Note that an incident was meant: it is neither listed nor told again, however it grows.

    Raises BadInput for an unknown id.
    """
    _decide(project, incident, "expected", reason)


def _decide(project: Path, incident: str, status: str, reason: str) -> None:
    with open_store(project) as store:
        changed = store.execute(
            "update incidents set status = ?, reason = ?, changed_at = ? where id = ?",
            (status, reason.strip(), now(), incident.strip()),
        )
        if not changed.rowcount:
            raise BadInput(
                f"There is no incident {incident!r}. Ids are listed by: finops anomalies"
            )


def _with_ids(
    found: list[dict[Hashable, Any]], known: Mapping[str, sqlite3.Row]
) -> list[dict[str, Any]]:
    """Return the rows with plain values, their direction and the id they have or get."""
    rows = [_plain(one) for one in found]
    taken: set[str] = set()
    for row in sorted(rows, key=lambda row: str(row["detected_on"])):
        row["id"] = _new_id(row.pop("root"), taken)
        taken.add(row["id"])
    free = {id_: old for id_, old in known.items() if id_ not in taken}
    for row in rows:
        if row["id"] not in known and (moved := _moved_from(row, free)):
            row["id"] = moved
            del free[moved]
    return rows


def _plain(one: Mapping[Hashable, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {name: f"{one[name]:%Y-%m-%d}" for name in _DATES}
    row |= {name: "" if pd.isna(one[name]) else f"{one[name]:%Y-%m-%d}" for name in _LATER}
    row |= {name: float(one[name]) for name in _NUMBERS} | {"place": int(one["place"])}
    row |= {name: one[name] for name in _TEXTS} | {"incomplete": int(one["incomplete"])}
    row["direction"] = "down" if row["score"] < 0 else "up"
    row["root"] = f"{one['root_key']}\n{row['direction']}\n{one['root_start']:%Y-%m-%d}"
    return row


def _new_id(text: str, taken: set[str]) -> str:
    """Return an id of what later days don't change: what was raised first, and the direction."""
    while (id_ := hashlib.sha256(text.encode()).hexdigest()[:10]) in taken:
        text += "\nagain"
    return id_


def _moved_from(row: Mapping[str, Any], free: Mapping[str, sqlite3.Row]) -> str | None:
    """Return the incident that a restated bill made begin on another day, if there is one."""
    for id_, old in free.items():
        alike = (old["key"], old["direction"]) == (row["key"], row["direction"])
        if alike and old["start"] <= row["end"] and row["start"] <= old["end"]:
            return id_
    return None


def _keep(store: sqlite3.Connection, row: dict[str, Any], old: sqlite3.Row | None) -> None:
    status, reason = _decision(old)
    values = row | {"status": status, "reason": reason, "changed_at": now()}
    if old and all(old[name] == value for name, value in values.items() if name != "changed_at"):
        return
    names = ", ".join(f'"{name}"' for name in values)
    marks = ", ".join(f":{name}" for name in values)
    sets = ", ".join(f'"{name}" = excluded."{name}"' for name in values)
    store.execute(
        f"insert into incidents ({names}) values ({marks}) on conflict (id) do update set {sets}",
        values,
    )


def _lose_others(store: sqlite3.Connection, found: set[str]) -> None:
    """Say of what is no longer found that it isn't: the bill or the owners changed."""
    kept = store.execute("select id from incidents where state <> ?", (NOT_FOUND,)).fetchall()
    for (id_,) in kept:
        if id_ not in found:
            store.execute(
                "update incidents set state = ?, changed_at = ? where id = ?",
                (NOT_FOUND, now(), id_),
            )


def _listed(found: pd.DataFrame, incidents: list[sqlite3.Row]) -> pd.DataFrame:
    """Return the found rows with what is known of each, without expected ones."""
    listed = _with_known(found, [(row["id"], *_decision(row)) for row in incidents])
    return listed[listed["status"] != "expected"].reset_index(drop=True)


def _decision(row: sqlite3.Row | None) -> tuple[str, str]:
    return (row["status"], row["reason"]) if row else ("", "")


def _with_known(found: pd.DataFrame, rows: list[tuple[str, str, str]]) -> pd.DataFrame:
    """Return the found rows with id, status and reason of each."""
    columns = ["id", "status", "reason"]
    known = pd.DataFrame(rows, index=found.index, columns=columns).astype("object")
    told = pd.concat([found, known], axis=1)
    told.attrs = found.attrs
    return told
