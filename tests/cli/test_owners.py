"""The commands about owners: rules, untagged and explain, as a user types them."""

import pytest

from tests.conftest import line, write_bill


def unfolded(text):
    """Return what was printed in one line: a terminal folds what it has no room for."""
    return " ".join(text.split())


def test_rules_says_what_each_rule_decides_and_which_to_mend(finops, built):
    mappings = built / "mappings"
    mappings.mkdir()
    assert "There is no rule yet" in finops("rules", "--project", built)[1]
    (mappings / "teams.csv").write_text("team\n[red]ops\n")
    (mappings / "rules.csv").write_text(
        "rule_id,priority,service_code,team\n"
        "r1,1,AmazonEC2,[red]ops\nr2,2,Amazon*,[red]ops\nr3,1,AmazonRDS,[red]ops\n"
    )
    assert finops("build", "--project", built)[0] == 0
    code, out, _ = finops("rules", "--project", built)
    assert code == 0
    assert "[red]ops" in out
    assert "r2 (line 3) is shadowed: rule r1 decides what it matches." in out
    assert "r3 (line 4) is dead: it matches no charge." in out


@pytest.fixture
def project_with_unowned(finops, project, tmp_path):
    """Ten databases called order, nine of them tagged; and one disk that nobody knows."""
    mappings = project / "mappings"
    mappings.mkdir()
    (mappings / "teams.csv").write_text("team\norder\n")
    (mappings / "tag_keys.csv").write_text("tag_key,dimension\nteam,team\n")
    tags = [{"user_team": "order"}] * 9 + [{}]
    lines = [
        line(
            line_item_resource_id=f"order-{number}",
            line_item_unblended_cost=1.0 + number,
            resource_tags=tag,
        )
        for number, tag in enumerate(tags)
    ]
    lines.append(line(line_item_resource_id="vol-0123456789abcdef0", line_item_unblended_cost=2.0))
    finops("load", write_bill(tmp_path / "tagged.parquet", lines), "--project", project)
    finops("build", "--project", project)
    return project


def test_untagged_ranks_suggests_and_appends(finops, project_with_unowned):
    project = ("--project", project_with_unowned)
    code, out, _ = finops("untagged", *project)
    assert code == 0
    assert (
        "12.00 USD has no owner, in 2 rows, before recoverable tax. This row is 83 % of it."
        in unfolded(out)
    )
    assert "order 100 %" in " ".join(out.split())
    code, out, _ = finops("untagged", "--suggest", *project)
    assert code == 0
    assert "S01" in out
    assert "Together they place 10.00 USD, 83 % of it." in out
    assert (
        "Appended S01 to mappings/rules.csv" in finops("untagged", "--accept", "S01", *project)[1]
    )
    assert "S01 (in rules.csv)" in finops("untagged", "--suggest", *project)[1]
    finops("build", *project)
    assert "2.00 USD has no owner, in 1 rows" in finops("untagged", *project)[1]


def test_untagged_refuses_what_is_not_suggested(finops, project_with_unowned):
    code, out, err = finops("untagged", "--accept", "S77", "--project", project_with_unowned)
    assert (code, out) == (1, "")
    assert "'S77' is no suggestion. There are: S01" in err


def test_untagged_says_why_it_has_nothing_to_suggest(finops, built):
    assert "no tag or exact list says yet" in " ".join(
        finops("untagged", "--suggest", "--project", built)[1].split()
    )


def test_explain_names_who_decided_and_the_charges(finops, built):
    asked = "explain", "--month", "2026-10", "--project", built
    code, out, _ = finops(*asked, "--team", "unowned", "--rows", "1")
    assert code == 0
    assert (
        "3.50 USD effective cost before recoverable tax in marts.team_month: month 2026-10, "
        "team unowned"
    ) in unfolded(out)
    assert "nothing names an owner" in out
    assert "bill.parquet" in "".join(out.split())
    code, _, error = finops(*asked, "--team", "x")
    assert (code, error) == (1, "error: marts.team_month has no team 'x'. There are: unowned.\n")
