"""Facts of AWS exports: column names, tags, maps and FOCUS words, as rows in and rows out."""

import json

import duckdb
import pytest

from finops.errors import BadSource, MissingColumns
from finops.ingest.columns import athena_name, key_names, squashed
from tests.conftest import line, usd, write_bill
from tests.ingest.bill_files import NEEDED, ROW, bill, charges, csv_text, load, load_csv, write

# Section 1: names and types.


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("reservation/ReservationARN", "reservation_reservation_a_r_n"),
        ("savingsPlan/SavingsPlanARN", "savings_plan_savings_plan_a_r_n"),
        ("lineItem/LineItemType", "line_item_line_item_type"),
        ("product/ProductName", "product_product_name"),
        ("resourceTags/user:CostCenter", "resource_tags_user_cost_center"),
        ("resourceTags/aws:createdBy", "resource_tags_aws_created_by"),
    ],
)
def test_athena_names_follow_the_documented_rule(header, name):
    assert athena_name(header) == name


def test_documented_and_delivered_spelling_of_a_header_are_one():
    assert squashed("savingsPlan/SavingsPlanArn") == squashed("savings_plan_savings_plan_a_r_n")


def test_tag_headers_that_differ_in_case_stay_two_tags(tmp_path):
    text = bill(["resourceTags/user:Name", "resourceTags/user:name"], ["A", "b"], ["", "c"])
    found = load_csv(tmp_path, text, columns="tags")
    assert found == [({"Name": "A", "name": "b"},), ({"name": "c"},)]


def test_tag_of_a_file_with_one_spelling_does_not_land_on_its_twin(tmp_path):
    names = ["lineItem/ResourceId", "resourceTags/user:Name", "resourceTags/user:name"]
    write(tmp_path / "in/a.csv", bill(names, ["i-1", "A", "B"]))
    write(tmp_path / "in/b.csv", bill([names[0], names[2]], ["i-2", "c"]))
    load(tmp_path / "in", tmp_path / "warehouse")
    found = charges(tmp_path / "warehouse", "tags")
    assert found == [({"Name": "A", "name": "B"},), ({"name": "c"},)]


@pytest.mark.parametrize("twin", ["cost-center", "Cost Center", "cost_center"])
def test_tag_headers_that_athena_would_merge_stay_apart(twin):
    assert key_names(["CostCenter", twin]) == {
        "CostCenter": "CostCenter",
        twin: twin,
    }


def test_korean_tag_key_keeps_its_text(tmp_path):
    found = load_csv(tmp_path, bill(["resourceTags/user:팀"], ["주문"]), columns="tags")
    assert found == [({"팀": "주문"},)]


def test_tag_named_like_a_bill_column_is_a_tag(tmp_path):
    text = bill(["resourceTags/user:lineItem/UnblendedCost"], ["99"])
    found = load_csv(tmp_path, text, columns="billed_cost, tags")
    assert found == [(usd("1.5"), {"line_item_unblended_cost": "99"})]


def test_account_and_invoice_ids_keep_leading_zeros(tmp_path):
    text = bill(["bill/InvoiceId"], ["000123"])
    found = load_csv(tmp_path, text, columns="sub_account_id, invoice_id")
    assert found == [("011254002932", "000123")]


def test_net_cost_of_zero_falls_back_only_where_it_is_unset(tmp_path):
    text = bill(["lineItem/NetUnblendedCost"], ["0.0"], [""])
    found = load_csv(tmp_path, text, columns="billed_cost")
    assert found == [(usd("1.5"),), (usd("1.5"),)]


def test_empty_text_and_null_are_both_no_value(tmp_path):
    write_bill(tmp_path / "a.parquet", [line(line_item_resource_id="")])
    load(tmp_path / "a.parquet", tmp_path / "warehouse")
    assert charges(tmp_path / "warehouse", "resource_id") == [(None,)]


# Section 1.3: CUR 2.0.


def cur2(rows, **columns):
    header = [athena_name(name) for name in NEEDED]
    return csv_text([*header, *columns], [[*ROW, *row] for row in rows])


def test_empty_json_map_is_no_tag(tmp_path):
    text = cur2([["{}"], [""], ['{"user_team":"a"}']], resource_tags="")
    assert load_csv(tmp_path, text, columns="tags") == [({},), ({},), ({"team": "a"},)]


def test_broken_json_is_refused_with_its_column(tmp_path):
    message = r"bill\.csv: 1 value\(s\) of resource_tags are not a JSON object, such as '\{bad'"
    with pytest.raises(BadSource, match=message):
        load_csv(tmp_path, cur2([["{bad"]], resource_tags=""))


def test_product_name_comes_from_the_map_or_a_dot_extracted_column(tmp_path):
    text = cur2([['{"product_name":"Amazon S3"}']], product="")
    assert load_csv(tmp_path / "map", text, columns="service_name") == [("Amazon S3",)]
    text = cur2([["Amazon S3"]], **{"product.product_name": ""})
    assert load_csv(tmp_path / "dot", text, columns="service_name") == [("Amazon S3",)]


def test_resource_tag_wins_over_account_tag_and_empty_over_none(tmp_path):
    tags = [
        {"resourceTags/user:Team": "r", "accountTag/Team": "a", "userAttribute/Role": "dev"},
        {"resourceTags/user:Team": "", "accountTag/Team": "a", "iamPrincipal/Team": "i"},
        {"costCategory/Unit": "food"},
    ]
    text = cur2([[json.dumps(one)] for one in tags], tags="")
    assert load_csv(tmp_path, text, columns="tags, x_cost_categories") == [
        ({}, {"unit": "food"}),
        ({"role": "dev", "team": "r"}, {}),
        ({"team": "a"}, {}),
    ]


def test_old_and_new_tag_columns_are_one_map(tmp_path):
    row = ['{"user_project":"p","user_old":"o"}', '{"resourceTags/user:project":"p"}']
    text = cur2([row], resource_tags="", tags="")
    assert load_csv(tmp_path, text, columns="tags") == [({"project": "p", "old": "o"},)]


def test_twins_of_the_new_tag_column_do_not_meet_the_merged_key_of_the_old(tmp_path):
    new = '{"resourceTags/user:Name":"A","resourceTags/user:name":"b"}'
    text = cur2([['{"user_name":"A"}', new]], resource_tags="", tags="")
    assert load_csv(tmp_path, text, columns="tags") == [({"Name": "A", "name": "b"},)]


# Section 1.4: FOCUS.

FOCUS = ["ChargePeriodStart", "SubAccountId", "BilledCost"]


def focus(rows, *extra):
    needed = ["2026-10-01T00:00:00.000Z", "012345678901", "1.5"]
    return csv_text([*FOCUS, *extra], [[*needed, *row] for row in rows])


def test_null_word_of_a_focus_csv_is_no_value(tmp_path):
    text = focus([["NULL", "NULL", "NULL"]], "ResourceId", "ConsumedQuantity", "Tags")
    found = load_csv(tmp_path, text, columns="resource_id, consumed_quantity, tags")
    assert found == [(None, None, {})]


def test_charge_of_another_provider_keeps_its_names(tmp_path):
    text = focus([["Microsoft", "Contoso"]], "ProviderName", "PublisherName")
    found = load_csv(tmp_path, text, columns="invoice_issuer_name, publisher_name, billed_cost")
    assert found == [("Microsoft", "Contoso", usd("1.5"))]


def test_focus_tags_may_be_a_map_or_json_text(tmp_path):
    text = focus([['{"user:Team":"a"}']], "Tags")
    assert load_csv(tmp_path / "csv", text, columns="tags") == [({"team": "a"},)]
    file = tmp_path / "focus.parquet"
    duckdb.sql(
        f"copy (select timestamp '2026-10-01' as ChargePeriodStart, '1' as SubAccountId, "
        f"1.5 as BilledCost, map {{'user:Team': 'a'}} as Tags) to '{file}'"
    )
    load(file, tmp_path / "warehouse", format="focus")
    assert charges(tmp_path / "warehouse", "tags") == [({"team": "a"},)]


@pytest.mark.parametrize(("extra", "final"), [((), None), (("InvoiceId",), 1)])
def test_finality_is_unknown_without_an_invoice_id(tmp_path, extra, final):
    rows = [["INV-1"][: len(extra)], [""][: len(extra)]]
    file = write(tmp_path / "focus.csv", focus(rows, *extra))
    (record,) = load(file, tmp_path / "warehouse", format="focus")
    assert (record["final_rows"], record["source_unblended_cost"]) == (final, "3.0000000000")


@pytest.mark.parametrize(("extra", "final"), [((), None), (("bill/InvoiceId",), 1)])
def test_finality_of_a_cur_without_its_invoice_column_is_unknown_too(tmp_path, extra, final):
    text = bill(extra, ["INV-1"][: len(extra)], [""][: len(extra)])
    (record,) = load(write(tmp_path / "bill.csv", text), tmp_path / "warehouse")
    assert (record["source_rows"], record["final_rows"]) == (2, final)


def test_focus_without_a_charge_period_is_refused(tmp_path):
    text = csv_text(["BilledCost", "SubAccountId", "ListCost"], [["1", "a", "1"]])
    with pytest.raises(MissingColumns, match=r"bill\.csv has no charge_period_start"):
        load_csv(tmp_path, text)


@pytest.mark.parametrize(
    ("provider", "tags"),
    [
        ("AWS", {"team": "a"}),
        ("Amazon Web Services", {"team": "a"}),
        ("Microsoft", {"user_team": "a"}),
        ("Google Cloud", {"user_team": "a"}),
        ("", {"user_team": "a"}),
    ],
)
def test_prefix_of_aws_is_taken_off_the_tags_of_aws_alone(tmp_path, provider, tags):
    text = focus([[provider, '{"user_team":"a"}']], "ProviderName", "Tags")
    assert load_csv(tmp_path, text, columns="tags") == [(tags,)]


def test_one_export_of_two_providers_takes_the_prefix_off_one(tmp_path):
    rows = [["AWS", '{"user:id":"1"}'], ["Microsoft", '{"id":"2","user_id":"3","user:id":"4"}']]
    text = focus(rows, "ServiceProviderName", "Tags")
    assert load_csv(tmp_path, text, columns="tags") == [
        ({"id": "1"},),
        ({"id": "2", "user_id": "3", "user:id": "4"},),
    ]


@pytest.mark.parametrize(
    "tags",
    [
        '[{"key":"Team","value":"a"},{"key":"env","value":null}]',
        '[{"Key":"Team","Value":"a"}]',
        '[{"name":"Team","value":"a","namespace":"x"}]',
        '[{"Team":"a"}]',
        '{"Team":"a","env":null,"empty":""}',
    ],
)
def test_tags_in_json_may_be_an_object_or_a_list_of_records(tmp_path, tags):
    assert load_csv(tmp_path, focus([[tags]], "Tags"), columns="tags") == [({"team": "a"},)]


@pytest.mark.parametrize(
    "tags",
    [
        "[{'key': 'Team', 'value': 'a'}, {'key': null, 'value': 'b'}]",
        "[{'Key': 'Team', 'Value': 'a', 'inherited': 'no'}]",
        "[map {'Team': 'a'}]",
        "{'Team': 'a', 'env': cast(null as varchar)}",
        "map {'Team': 'a', 'env': null}",
        'cast(\'{"Team":"a"}\' as json)',
        'encode(\'{"Team":"a"}\')',
    ],
)
def test_tags_of_parquet_may_be_lists_structs_maps_or_text(tmp_path, tags):
    file = tmp_path / "focus.parquet"
    duckdb.sql(
        f"copy (select timestamp '2026-10-01' as ChargePeriodStart, '1' as SubAccountId, "
        f"1.5 as BilledCost, {tags} as Tags) to '{file}'"
    )
    load(file, tmp_path / "warehouse", format="focus")
    assert charges(tmp_path / "warehouse", "tags") == [({"team": "a"},)]


@pytest.mark.parametrize("tags", ['["team"]', '"team"', "5", '[{"key":"a","value":"b"},"c"]'])
def test_json_that_names_no_keys_is_refused(tmp_path, tags):
    with pytest.raises(BadSource, match=r"bill\.csv: 1 value\(s\) of Tags are not a JSON object"):
        load_csv(tmp_path, focus([[tags]], "Tags"))


def test_key_that_repeats_in_one_map_has_its_last_value_and_is_told(tmp_path):
    file = write(tmp_path / "focus.csv", focus([['{"a":"1","b":"2","a":"3"}']], "Tags"))
    (record,) = load(file, tmp_path / "warehouse")
    assert charges(tmp_path / "warehouse", "tags") == [({"a": "3", "b": "2"},)]
    assert record["assumptions"][-1] == (
        "focus.csv: a key repeats in Tags; its last value is taken"
    )


def test_records_that_repeat_a_key_have_its_last_value(tmp_path):
    tags = '[{"key":"a","value":"1"},{"key":"a","value":"2"}]'
    assert load_csv(tmp_path, focus([[tags]], "Tags"), columns="tags") == [({"a": "2"},)]


@pytest.mark.parametrize("key", ["Application", "APPLICATION", "application"])
def test_tag_key_reads_as_a_word_however_it_is_written(tmp_path, key):
    text = focus([[json.dumps({key: "A b"})]], "Tags")
    assert load_csv(tmp_path / "focus", text, columns="tags") == [({"application": "A b"},)]
    text = bill([f"resourceTags/user:{key}"], ["A b"])
    assert load_csv(tmp_path / "cur", text, columns="tags") == [({"application": "A b"},)]


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("AppID", "app_id"),
        ("APIKey", "api_key"),
        ("CostCenter", "cost_center"),
        ("tier-1", "tier_1"),
    ],
)
def test_abbreviation_in_a_tag_key_is_one_word_in_csv_and_parquet(tmp_path, key, name):
    text = bill([f"resourceTags/user:{key}"], ["x"])
    assert load_csv(tmp_path / "csv", text, columns="tags") == [({name: "x"},)]
    file = write_bill(
        tmp_path / "a.parquet", [line(resource_tags={f"user_{athena_name(key)}": "x"})]
    )
    load(file, tmp_path / "warehouse")
    assert charges(tmp_path / "warehouse", "tags") == [({name: "x"},)]


def test_tag_that_begins_like_the_prefix_loses_it_once(tmp_path):
    text = bill(["resourceTags/user:user_id", "resourceTags/user:id"], ["1", "2"])
    assert load_csv(tmp_path / "csv", text, columns="tags") == [({"user_id": "1", "id": "2"},)]
    tags = {"user_user_id": "1", "user_id": "2"}
    file = write_bill(tmp_path / "a.parquet", [line(resource_tags=tags)])
    load(file, tmp_path / "warehouse")
    assert charges(tmp_path / "warehouse", "tags") == [({"user_id": "1", "id": "2"},)]


@pytest.mark.parametrize(
    "columns",
    [
        {"cost_category": {"user_type": "a", "type": "b"}},
        {"cost_category_user_type": "a", "cost_category_type": "b"},
        {"tags": '{"costCategory/user_type":"a","costCategory/type":"b"}'},
    ],
)
def test_cost_category_keeps_a_name_that_begins_like_the_prefix(tmp_path, columns):
    file = write_bill(tmp_path / "a.parquet", [line(**columns)])
    load(file, tmp_path / "warehouse")
    found = charges(tmp_path / "warehouse", "tags, x_cost_categories")
    assert found == [({}, {"user_type": "a", "type": "b"})]


def test_cost_category_and_tag_of_one_name_stay_apart(tmp_path):
    text = bill(["resourceTags/user:Unit", "costCategory/Unit"], ["tag", "category"])
    found = load_csv(tmp_path, text, columns="tags, x_cost_categories")
    assert found == [({"unit": "tag"}, {"unit": "category"})]


def test_account_tag_may_begin_like_the_prefix(tmp_path):
    text = cur2([['{"accountTag/user_id":"1","accountTag/user:team":"2"}']], tags="")
    assert load_csv(tmp_path, text, columns="tags") == [({"user_id": "1", "team": "2"},)]


def test_binary_values_of_an_older_writer_are_text(tmp_path):
    file = tmp_path / "focus.parquet"
    duckdb.sql(
        f"copy (select timestamp '2026-10-01' as ChargePeriodStart, encode('1') as SubAccountId, "
        f"1.5 as BilledCost, encode('가') as ServiceName, map {{encode('팀'): encode('주문')}} as Tags, "
        f"encode('{{\"InstanceType\":\"m5\"}}') as SkuPriceDetails) to '{file}'"
    )
    load(file, tmp_path / "warehouse", format="focus")
    found = charges(tmp_path / "warehouse", "sub_account_id, service_name, tags, x_instance_type")
    assert found == [("1", "가", {"팀": "주문"}, "m5")]


def test_binary_values_that_are_no_text_are_refused_with_their_file(tmp_path):
    file = tmp_path / "bill.parquet"
    write_bill(file, [line(line_item_usage_type=b"\xff")])
    with pytest.raises(BadSource, match=r"bill\.parquet.*not valid UTF8"):
        load(file, tmp_path / "warehouse")
