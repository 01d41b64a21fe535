"""Ten rules, written from the work-list of a real bill that has no owner tag, give most of it one."""

import shutil

import pytest

import finops

TEAMS = "team,kind\nreporting,team\nlabs,team\nshop,team\nplatform,team\ncompany,shared\n"
# Written by reading the work-list from the top; each line is what its first rows have in common.
RULES = """\
rule_id,priority,sub_account_id,service_code,usage_type,resource_id,team,note
W01,10,,AWSGlue,,*:devEndpoint/CUR-*,reporting,Endpoints for the cost reports
W02,10,,AWSGlue,,*:devEndpoint/testing,labs,A test that kept running
W03,10,,AmazonRDS,,*:db:prod*,shop,Production databases
W04,10,,AmazonEC2,HeavyUsage:*,,company,Fees of reservations
W05,20,,AmazonQuickSight|AmazonAthena|AmazonS3,,,reporting,What reads the reports
W06,20,,AWSConfig|AWSCloudTrail|AmazonCloudWatch,,,platform,What watches the accounts
W07,30,836060457634,AmazonEC2,*BoxUsage:*|*SpotUsage:*|UnusedBox:*,,shop,Machines of the first account
W08,30,011254002932,AmazonEC2,,,labs,The second account is for trials
W09,40,836060457634,AmazonEC2,*EBS:*,,shop,Disks and snapshots of these machines
W10,50,836060457634,AmazonEC2,*DataTransfer*|*-Bytes|*ElasticIP*|*NatGateway*,,platform,Network
"""


@pytest.fixture(scope="module")
def ruled(real_project, tmp_path_factory):
    """A copy of the real project with the ten rules, built."""
    project = tmp_path_factory.mktemp("ruled") / "project"
    shutil.copytree(real_project, project)
    (project / "mappings").mkdir(exist_ok=True)
    (project / "mappings" / "teams.csv").write_text(TEAMS)
    (project / "mappings" / "rules.csv").write_text(RULES)
    finops.connect(project).build()
    return project


def owned_share(project):
    query = (
        "select 1 - cast(sum(x_unallocated_cost) as double) / cast(sum(effective_cost) as double) "
        "as share from marts.allocation_month where x_team = '*'"
    )
    return finops.connect(project).sql(query)["share"][0]


def test_ten_rules_from_the_work_list_give_nearly_all_of_a_real_bill_an_owner(real_project, ruled):
    before, after = owned_share(real_project), owned_share(ruled)
    print(f"owned before {before:.1%}, after ten rules {after:.1%}")
    assert before == 0
    assert after == pytest.approx(0.9988, abs=0.0001)


def test_each_of_the_ten_rules_owns_something(ruled):
    owned = finops.connect(ruled).sql(
        "select distinct x_rule_id from facts.owned_cost where x_rule_id is not null order by 1"
    )
    assert owned["x_rule_id"].tolist() == [f"W{number:02}" for number in range(1, 11)]
