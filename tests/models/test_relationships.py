"""What belongs to what, as the bill itself shows it."""

from finops.inputs.resource_ids import resource_key

MONTH = "2026-10"
ARN = "arn:aws:{}:ap-northeast-2:012345678901:{}"
# A resource of a service, its relation, and the resource that its name tells.
NAMED = [
    ("logs", "log-group:/aws/lambda/resize", "log_group_of_function", ("lambda", "function:resize")),
    ("logs", "log-group:/aws/lambda/notify:*", "log_group_of_function", ("lambda", "function:notify")),
    ("logs", "log-group:/aws/rds/instance/orders-1/slowquery", "log_group_of_instance", ("rds", "db:orders-1")),
    ("logs", "log-group:/aws/rds/cluster/orders/error", "log_group_of_cluster", ("rds", "cluster:orders")),
    ("logs", "log-group:/aws/eks/core/cluster", "log_group_of_cluster", ("eks", "cluster/core")),
    ("logs", "log-group:/aws/codebuild/web", "log_group_of_project", ("codebuild", "project/web")),
    ("ecs", "service/core/web", "service_of_cluster", ("ecs", "cluster/core")),
    ("ecs", "task/core/0a1b2c", "task_of_cluster", ("ecs", "cluster/core")),
    ("eks", "pod/core/menu/menu-web-1/0a1b", "pod_of_cluster", ("eks", "cluster/core")),
    ("dynamodb", "table/orders/index/by-day", "part_of_table", ("dynamodb", "table/orders")),
    ("dynamodb", "table/orders/backup/01", "part_of_table", ("dynamodb", "table/orders")),
    ("kinesis", "stream/clicks/consumer/a:1", "consumer_of_stream", ("kinesis", "stream/clicks")),
    ("lambda", "function:resize:live", "version_of_function", ("lambda", "function:resize")),
    ("redshift", "snapshot:dw/2026", "snapshot_of_cluster", ("redshift", "cluster:dw")),
    ("rds", "snapshot:rds:orders-1-2026-10-01-18-05", "snapshot_of_instance", ("rds", "db:orders-1")),
    ("rds", "cluster-snapshot:rds:orders-2026-10-01-18-05", "snapshot_of_cluster", ("rds", "cluster:orders")),
]  # fmt: skip


def arn(service, name):
    return ARN.format(service, name)


def key(number, **values):
    return {"billing_period": MONTH, "x_owner_key": number, "tags": {}} | values


def related(run_model, *keys, inventory=()):
    resources = run_model("owners.resources", {"owners.owner_keys": list(keys)})
    inputs = {
        "owners.owner_keys": list(keys),
        "owners.resources": resources,
        "inventory.relationships": list(inventory),
    }
    rows = run_model("owners.relationships", inputs)
    return sorted((r["resource_id"], r["x_relation"], r["x_related_resource_id"]) for r in rows)


def test_arn_names_what_a_resource_belongs_to(run_model):
    keys = [key(1, resource_id=arn(service, name)) for service, name, *_ in NAMED]
    expected = sorted(
        (arn(service, name).removesuffix(":*"), relation, arn(*owner))
        for service, name, relation, owner in NAMED
    )
    assert related(run_model, *keys) == expected


def test_stage_belongs_to_its_api(run_model):
    stage = "arn:aws:apigateway:eu-west-1::/restapis/a1b2c3/stages/live"
    api = "arn:aws:apigateway:eu-west-1::/restapis/a1b2c3"
    assert related(run_model, key(1, resource_id=stage)) == [(stage, "stage_of_api", api)]


def test_nothing_is_guessed_from_other_names(run_model):
    names = [
        "orders-1",
        arn("rds", "db:orders-1"),
        arn("lambda", "function:resize"),
        arn("dynamodb", "table/orders"),
        arn("sns", "topic"),
        arn("logs", "log-group:/ecs/web"),
        arn("logs", "log-group:/aws/batch/job"),
        arn("rds", "snapshot:before-migration"),
        arn("rds", "snapshot:rds:orders-before"),
    ]
    assert related(run_model, *(key(1, resource_id=name) for name in names)) == []


def test_split_row_belongs_to_the_instance_that_it_splits(run_model):
    pod, task = arn("eks", "pod/core/menu/web/1"), arn("ecs", "task/core/1")
    keys = [
        key(1, resource_id=pod, x_parent_resource_id="i-0a1b2c3d"),
        key(2, resource_id=task, x_parent_resource_id=arn("ec2", "instance/i-0a1b2c3d")),
    ]
    assert related(run_model, *keys) == [
        (task, "task_of_instance", "i-0a1b2c3d"),
        (pod, "pod_of_instance", "i-0a1b2c3d"),
    ]


def test_instance_belongs_to_the_group_and_cluster_that_aws_tags_it_with(run_model):
    tags = {"aws_autoscaling_group_name": "web", "aws_eks_cluster_name": "core"}
    place = {"sub_account_id": "012345678901", "region_id": "ap-northeast-2"}
    assert related(run_model, key(1, resource_id="i-0a1b2c3d", tags=tags, **place)) == [
        (
            "i-0a1b2c3d",
            "instance_of_autoscaling_group",
            arn("autoscaling", "autoScalingGroup:autoScalingGroupName/web"),
        ),
        ("i-0a1b2c3d", "instance_of_cluster", arn("eks", "cluster/core")),
    ]


def test_tag_of_a_pod_does_not_hide_its_node(run_model):
    pod = arn("eks", "pod/core/menu/web/1")
    one = key(
        1,
        resource_id=pod,
        x_parent_resource_id="i-0a1b2c3d",
        tags={"aws_eks_cluster_name": "core"},
        sub_account_id="012345678901",
        region_id="ap-northeast-2",
    )
    assert related(run_model, one) == [(pod, "pod_of_instance", "i-0a1b2c3d")]


def test_inventory_holds_for_every_month(run_model):
    keys = [key(1, resource_id="a"), key(2, resource_id="b") | {"billing_period": "2026-09"}]
    resources = run_model("owners.resources", {"owners.owner_keys": keys})
    told = {"resource_id": "x", "x_related_resource_id": "y", "x_relation": "part_of"}
    inputs = {
        "owners.owner_keys": keys,
        "owners.resources": resources,
        "inventory.relationships": [told],
    }
    rows = run_model("owners.relationships", inputs)
    assert sorted(row["billing_period"] for row in rows) == ["2026-09", "2026-10"]


def test_bill_and_inventory_write_an_id_the_same_way(run_model):
    ids = {
        "i-0123456789abcdef0": "i-0123456789abcdef0",
        arn("ec2", "volume/vol-0a1b2c3d"): "vol-0a1b2c3d",
        "arn:aws-cn:ec2:cn-north-1:1:snapshot/snap-0a1b2c3d": "snap-0a1b2c3d",
        arn("ec2", "natgateway/nat-0123456789abcdef0"): "nat-0123456789abcdef0",
        arn("ec2", "key-pair/deploy-key"): arn("ec2", "key-pair/deploy-key"),
        "arn:aws:s3:::menu-images": "menu-images",
        "menu-images": "menu-images",
        arn("s3", "accesspoint/menu"): arn("s3", "accesspoint/menu"),
        arn("logs", "log-group:/ecs/web:*"): arn("logs", "log-group:/ecs/web"),
        arn("rds", "db:orders-1"): arn("rds", "db:orders-1"),
    }
    keys = [key(1, resource_id=resource) for resource in ids]
    rows = run_model("owners.resources", {"owners.owner_keys": keys})
    assert {row["resource_id"]: row["x_resource_key"] for row in rows} == ids
    assert {resource: resource_key(resource) for resource in ids} == ids
