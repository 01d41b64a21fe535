"""Keep one Jira issue per incident: created once, commented on news, closed at its end."""

import base64
import json
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from finops.alerts.http import request
from finops.alerts.messages import facts, headline
from finops.errors import NotDelivered
from finops.json_text import BadJson, read_json

__all__ = ["send"]

_CLOSED = ("resolved", "expected", "new_normal")
_SUMMARY_LETTERS = 250
_MOST_COMMENTS = 1000


def send(message: dict[str, Any], *, address: str, token: str, project: str, kind: str) -> None:
    """Bring the issue of an incident up to what `message` says. Raises NotDelivered.

    The issue is found by its label, `finops-<incident id>`, and comments by the id of the message,
    so that sending again adds nothing. `token` is `user:token` of Jira Cloud, or a personal access
    token; `kind` is the type of new issues.
    """
    try:
        _bring_up(_Jira(address.rstrip("/"), token), message, project, kind)
    except (LookupError, TypeError, AttributeError):
        raise NotDelivered("its answer is not Jira's", again=False) from None


def _bring_up(jira: "_Jira", message: dict[str, Any], project: str, kind: str) -> None:
    event, label = message["event"], f"finops-{message['incident']['id']}"
    issue = jira.find(project, label)
    if issue is None:
        if event not in _CLOSED:
            jira.create(_fields(message, project, kind, label))
        return
    if event != "open":
        jira.comment(issue["key"], _text(message), message["message_id"])
    jira.move(issue, done=event in _CLOSED)


def _fields(message: dict[str, Any], project: str, kind: str, label: str) -> dict[str, Any]:
    return {
        "project": {"key": project},
        "issuetype": {"name": kind},
        "summary": headline(message)[:_SUMMARY_LETTERS],
        "description": _text(message),
        "labels": ["finops", label],
    }


def _text(message: dict[str, Any]) -> str:
    """Return the message as text that Jira shows as it is, never as markup or a mention."""
    lines = [headline(message), *(f"{name}: {value}" for name, value in facts(message))]
    lines.append(f"Message: {message['message_id']}")
    return "{noformat}\n" + "\n".join(lines).replace("{", "(") + "\n{noformat}"


class _Jira:
    """The calls of Jira's REST interface, version 2, that issues need."""

    def __init__(self, address: str, token: str) -> None:
        basic = base64.b64encode(token.encode()).decode()
        scheme = f"Basic {basic}" if ":" in token else f"Bearer {token}"
        self._address = address
        self._headers = {"Authorization": scheme, "Content-Type": "application/json"}

    def find(self, project: str, label: str) -> dict[str, Any] | None:
        """Return the oldest issue with a label, with its status."""
        jql = f'project = "{project}" AND labels = "{label}" ORDER BY created ASC'
        asked = urlencode({"jql": jql, "fields": "status", "maxResults": 1})
        # Cloud has its own search since 2025; Data Center has the older one.
        cloud = (urlsplit(self._address).hostname or "").endswith(".atlassian.net")
        issues = self._call("GET", f"search{'/jql' if cloud else ''}?{asked}")["issues"]
        return issues[0] if issues else None

    def create(self, fields: dict[str, Any]) -> None:
        """Create an issue."""
        self._call("POST", "issue", {"fields": fields})

    def comment(self, key: str, text: str, message_id: str) -> None:
        """Add a comment, unless one with the id of the message is there."""
        path = f"issue/{quote(key, safe='')}/comment"
        asked = urlencode({"orderBy": "-created", "maxResults": _MOST_COMMENTS})
        there = self._call("GET", f"{path}?{asked}")["comments"]
        if not any(f"Message: {message_id}\n" in str(one.get("body")) for one in there):
            self._call("POST", path, {"body": text})

    def move(self, issue: dict[str, Any], *, done: bool) -> None:
        """Move an issue into or out of the done statuses, whatever they are called."""
        if _is_done(issue["fields"]["status"]) == done:
            return
        path = f"issue/{quote(issue['key'], safe='')}/transitions"
        ways = self._call("GET", path)["transitions"]
        fitting = [one for one in ways if _is_done(one["to"]) == done]
        if not fitting:
            word = "closes" if done else "reopens"
            raise NotDelivered(f"no transition {word} issue {issue['key']}", again=False)
        self._call("POST", path, {"transition": {"id": fitting[0]["id"]}})

    def _call(self, method: str, path: str, content: dict[str, Any] | None = None) -> Any:
        body = None if content is None else json.dumps(content).encode()
        address = f"{self._address}/rest/api/2/{path}"
        answer = request(address, body, self._headers, method=method, read=method == "GET")
        if method != "GET":
            return None
        try:
            return read_json(answer)
        except BadJson:
            raise NotDelivered("its answer is no JSON", again=True) from None


def _is_done(status: dict[str, Any]) -> bool:
    return bool(status["statusCategory"]["key"] == "done")
