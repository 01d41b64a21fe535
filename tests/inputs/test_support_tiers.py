"""The fee of a support plan is worked out from its tiers, which are data."""

from decimal import Decimal

import pytest

from finops.errors import BadInput
from finops.inputs.support_tiers import read_tiers, support_fee

HEADER = "service_code,above,share,minimum\n"


@pytest.mark.parametrize(
    ("billed", "fee"),
    [(1_000_000, 64_500), (2_000_000, 94_500), (100_000, 15_000), (0, 15_000), (150_000, 15_000)],
)
def test_enterprise_support_costs_what_aws_says(tmp_path, billed, fee):
    tiers = read_tiers(tmp_path)
    assert support_fee(tiers, "AWSSupportEnterprise", Decimal(billed)) == fee


def test_plan_without_tiers_has_no_fee(tmp_path):
    assert support_fee(read_tiers(tmp_path), "Other", Decimal(5)) is None


def test_tiers_of_a_contract_replace_the_published_ones(tmp_path):
    (tmp_path / "mappings").mkdir()
    (tmp_path / "mappings" / "support_tiers.csv").write_text(HEADER + "Mine,0,0.5,0\n")
    tiers = read_tiers(tmp_path)
    assert support_fee(tiers, "Mine", Decimal(8)) == 4
    assert support_fee(tiers, "AWSSupportEnterprise", Decimal(8)) is None


@pytest.mark.parametrize(
    ("lines", "message"),
    [("Mine,0,1.5,0\n", "line 2: share is from 0 to 1"), ("Mine,0,x,0\n", "line 2: share 'x'")],
)
def test_wrong_tier_is_refused_with_its_line(tmp_path, lines, message):
    (tmp_path / "mappings").mkdir()
    (tmp_path / "mappings" / "support_tiers.csv").write_text(HEADER + lines)
    with pytest.raises(BadInput, match=message):
        read_tiers(tmp_path)
