"""Where alerts go, and how many: the table [notify] of finops.toml."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from finops.errors import BadInput

__all__ = ["Notify", "read_notify", "secret", "secret_address"]

_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")
_LOOPBACK = re.compile(r"http://(127\.0\.0\.1|localhost)[:/]")
# Keys that hold the name of an environment variable, never a secret itself.
_VARIABLES = ("slack", "webhook", "webhook_secret", "jira", "jira_token")
_JIRA_PROJECT = re.compile(r"[A-Z][A-Z0-9_]{1,254}")


@dataclass(frozen=True)
class Notify:
    """The channels of alerts, empty if unused, and the alerts that a team gets in a week."""

    alerts_per_week: int = 5
    slack: str = ""
    webhook: str = ""
    webhook_secret: str = ""
    jira: str = ""
    jira_token: str = ""
    jira_project: str = ""
    jira_issue_type: str = "Task"
    email: str = ""
    email_to: str = ""


def read_notify(path: Path, table: object) -> Notify:
    """Return [notify] of the settings file `path`.

    Raises BadInput for a wrong key or value; the value is not repeated, as it may be a secret.
    """
    if not isinstance(table, dict):
        raise BadInput(f"{path}: notify must be a table: [notify].")
    kinds = {field.name: field.type for field in fields(Notify)}
    for key, value in table.items():
        if key not in kinds:
            raise BadInput(f"{path}: unknown key {key!r} in [notify]. Known: {', '.join(kinds)}.")
        if type(value) is not kinds[key]:
            raise BadInput(f"{path}: {key} in [notify] must be {_WORDS[kinds[key]]}.")
        if key in _VARIABLES and not _VARIABLE.fullmatch(value):
            raise BadInput(
                f"{path}: {key} in [notify] must be the name of an environment variable, such as "
                f"FINOPS_{key.upper()}. The secret itself does not belong in this file."
            )
    notify = Notify(**table)
    if notify.alerts_per_week < 1:
        raise BadInput(f"{path}: alerts_per_week in [notify] must be at least 1.")
    _check_jira(path, notify)
    to = notify.email_to
    if notify.email and ("@" not in to or not to.isprintable()):
        raise BadInput(f"{path}: email_to in [notify] must be addresses, with email.")
    return notify


def _check_jira(path: Path, notify: Notify) -> None:
    if not notify.jira:
        return
    if not notify.jira_token:
        raise BadInput(f"{path}: jira in [notify] needs jira_token, an environment variable.")
    if not _JIRA_PROJECT.fullmatch(notify.jira_project):
        raise BadInput(f"{path}: jira_project in [notify] must be a project's key, such as FIN.")


_WORDS: dict[object, str] = {int: "a whole number", str: "text in quotes"}


def secret(environment: Mapping[str, str], name: str) -> str:
    """Return the environment variable `name`. Raises BadInput if it is not set."""
    value = environment.get(name, "").strip()
    if not value:
        raise BadInput(f"The environment variable {name}, named in [notify], is not set.")
    return value


def secret_address(environment: Mapping[str, str], name: str) -> str:
    """Return the address in the environment variable `name`.

    Raises BadInput if it is not set, or neither https nor on this machine.
    """
    address = secret(environment, name)
    if not (address.startswith("https://") or _LOOPBACK.match(address)):
        raise BadInput(f"The environment variable {name} must hold an address with https://.")
    return address
