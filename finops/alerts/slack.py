"""Write an alert to a Slack channel through an incoming webhook."""

import json
from typing import Any

from finops.alerts.http import request
from finops.alerts.messages import facts, headline, sparkline

__all__ = ["blocks_of", "send"]

_HEADER_LETTERS = 150


def send(message: dict[str, Any], *, address: str) -> None:
    """Post the message. Raises NotDelivered.

    Slack knows no id to tell a message sent again, so one whose answer got lost can appear twice.
    """
    body = {"text": _escaped(headline(message)), "blocks": blocks_of(message)}
    request(address, json.dumps(body).encode(), {"Content-Type": "application/json"})


def blocks_of(message: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the blocks: a headline, the figures, a chart in text, and what to do next.

    Incoming webhooks can't upload images.
    """
    figures = "\n".join(f"*{name}*  {_escaped(value)}" for name, value in facts(message))
    return [
        {
            "type": "header",
            "text": {"type": "plain_text", "text": headline(message)[:_HEADER_LETTERS]},
        },
        {"type": "section", "text": {"type": "mrkdwn", "text": figures}},
        {"type": "section", "text": {"type": "mrkdwn", "text": _chart(message)}},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": _next(message)}]},
    ]


def _chart(message: dict[str, Any]) -> str:
    costs = message["chart"]["cost"]
    return f"`{sparkline(costs)}`\n{len(costs)} days from {message['chart']['first_day']}, UTC"


def _next(message: dict[str, Any]) -> str:
    id_ = message["incident"]["id"]
    return f"`finops anomalies --acknowledge {id_} --reason …` or `--expected {id_}`"


def _escaped(text: str) -> str:
    """Return text in which Slack sees no mention, link or markup."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # A zero-width space keeps `*` and `_` of names from being bold or italic.
    return "".join(f"\u200b{char}" if char in "*_~`" else char for char in text)
