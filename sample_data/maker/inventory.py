"""Write what AWS tells of resources besides the bill: incomplete, as a first export is."""

import json
from pathlib import Path

import pandas as pd

from .company import REGION, account_ids, hex_id, table, team_of_service
from .files import write_json
from .fleet import meters

# The database cluster that AWS Config knows, and the team that its tags name.
CLUSTER, CLUSTER_SERVICE = "member-aurora-cluster", "member-auth"
FIELDS = ["resourceId", "resourceName", "resourceType", "arn", "accountId", "awsRegion", "tags"]


def write_inventory(folder: Path, *, seed: int, scale: int) -> None:
    """Write a query of AWS Config, an answer of the tagging API and a list of snapshots."""
    told = pd.concat([_told(seed, replica) for replica in range(scale)])
    volumes = told[told["resource"] == "volume"]
    databases = told[told["resource"] == "rds"]
    results = [_volume(row) for row in volumes.itertuples()]
    results += [_database(row) for row in databases.itertuples()]
    results.append(_cluster(databases))
    fields = [{"Name": name} for name in [*FIELDS, "relationships"]]
    results = [json.dumps(result) for result in results]
    write_json(
        folder / "aws-config.json", {"Results": results, "QueryInfo": {"SelectFields": fields}}
    )
    tags = {"Team": team_of_service()[CLUSTER_SERVICE].title(), "Environment": "prod"}
    mapping = {"ResourceARN": _cluster_arn(), "Tags": _pairs(tags, "Key", "Value")}
    write_json(folder / "tagging-api.json", {"ResourceTagMappingList": [mapping]})
    _snapshots(told[told["resource"] == "snapshot"]).to_csv(folder / "snapshots.csv", index=False)


def _told(seed: int, replica: int) -> pd.DataFrame:
    """Return the resources that the inventory knows, with the id of what each belongs to."""
    resources = meters(seed, replica).drop_duplicates("resource_id")
    owners = resources[["name", "number", "resource_id"]]
    parts = table("inventory").merge(resources, left_on="component", right_on="name")
    return parts.merge(
        owners.add_prefix("owner_"),
        how="left",
        left_on=["belongs_to", "number"],
        right_on=["owner_name", "owner_number"],
    )


def _volume(row) -> dict:
    arn = f"arn:aws:ec2:{row.region}:{row.account_id}:volume/{row.resource_id}"
    related = {
        "resourceId": row.owner_resource_id,
        "resourceType": "AWS::EC2::Instance",
        "relationshipName": "Is attached to Instance",
    }
    return _item(
        row.resource_id, None, "AWS::EC2::Volume", arn, row.account_id, row.tags, [related]
    )


def _database(row) -> dict:
    """Return a database instance, which Config calls by an id that no bill knows."""
    kind = "AWS::RDS::DBInstance"
    return _item(
        _database_id(row), row.resource_name, kind, row.resource_id, row.account_id, {}, []
    )


def _cluster(databases: pd.DataFrame) -> dict:
    related = [
        {
            "resourceId": _database_id(row),
            "resourceName": row.resource_name,
            "resourceType": "AWS::RDS::DBInstance",
            "relationshipName": "Contains DBInstance",
        }
        for row in databases.itertuples()
    ]
    cluster_id = f"cluster-{hex_id('cluster', CLUSTER, digits=26).upper()}"
    account = account_ids()["core"]
    kind = "AWS::RDS::DBCluster"
    return _item(cluster_id, CLUSTER, kind, _cluster_arn(), account, {}, related)


def _item(
    resource_id: str, name: str | None, kind: str, arn: str, account: str, tags: dict, related: list
) -> dict:
    """Return one result of a query of AWS Config."""
    tags = {key.removeprefix("user_"): value for key, value in tags.items()}
    values = [resource_id, name, kind, arn, account, REGION, _pairs(tags, "key", "value")]
    return {**dict(zip(FIELDS, values, strict=True)), "relationships": related}


def _database_id(row) -> str:
    return f"db-{hex_id('database', row.resource_id, digits=26).upper()}"


def _cluster_arn() -> str:
    return f"arn:aws:rds:{REGION}:{account_ids()['core']}:cluster:{CLUSTER}"


def _pairs(tags: dict[str, str], key: str, value: str) -> list[dict[str, str]]:
    return [{key: name, value: text} for name, text in tags.items()]


def _snapshots(told: pd.DataFrame) -> pd.DataFrame:
    """Return a list made by hand: snapshots of volumes now gone, and where those were attached."""
    snapshot = told["resource_id"].str.rpartition("/")[2]
    volume = [f"vol-0{hex_id('gone', name, digits=16)}" for name in told["resource_name"]]
    instance = told["owner_resource_id"]
    parts = [(snapshot, volume, "snapshot_of_volume"), (volume, instance, "volume_of_instance")]
    frames = [
        pd.DataFrame({"resource_id": list(part), "belongs_to": list(owner), "relation": relation})
        for part, owner, relation in parts
    ]
    return pd.concat(frames)
