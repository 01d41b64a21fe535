"""Split the cost of cluster nodes over their pods, as split cost allocation data does."""

import numpy as np
import pandas as pd

from .charges import NET, PUBLIC, QUANTITY, UNBLENDED, Charges
from .company import money, table
from .covered import SP_EFFECTIVE, SP_NET_EFFECTIVE, BilledUsage
from .resources import pod_arn

CLUSTERS = {"platform": "eks-prod-cluster-1", "core": "eks-core-cluster-1"}
# AWS weighs one vCPU as nine gigabytes of memory.
VCPU_WEIGHT = 9


def pod_charges(billed: BilledUsage, meters: pd.DataFrame) -> list[Charges]:
    """Return two lines per pod and hour, for vCPU and memory, with costs in split columns only."""
    nodes = meters[meters["name"].isin(table("pods")["node"])]
    node_hours = _node_hours(billed, nodes)
    pods = nodes.merge(table("pods"), left_on="name", right_on="node", suffixes=("_node", ""))
    return [_pods(pods, node_hours, measure) for measure in ("vCPU", "GB")]


def _node_hours(billed: BilledUsage, nodes: pd.DataFrame) -> pd.DataFrame:
    """Return what each node cost in each hour: plan share plus what ran on demand."""
    parts = [billed.on_demand, *(charges for _, charges in billed.by_plan)]
    hours = pd.concat([_cost_rows(part, nodes) for part in parts])
    return hours.groupby(["node_id", "start"], as_index=False).sum()


def _cost_rows(part: Charges, nodes: pd.DataFrame) -> pd.DataFrame:
    ids = part.lines["line_item_resource_id"].to_numpy()[part.amounts["line"]]
    ours = np.isin(ids, nodes["resource_id"])
    amounts = part.amounts[ours]
    is_planned = SP_EFFECTIVE in amounts
    return pd.DataFrame(
        {
            "node_id": ids[ours],
            "start": amounts["start"].to_numpy(),
            "hours": amounts[QUANTITY].to_numpy(),
            "cost": amounts[SP_EFFECTIVE if is_planned else UNBLENDED].to_numpy(),
            "net_cost": amounts[SP_NET_EFFECTIVE if is_planned else NET].to_numpy(),
            "public_cost": amounts[PUBLIC].to_numpy(),
        }
    )


def _pods(pods: pd.DataFrame, node_hours: pd.DataFrame, measure: str) -> Charges:
    """Bill one measure of every pod; the node's idle rest is shared in proportion."""
    vcpu, memory = pods["vcpu"].astype(float), pods["memory_gb"].astype(float)
    vcpu_share_of_cost = VCPU_WEIGHT * vcpu / (VCPU_WEIGHT * vcpu + memory)
    column, capacity = ("vcpu_share", vcpu) if measure == "vCPU" else ("memory_share", memory)
    share = pods[column].astype(float)
    plan = pd.DataFrame(
        {
            "node_id": pods["resource_id"],
            "line": np.arange(len(pods)),
            "share": share,
            "of_cost": vcpu_share_of_cost if measure == "vCPU" else 1 - vcpu_share_of_cost,
            "capacity": capacity,
            "all_shares": share.groupby(pods["resource_id"]).transform("sum"),
        }
    )
    rows = plan.merge(node_hours, on="node_id").sort_values(["line", "start"], ignore_index=True)
    return Charges(_pod_lines(pods, measure), _pod_amounts(rows))


def _pod_amounts(rows: pd.DataFrame) -> pd.DataFrame:
    cost, net, public = (rows[c] * rows["of_cost"] for c in ("cost", "net_cost", "public_cost"))
    whole = rows["share"] / rows["all_shares"]
    split, reserved = money(cost * rows["share"]), rows["capacity"] * rows["share"]
    net_split = money(net * rows["share"])
    public_split = money(public * rows["share"])
    return pd.DataFrame(
        {
            "line": rows["line"],
            "start": rows["start"],
            "end": rows["start"] + 1,
            QUANTITY: np.round(reserved * rows["hours"], 6),
            UNBLENDED: 0.0,
            NET: 0.0,
            "split_line_item_split_usage": np.round(reserved * rows["hours"], 6),
            "split_line_item_reserved_usage": np.round(reserved * rows["hours"], 6),
            "split_line_item_actual_usage": np.round(reserved * 0.8 * rows["hours"], 6),
            "split_line_item_split_usage_ratio": rows["share"],
            "split_line_item_split_cost": split,
            "split_line_item_unused_cost": money(cost * whole - split),
            "split_line_item_net_split_cost": net_split,
            "split_line_item_net_unused_cost": money(net * whole - net_split),
            "split_line_item_public_on_demand_split_cost": public_split,
            "split_line_item_public_on_demand_unused_cost": money(public * whole - public_split),
        }
    )


def _pod_lines(pods: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Return the text of the pods' lines, with the tags that EKS gives them."""
    cluster = pods["account"].map(CLUSTERS)
    places = zip(
        pods["account"],
        cluster,
        pods["namespace"],
        pods["workload"],
        pods["resource_id"],
        strict=True,
    )
    return pd.DataFrame(
        {
            "line_item_usage_account_id": pods["account_id"],
            "line_item_line_item_type": "Usage",
            "line_item_product_code": "AmazonEKS",
            "line_item_usage_type": f"APN2-EKS-EC2-{measure}-Hours",
            "line_item_operation": "EKSPod-EC2",
            "line_item_resource_id": [pod_arn(*place) for place in places],
            "line_item_line_item_description": f"$0.00 for EKS pod {measure} usage",
            "line_item_unblended_rate": "0.0000000000",
            "split_line_item_parent_resource_id": pods["resource_id"],
            "pricing_unit": f"{measure}-Hours",
            "product:product_name": "Amazon Elastic Container Service for Kubernetes",
            "product:servicecode": "AmazonEKS",
            "product:region": pods["region"],
            "product:region_code": pods["region"],
            "tags": [_eks_tags(*row) for row in zip(cluster, pods.to_dict("records"), strict=True)],
            "service": pods["service"],
            "environment": pods["environment"],
            "replica": pods["replica"],
            "edp": False,
        }
    )


def _eks_tags(cluster: str, pod: dict) -> dict[str, str]:
    return {
        "aws_eks_cluster_name": cluster,
        "aws_eks_namespace": pod["namespace"],
        "aws_eks_node": pod["resource_id"],
        "aws_eks_workload_name": pod["workload"],
        "aws_eks_workload_type": "Deployment",
    }
