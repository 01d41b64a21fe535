"""Say in words why each line of a statement is the team's."""

import shlex
from collections.abc import Iterable
from typing import Any

from finops.report.kit.table import Table, written
from finops.report.statements.amounts import amount, name, own_service, service_text
from finops.report.statements.text import say, term, words_of
from finops.statements.lines import Reason
from finops.statements.month import Month
from finops.statements.statement import Statement
from finops.text import percent, plain

__all__ = ["lines", "why"]

# So many sources of one line are named.
_NAMED = 3


def lines(statement: Statement, language: str) -> Table:
    """Return each line with its reason and weight, own cost first; they add up to the total."""
    words, month = words_of(language), statement.month
    found = statement.lines[statement.lines["x_cents"] != 0].to_dict("records")
    columns = [words(key) for key in ("service", "category", "reason", "weight", "amount")]
    rows: list[tuple[str, ...]] = [
        (
            service_text(row["service_name"], words),
            term(row["charge_category"], language),
            why(month, row, language),
            percent(row["x_weight"], 1) if row["x_pool"] else "",
            amount(month, row["x_cents"]),
        )
        for row in sorted(found, key=lambda row: (row["x_pool"] != "", -row["x_cents"]))
    ]
    rows.append((words("total"), "", "", "", amount(month, statement.total)))
    command = shlex.join(
        ["finops", "explain", "--month", month.billing_period, "--team", statement.team]
    )
    return Table(
        "lines",
        words("why"),
        written(columns, columns[3:]),
        rows,
        note=words("why_note", command=plain(command)),
    )


def why(month: Month, line: dict[Any, Any], language: str) -> str:
    """Return what gave a line to its team: own cost by method and file line, or a pool's split."""
    if line["x_pool"]:
        return _pool_text(month, line, language)
    found = line["x_reasons"]
    texts = [_source_text(one, language, len(found) > 1) for one in found[:_NAMED]]
    if len(found) > _NAMED:
        texts.append(say("more_reasons", language, count=str(len(found) - _NAMED)))
    service = own_service(month, line["x_service"], language)
    whose = f"{service}: " if line["x_service"] != "unowned" else ""
    return whose + ("; ".join(texts) or say("no_reason", language))


def _pool_text(month: Month, line: dict[Any, Any], language: str) -> str:
    is_moved = line["x_driver"] == "commitment_benefit"
    text = say(
        "moved_from_pool" if is_moved else "from_pool",
        language,
        pool=name(month, line["x_pool"], language),
        driver=term(line["x_driver"], language),
    )
    return " ".join([text, *_file_text(line["x_reasons"][0], language)])


def _source_text(reason: Reason, language: str, is_part: bool) -> str:
    source = plain(reason.source, 110) if reason.source else ""
    parts = [term(reason.method, language), source, *_file_text(reason, language)]
    parts.append(percent(reason.share, 0) if is_part else "")
    return " ".join(part for part in parts if part)


def _file_text(reason: Reason, language: str) -> Iterable[str]:
    """Yield the line of the mapping file, as in `(rules.csv line 11)`, if there is one."""
    if reason.file and reason.line:
        place = say("file_line", language, file=reason.file, line=str(reason.line))
        yield f"({place})"
