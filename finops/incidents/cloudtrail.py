"""Name the change that came before a cause, from CloudTrail files in business/cloudtrail/."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from finops.errors import BadInput
from finops.incidents.cause import Cause, resources_of
from finops.sql import path_literal
from finops.text import plain

__all__ = ["Trail", "read_trail"]

# A change that names a resource of the cause may be older: what grows slowly shows late.
_BEFORE, _LONG_BEFORE, _AFTER = (dt.timedelta(days=days) for days in (2, 14, 1))
_MOST, _NAMED = 3, 2
_MOST_BYTES = 1 << 28
_COLUMNS = ["happened_at", "event", "source", "region", "account", "actor", "content"]
# The name of a service in event sources, where its code in the bill doesn't end with it.
_SOURCES = {"amazones": "es", "amazoncloudwatch": "monitoring", "awselb": "elasticloadbalancing"}
_LOGS = """
create temp table logs as from read_json(
    {file}, columns = {{"Records": 'JSON[]'}}, maximum_object_size = {most}
)
"""
_EVENTS = """
with records as (select unnest("Records") as record from logs)
select
    try_cast(record->>'$.eventTime' as timestamptz) as happened_at,
    record->>'$.eventName' as event,
    record->>'$.eventSource' as source,
    record->>'$.awsRegion' as region,
    coalesce(record->>'$.recipientAccountId', record->>'$.userIdentity.accountId') as account,
    coalesce(
        record->>'$.userIdentity.arn',
        record->>'$.userIdentity.invokedBy',
        record->>'$.userIdentity.type'
    ) as actor,
    concat_ws(
        ' ',
        cast(record->'$.requestParameters' as varchar),
        cast(record->'$.responseElements' as varchar),
        cast(record->'$.resources' as varchar)
    ) as content
from records
where coalesce(record->>'$.readOnly', 'false') = 'false' and record->>'$.errorCode' is null
order by happened_at, event
"""


@dataclass(frozen=True)
class Trail:
    """What was changed in the accounts: columns happened_at (UTC), event, source, and so on."""

    events: pd.DataFrame

    def changes_of(self, cause: Cause, start: dt.date) -> list[dict[str, str]]:
        """Return up to three changes in the 2 days before a cause began, the likeliest first.

        Each has event, actor (empty if unknown) and time (UTC), texts of one line. A change is of
        the cause's account, region and AWS service, as far as it has one. Those that name its
        resources, which may be 14 days old, come first, then those that name its instance type,
        then the latest.
        """
        if self.events.empty or not (cause.same or cause.where):
            return []
        near = self.events[self._is_near(cause, start)]
        points = [_points(str(text), cause) for text in near["content"]]
        scored = near.assign(points=points)
        recent = scored["happened_at"] >= pd.Timestamp(start, tz="UTC") - _BEFORE
        likely = scored[recent | (scored["points"] >= _NAMED)].sort_values(
            ["points", "happened_at"], ascending=False, kind="stable"
        )
        return [_plain(row) for row in likely.head(_MOST).to_dict("records")]

    def _is_near(self, cause: Cause, start: dt.date) -> "pd.Series[bool]":
        at, same = self.events["happened_at"], cause.same
        first = pd.Timestamp(start, tz="UTC")
        near = (at >= first - _LONG_BEFORE) & (at < first + _AFTER)
        for column, name in (("account", "sub_account_id"), ("region", "region_id")):
            if value := same.get(name):
                near &= self.events[column].fillna(value) == value
        if code := same.get("x_service_code"):
            near &= self.events["source"].str.split(".").str[0] == _source(code)
        return near


def read_trail(folder: Path) -> Trail:
    """Return the changes in the CloudTrail files (.json, .json.gz) of a folder and those below.

    Reading and failed calls are left out. Raises BadInput for a file that is no CloudTrail log.
    """
    found = sorted(path for path in folder.rglob("*.json*") if path.is_file())
    if not found:
        return Trail(pd.DataFrame(columns=_COLUMNS))
    return Trail(pd.concat([_read(path) for path in found], ignore_index=True))


def _read(path: Path) -> pd.DataFrame:
    try:
        with duckdb.connect() as con:
            con.execute("set TimeZone = 'UTC'")
            con.execute(_LOGS.format(file=path_literal(path), most=_MOST_BYTES))
            # A file without any object is as empty as one whose object has no records.
            (whole,) = con.sql('select bool_and("Records" is not null) from logs').fetchall()[0]
            events: pd.DataFrame = con.sql(_EVENTS).to_arrow_table().to_pandas()
    except duckdb.Error as error:
        why = str(error).splitlines()[0]
        raise BadInput(f"{path} is no CloudTrail log: {why}") from error
    if not whole:
        raise BadInput(f"{path} is no CloudTrail log: it has no Records.")
    if events["happened_at"].isna().any() or events["event"].isna().any():
        raise BadInput(f"{path} is no CloudTrail log: a record has no eventTime or eventName.")
    return events


def _source(code: str) -> str:
    """Return the first word of the event source of a service code: `ec2` for `AmazonEC2`."""
    lower = code.lower()
    return _SOURCES.get(lower, lower.removeprefix("amazon").removeprefix("aws"))


def _points(content: str, cause: Cause) -> int:
    """Return how much of a cause an event names: its resources, then its instance type."""
    names = [one.rpartition("/")[2].rpartition(":")[2] for one in resources_of(cause)]
    machine = cause.same.get("x_instance_type", "")
    return 2 * any(name and name in content for name in names) + bool(
        machine and machine in content
    )


def _plain(row: dict[Any, Any]) -> dict[str, str]:
    actor = plain(row["actor"], 80).rpartition("/")[2] if row["actor"] else ""
    time = f"{row['happened_at']:%Y-%m-%d %H:%M}"
    return {"event": plain(row["event"], 60), "actor": actor, "time": time}
