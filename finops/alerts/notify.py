"""Tell the channels of a project what is new about its incidents."""

import os
import sqlite3
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from finops.alerts import jira, mail, slack, webhook
from finops.alerts.messages import chart_of, message_of
from finops.alerts.outbox import Send, deliver, write_alerts
from finops.errors import BadInput, NotDelivered
from finops.incidents.find import all_series
from finops.incidents.store import incidents_folder, open_store
from finops.inputs.notify_settings import Notify, secret, secret_address
from finops.lock import writer_lock
from finops.warehouse.connect import Warehouse

__all__ = ["notify"]


def notify(warehouse: Warehouse) -> str:
    """Send what is new about the incidents that were recorded, and return a sentence about it.

    Raises BadInput for a missing channel or environment variable, before anything is written;
    WarehouseBusy while another process sends; NotDelivered if an alert could not be sent. It is
    kept, and sent first the next time.
    """
    project, settings = warehouse.settings.project, warehouse.settings.notify
    channels = _channels(project, settings, os.environ)
    with writer_lock(incidents_folder(project)):
        describe = partial(_describe, _Source(warehouse))
        with open_store(project) as store:
            waiting = write_alerts(
                store, list(channels), describe, per_week=settings.alerts_per_week
            )
        sent, failures = deliver(project, channels)
    if failures:
        raise NotDelivered(
            f"{'; '.join(failures)}. Alerts sent: {sent}. The others are kept. "
            "Send them with: finops anomalies --notify",
            again=True,
        )
    later = f" Waiting, as a team gets {settings.alerts_per_week} in a week: {waiting}."
    return f"Alerts sent: {sent}.{later if waiting else ''}"


def _channels(project: Path, settings: Notify, environment: Mapping[str, str]) -> dict[str, Send]:
    """Return how to send to each channel that is set."""
    channels: dict[str, Send] = {}
    if settings.slack:
        address = secret_address(environment, settings.slack)
        channels["slack"] = partial(slack.send, address=address)
    if settings.webhook:
        address = secret_address(environment, settings.webhook)
        named = settings.webhook_secret
        key = secret(environment, named) if named else ""
        channels["webhook"] = partial(webhook.send, address=address, key=key)
    if settings.jira:
        channels["jira"] = partial(
            jira.send,
            address=secret_address(environment, settings.jira),
            token=secret(environment, settings.jira_token),
            project=settings.jira_project,
            kind=settings.jira_issue_type,
        )
    if settings.email:
        folder = project / settings.email
        channels["email"] = partial(mail.send, folder=folder, to=settings.email_to)
    if not channels:
        raise BadInput(
            "finops.toml names no channel. Add to [notify]: slack, webhook, jira or email."
        )
    return channels


class _Source:
    """The daily cost and currency of a warehouse, read when the first message needs them."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse
        self.company = warehouse.settings.company
        self._read: tuple[Any, list[str]] | None = None

    def read(self) -> tuple[Any, list[str]]:
        if self._read is None:
            currencies = self._warehouse.sql("select distinct billing_currency from marts.team_day")
            daily = all_series(self._warehouse)
            self._read = daily, list(currencies["billing_currency"].astype(str))
        return self._read


def _describe(source: _Source, incident: sqlite3.Row, event: str) -> dict[str, Any]:
    daily, currencies = source.read()
    # The keys of a bill in several currencies end with theirs.
    currency = currencies[0] if len(currencies) == 1 else ""
    chart = chart_of(daily, incident["key"])
    return message_of(incident, event, company=source.company, currency=currency, chart=chart)
