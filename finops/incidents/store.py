"""Keep incidents and what is still to be sent in one small file that a rebuild leaves alone."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from finops.errors import BadInput

__all__ = ["NOT_FOUND", "incidents_folder", "now", "open_store", "read_incidents"]

# The state of an incident that `find` no longer returns.
NOT_FOUND = "not found"
_WAIT_SECONDS = 30
_TABLES = """
create table if not exists incidents (
    id text primary key,
    key text not null,
    direction text not null,
    start text not null,
    "end" text not null,
    detected_on text not null,
    kind text not null,
    expected real not null,
    actual real not null,
    excess real not null,
    score real not null,
    incomplete integer not null,
    status text not null,
    reason text not null default '',
    level text not null default '',
    owner text not null default '',
    per_day real not null default 0,
    at_risk real not null default 0,
    cause text not null default '',
    causes text not null default '[]',
    -- What the cost does. Status is what people said: nothing, acknowledged or expected.
    state text not null default 'open',
    normal_on text not null default '',
    back_on text not null default '',
    place integer not null default 0,
    changed_at text not null,
    -- What the channels were told last: nothing, or an event and the excess of then.
    told text not null default '',
    told_excess real not null default 0,
    first_told_at text not null default ''
);
create table if not exists outbox (
    number integer primary key autoincrement,
    message_id text not null unique,
    channel text not null,
    incident_id text not null,
    message text not null,
    written_at text not null,
    sent_at text not null default ''
);
"""
# Columns that stores of earlier versions lack.
_ADDED = {
    "level": "text not null default ''",
    "owner": "text not null default ''",
    "per_day": "real not null default 0",
    "at_risk": "real not null default 0",
    "cause": "text not null default ''",
    "causes": "text not null default '[]'",
    "state": "text not null default 'open'",
    "normal_on": "text not null default ''",
    "back_on": "text not null default ''",
    "place": "integer not null default 0",
}
# Earlier versions had one column for what the cost does and for what people said.
_APART = """
update incidents set
    state = case when status = 'resolved' then 'not found' else 'open' end,
    reason = case when reason like 'no longer found: %' then '' else reason end,
    status = case
        when status in ('acknowledged', 'expected') then status
        when status = 'resolved' and reason <> '' and reason not like 'no longer found: %'
            then 'acknowledged'
        else ''
    end
"""


def incidents_folder(project: Path) -> Path:
    """Return the folder of a project that holds its incidents."""
    return project / "incidents"


@contextmanager
def open_store(project: Path) -> Iterator[sqlite3.Connection]:
    """Open the incidents of a project for one change: all of it is kept, or nothing.

    A process that is killed meanwhile leaves what was there before. Others wait their turn.
    """
    folder = incidents_folder(project)
    folder.mkdir(exist_ok=True)
    path = folder / "incidents.sqlite"
    with closing(sqlite3.connect(path, timeout=_WAIT_SECONDS, isolation_level=None)) as con:
        con.row_factory = sqlite3.Row
        try:
            con.execute("begin immediate")
            for statement in _TABLES.split(";"):
                con.execute(statement)
            _add_columns(con)
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError as error:
            raise BadInput(
                f"{path} can't be read ({error}). Put it back from a backup, or move it away: "
                "incidents are then found again, without what was decided of them."
            ) from error
        yield con
        con.execute("commit")


def read_incidents(project: Path) -> dict[str, sqlite3.Row]:
    """Return the incidents of a project by id; none, and no file is made, where there are none."""
    if not incidents_folder(project).is_dir():
        return {}
    with open_store(project) as store:
        return {row["id"]: row for row in store.execute("select * from incidents")}


def _add_columns(con: sqlite3.Connection) -> None:
    known = {row["name"] for row in con.execute("pragma table_info(incidents)")}
    for name, kind in _ADDED.items():
        if name not in known:
            con.execute(f"alter table incidents add column {name} {kind}")
    if "state" not in known:
        con.execute(_APART)


def now() -> str:
    """Return the time (UTC) as it is written to the store."""
    return datetime.now(UTC).isoformat(timespec="seconds")
