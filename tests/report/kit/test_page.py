"""Every page has one frame: its texts are escaped and it loads nothing."""

import re

from finops.report.kit.page import environment, page
from finops.report.kit.table import Table, Tile, written


def test_a_page_is_whole_escaped_and_loads_nothing():
    table = Table("t", "Costs & more", written(("day", "cost"), ("cost",)), [("2026-10-01", "3")])
    shown = page(
        language="ko",
        title="<b>",
        lines=["first", "second"],
        tiles=[Tile("name", "3 USD", "detail")],
        tables=[table],
        footer="end",
    )
    assert '<html lang="ko">' in shown and "<title>&lt;b&gt;</title>" in shown
    assert "Costs &amp; more" in shown and '<td class="day">2026-10-01</td>' in shown
    assert '<td class="number">3</td>' in shown and "3 USD" in shown
    assert "default-src 'none'; style-src 'unsafe-inline'\"" in shown
    assert not re.search(r"<script|src=|href=|https?://", shown)


def test_the_pages_of_a_month_and_of_executives_have_the_same_frame():
    loader = environment().loader
    for name in ("month/report.html.j2", "statements/executive.html.j2"):
        text = loader.get_source(environment(), name)[0]
        assert text.startswith('{% extends "page.html.j2" %}')
