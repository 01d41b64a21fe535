"""One row per month, asked key and value of a tag or cost category, as it is compared.

Teams and other names are compared by `match_key`, patterns of rules with `x_folded_value`.
"""

import pyarrow as pa

from finops import names
from finops.names import folded, match_key

SQL = """\
-- One row per month, asked key and value of a tag or cost category, as it is written.
select distinct
    billing_period,
    x_attribute,
    tag_key,
    tag_value
from owners.owner_tags
"""
USES = (names,)


def transform(values: pa.Table) -> pa.Table:
    """Return the rows with `match_key` and `x_folded_value`."""
    texts = values["tag_value"].to_pylist()
    for name, function in (("match_key", match_key), ("x_folded_value", folded)):
        column = pa.array([function(text) for text in texts], pa.string())
        values = values.append_column(name, column)
    return values
