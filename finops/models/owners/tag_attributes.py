"""One row per month and key of a tag or cost category, with what the mappings call it.

`Cost Center`, `cost-center` and `cost_center` are one key.
"""

import pyarrow as pa

from finops import names
from finops.names import match_key

SQL = """\
-- One row per month and key of a tag or cost category, as it is written.
select distinct
    billing_period,
    'tag' as x_kind,
    unnest(map_keys(tags)) as tag_key
from owners.owner_keys
union all
select distinct
    billing_period,
    'cost_category' as x_kind,
    unnest(map_keys(x_cost_categories)) as tag_key
from owners.owner_keys
"""
USES = (names,)


def transform(keys: pa.Table) -> pa.Table:
    """Return the rows with their `x_attribute`, such as `tag:costcenter`."""
    pairs = zip(keys["x_kind"].to_pylist(), keys["tag_key"].to_pylist(), strict=True)
    attributes = [f"{kind}:{match_key(key)}" for kind, key in pairs]
    return keys.append_column("x_attribute", pa.array(attributes, pa.string()))
