"""The inventory folder: what AWS exports and hand-made lists say of resources."""

import gzip
import json

import duckdb
import pytest

from finops.errors import BadInput
from finops.inputs.inventory import belongings, load_inventory

ACCOUNT = "012345678901"
PLACE = f"ap-northeast-2:{ACCOUNT}"
# As `aws resourcegroupstaggingapi get-resources` answers.
TAGGING = {
    "PaginationToken": "",
    "ResourceTagMappingList": [
        {
            "ResourceARN": f"arn:aws:ec2:{PLACE}:volume/vol-0a1b2c3d4e5f60718",
            "Tags": [{"Key": "Team", "Value": "search"}, {"Key": "Name", "Value": ""}],
        },
        {"ResourceARN": "arn:aws:s3:::menu-images", "Tags": []},
    ],
}
# As `aws resource-explorer-2 search` answers.
EXPLORER = {
    "Count": {"Complete": True, "TotalResources": 2},
    "Resources": [
        {
            "Arn": f"arn:aws:lambda:{PLACE}:function:resize",
            "LastReportedAt": "2026-10-20T08:15:27+00:00",
            "OwningAccountId": ACCOUNT,
            "Properties": [
                {
                    "Data": [{"Key": "team", "Value": "menu"}],
                    "LastReportedAt": "2026-10-20T08:15:27+00:00",
                    "Name": "tags",
                }
            ],
            "Region": "ap-northeast-2",
            "ResourceType": "lambda:function",
            "Service": "lambda",
        },
        {"Arn": "arn:aws:s3:::plain", "Properties": [], "ResourceType": "s3:bucket"},
    ],
    "ViewArn": f"arn:aws:resource-explorer-2:{PLACE}:view/all/1",
}
VOLUME = {
    "resourceId": "vol-0a1b2c3d4e5f60718",
    "resourceType": "AWS::EC2::Volume",
    "arn": f"arn:aws:ec2:{PLACE}:volume/vol-0a1b2c3d4e5f60718",
    "accountId": ACCOUNT,
    "awsRegion": "ap-northeast-2",
    "tags": [{"tag": "team=search", "key": "team", "value": "search"}],
    "relationships": [
        {
            "resourceId": "i-0123456789abcdef0",
            "resourceType": "AWS::EC2::Instance",
            "relationshipName": "Is attached to Instance",
        },
        {
            "resourceId": "sg-0123456789abcdef0",
            "resourceType": "AWS::EC2::SecurityGroup",
            "relationshipName": "Is associated with SecurityGroup",
        },
    ],
}
DATABASE = {
    "resourceId": "db-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "resourceName": "orders-1",
    "resourceType": "AWS::RDS::DBInstance",
    "arn": f"arn:aws:rds:{PLACE}:db:orders-1",
    "accountId": ACCOUNT,
    "awsRegion": "ap-northeast-2",
    "tags": None,
}
CLUSTER = {
    "resourceId": "cluster-ABCDEFGHIJKLMNOPQRSTUVWXY",
    "resourceName": "orders",
    "resourceType": "AWS::RDS::DBCluster",
    "arn": f"arn:aws:rds:{PLACE}:cluster:orders",
    "accountId": ACCOUNT,
    "awsRegion": "ap-northeast-2",
    "relationships": [
        {
            "resourceId": "db-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
            "resourceType": "AWS::RDS::DBInstance",
            "relationshipName": "Contains DBInstance",
        },
        {
            "resourceId": "db-THATTHEEXPORTDOESNOTKNOW",
            "resourceType": "AWS::RDS::DBInstance",
            "relationshipName": "Contains DBInstance",
        },
    ],
}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "inventory").mkdir()
    return tmp_path / "inventory"


def write(folder, name, content):
    text = content if isinstance(content, str) else json.dumps(content, indent=1)
    (folder / name).write_text(text, encoding="utf-8")


def read(folder):
    con = duckdb.connect()
    load_inventory(con, folder)
    tables = (
        "from inventory.relationships",
        "select resource_id, tag_key, tag_value from inventory.tags",
    )
    return tuple(con.execute(f"{table} order by all").fetchall() for table in tables)


def refused(folder):
    with pytest.raises(BadInput) as error:
        read(folder)
    return str(error.value).removeprefix(f"{folder}/")


def test_no_folder_is_an_empty_inventory(tmp_path):
    assert read(tmp_path / "inventory") == ([], [])


def test_tagging_api_gives_tags_by_the_ids_of_the_bill(folder):
    write(folder, "tags.json", TAGGING)
    assert read(folder) == ([], [("vol-0a1b2c3d4e5f60718", "Team", "search")])


def test_resource_explorer_gives_tags(folder):
    write(folder, "explorer.json", EXPLORER)
    assert read(folder) == ([], [(f"arn:aws:lambda:{PLACE}:function:resize", "team", "menu")])


def test_config_query_gives_tags_and_what_says_whose_a_thing_is(folder):
    write(folder, "config.json", {"Results": [json.dumps(VOLUME)], "QueryInfo": {}})
    assert read(folder) == (
        [("vol-0a1b2c3d4e5f60718", "i-0123456789abcdef0", "volume_of_instance")],
        [("vol-0a1b2c3d4e5f60718", "team", "search")],
    )


def test_config_query_may_tell_the_relation_from_the_other_end(folder):
    instance = {
        "resourceId": "i-0123456789abcdef0",
        "resourceType": "AWS::EC2::Instance",
        "relationships": [
            {"resourceId": "vol-0a1b2c3d4e5f60718", "resourceType": "AWS::EC2::Volume"}
        ],
    }
    write(folder, "config.json", {"Results": [json.dumps(instance)]})
    assert read(folder)[0] == [
        ("vol-0a1b2c3d4e5f60718", "i-0123456789abcdef0", "volume_of_instance")
    ]


def test_config_ids_that_no_bill_knows_become_arns_across_files(folder):
    write(folder, "clusters.json", {"Results": [json.dumps(CLUSTER)]})
    write(folder, "databases.json", {"Results": [json.dumps(DATABASE)]})
    database, cluster = f"arn:aws:rds:{PLACE}:db:orders-1", f"arn:aws:rds:{PLACE}:cluster:orders"
    assert read(folder)[0] == [(database, cluster, "instance_of_cluster")]


def test_config_snapshot_is_read_gzipped_as_it_is_delivered(folder):
    # Snapshots write tags as an object, and keys in the spelling of an older version.
    item = {**VOLUME, "tags": {"team": "search"}, "awsAccountId": ACCOUNT, "ARN": VOLUME["arn"]}
    del item["accountId"], item["arn"]
    snapshot = {"fileVersion": "1.0", "configSnapshotId": "1", "configurationItems": [item]}
    path = folder / "2026" / "1_Config_ap-northeast-2_ConfigSnapshot_1.json.gz"
    path.parent.mkdir()
    path.write_bytes(gzip.compress(json.dumps(snapshot).encode()))
    relationships, tags = read(folder)
    assert [row[2] for row in relationships] == ["volume_of_instance"]
    assert tags == [("vol-0a1b2c3d4e5f60718", "team", "search")]


def test_list_made_by_hand_gives_both(folder):
    write(
        folder,
        "list.csv",
        "\ufeffresource_id,belongs_to,relation,tag:team,tag:Cost Center\n"
        "snap-0a1b2c3d4e5f60718,arn:aws:ec2:ap-northeast-2:1:volume/vol-0a1b2c3d,snapshot_of_volume,,\n"
        "arn:aws:s3:::menu-images,,,menu,CC-1\n"
        "menu-thumbnails,menu-images,,,\n",
    )
    assert read(folder) == (
        [
            ("menu-thumbnails", "menu-images", "part_of"),
            ("snap-0a1b2c3d4e5f60718", "vol-0a1b2c3d", "snapshot_of_volume"),
        ],
        [("menu-images", "Cost Center", "CC-1"), ("menu-images", "team", "menu")],
    )


def test_last_file_by_name_tells_a_tag_that_files_disagree_about(folder):
    for day, team in (("2026-10-02", "order"), ("2026-10-01", "search")):
        write(folder, f"{day}.csv", f"resource_id,belongs_to,relation,tag:team\nbucket,,,{team}\n")
    assert read(folder)[1] == [("bucket", "team", "order")]


def test_auto_scaling_group_goes_by_its_name(folder):
    arn = f"arn:aws:autoscaling:{PLACE}:autoScalingGroup:0a1b-2c3d:autoScalingGroupName/cart"
    write(folder, "list.csv", f"resource_id,belongs_to,relation\ni-0a1b2c3d,{arn},\n")
    group = f"arn:aws:autoscaling:{PLACE}:autoScalingGroup:autoScalingGroupName/cart"
    assert read(folder)[0] == [("i-0a1b2c3d", group, "part_of")]


def test_hidden_and_lock_files_are_not_looked_at(folder):
    for name in (".DS_Store", "~$list.csv"):
        write(folder, name, "\x00")
    assert read(folder) == ([], [])


def test_what_belongs_to_itself_in_the_end_is_refused(folder):
    write(
        folder,
        "a.csv",
        "resource_id,belongs_to,relation\nvol-00000001,i-00000001,\nx,vol-00000001,\n",
    )
    write(
        folder, "b.csv", "resource_id,belongs_to,relation\narn:aws:ec2:r:1:instance/i-00000001,x,\n"
    )
    message = refused(folder)
    assert message.startswith(("a.csv line 2: vol", "a.csv line 3: x", "b.csv line 2: i-"))
    assert message.count(" belongs to ") == 3
    assert message.endswith("; remove one of these relations.")


def test_what_belongs_to_itself_is_refused(folder):
    write(folder, "a.csv", "resource_id,belongs_to,relation\nbucket,arn:aws:s3:::bucket,\n")
    assert refused(folder) == (
        "a.csv line 2: bucket belongs to bucket; remove one of these relations."
    )


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("notes.txt", "", "notes.txt is neither .csv, .json nor .json.gz; remove it."),
        ("a.json", "{", "a.json line 1: not readable as JSON"),
        ("a.json", '{"Results": []}\n{"Results": []}', "a.json line 2: not readable as JSON"),
        ("a.json", {"Volumes": []}, "a.json is no export of Resource Explorer, AWS Config or the"),
        ("a.json", [], "a.json is no export of Resource Explorer, AWS Config or the tagging"),
        ("a.json", {"Results": ["{}", "x"]}, "a.json Results[0]: neither an arn nor a resourceId"),
        ("a.json", {"Results": ["x"]}, "a.json Results[0]: not readable as JSON"),
        ("a.json", {"Results": [{"arn": "a"}]}, "a.json Results[0]: not readable as JSON"),
        ("a.json", {"Resources": [{"Region": "x"}]}, "a.json Resources[0]: Arn: Field required"),
        (
            "a.json",
            {"ResourceTagMappingList": [{"ResourceARN": "a", "Tags": [{"Value": "v"}]}]},
            "a.json ResourceTagMappingList[0]: Tags.0.Key: Field required",
        ),
        ("a.json.gz", "{}", "a.json.gz can't be read"),
        ("a.csv", "resource,owner\n", "a.csv line 1: missing resource_id"),
        (
            "a.csv",
            "resource_id,belongs_to,relation,team\n",
            "a.csv line 1: unknown team. The columns are resource_id,belongs_to,relation",
        ),
        (
            "a.csv",
            "resource_id,belongs_to,relation\nx,y,is in\n",
            "a.csv line 2: relation 'is in'",
        ),
        (
            "a.csv",
            "resource_id,belongs_to,relation\nx,y,\nx,y,\n",
            "a.csv line 3: ('x', 'y') is already on line 2",
        ),
    ],
)
def test_wrong_file_is_refused_with_its_place(folder, name, content, message):
    write(folder, name, content)
    assert refused(folder).startswith(message)


def test_link_out_of_the_folder_is_not_followed(folder, tmp_path):
    write(tmp_path, "elsewhere.csv", "resource_id,belongs_to,relation\n")
    (folder / "list.csv").symlink_to(tmp_path / "elsewhere.csv")
    assert refused(folder) == "list.csv is a link out of the folder; put a copy there."


def test_relations_of_config_can_not_make_a_circle_by_themselves(folder):
    header = "resource_id,belongs_to,relation\n"
    rows = [f"{child},{owner},{relation}\n" for (child, owner), relation in belongings().items()]
    write(folder, "types.csv", header + "".join(rows))
    assert len(read(folder)[0]) == len(rows) > 15
