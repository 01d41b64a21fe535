"""Write the text of usage lines: who, what, at which rate, with which product attributes."""

import numpy as np
import pandas as pd

from .charges import rate_text
from .company import EDP_SHARE, hex_id

LOCATIONS = {
    "ap-northeast-2": "Asia Pacific (Seoul)",
    "ap-northeast-1": "Asia Pacific (Tokyo)",
    "us-east-1": "US East (N. Virginia)",
}
NORMAL_SIZES = {"8xlarge": 64, "12xlarge": 96, "16xlarge": 128, "24xlarge": 192, "48xlarge": 384}
NO_LIST_PRICE = ("spot", "marketplace")


def usage_lines(meters: pd.DataFrame, rate: np.ndarray, kind: str = "Usage") -> pd.DataFrame:
    """Return the text of one line per meter."""
    market = market_of(meters)
    listed = ~market.isin(NO_LIST_PRICE)
    discounted = (market != "marketplace").to_numpy()
    net_rate = rate * np.where(discounted, 1 - EDP_SHARE, 1)
    lines = pd.DataFrame(
        {
            "line_item_usage_account_id": meters["account_id"],
            "line_item_line_item_type": kind,
            "line_item_product_code": meters["service_code"],
            "line_item_usage_type": meters["usage_type"],
            "line_item_operation": meters["operation"],
            "line_item_availability_zone": meters["zone"],
            "line_item_resource_id": meters["resource_id"],
            "line_item_line_item_description": _descriptions(meters, rate),
            "line_item_unblended_rate": [rate_text(r) for r in rate],
            "line_item_blended_rate": [rate_text(r) for r in rate],
            "line_item_net_unblended_rate": [rate_text(r) for r in net_rate],
            "pricing_public_on_demand_rate": [rate_text(r) for r in rate],
            "pricing_unit": meters["unit"],
            "pricing_term": np.where(listed, "OnDemand", ""),
            "pricing_rate_id": _rate_ids(meters, rate),
            "pricing_rate_code": _rate_codes(meters),
            "bill_billing_entity": np.where(discounted, "AWS", "AWS Marketplace"),
            "tags": meters["tags"],
            "service": meters["service"],
            "environment": meters["environment"],
            "replica": meters["replica"],
            "edp": discounted,
        }
    ).reset_index(drop=True)
    lines.loc[~listed.to_numpy(), ["pricing_public_on_demand_rate", "pricing_rate_code"]] = ""
    return pd.concat([lines, product_texts(meters)], axis=1)


def market_of(meters: pd.DataFrame) -> pd.Series:
    """Return how each meter is bought: on demand, on the spot market or in the Marketplace."""
    spot = meters["usage_type"].str.contains("Spot")
    marketplace = meters["usage_type"].str.startswith("MP:")
    return pd.Series(np.select([spot, marketplace], NO_LIST_PRICE, "demand"), index=meters.index)


def normal_size(meters: pd.DataFrame) -> np.ndarray:
    """Return AWS's size factor of an instance; nan for what has no size."""
    size = meters["instance_type"].str.extract(r"(\d+xlarge)")[0]
    return size.map(NORMAL_SIZES).to_numpy(dtype=float)


def product_texts(meters: pd.DataFrame) -> pd.DataFrame:
    """Return the product attributes of each meter."""
    instance = meters["instance_type"]
    compute = meters["product_family"] == "Compute Instance"
    location = meters["region"].map(LOCATIONS)
    texts = {
        "product_name": meters["product_name"],
        "servicecode": meters["service_code"],
        "servicename": meters["product_name"],
        "product_family": meters["product_family"],
        "usagetype": meters["usage_type"],
        "operation": meters["operation"],
        "sku": meters["sku"].map(sku_code),
        "region": meters["region"],
        "region_code": meters["region"],
        "location": location,
        "location_type": location.map(lambda _: "AWS Region"),
        "instance_type": instance,
        "instance_type_family": instance.str.extract(r"([a-z]\d[a-z]*)\.\d+")[0].fillna(""),
        "vcpu": meters["vcpu"],
        "memory": meters["memory_gb"].where(
            meters["memory_gb"] == "", meters["memory_gb"] + " GiB"
        ),
        "operating_system": compute.map({True: "Linux", False: ""}),
        "tenancy": compute.map({True: "Shared", False: ""}),
        "database_engine": meters["engine"].where(meters["service_code"] == "AmazonRDS", ""),
        "cache_engine": meters["engine"].where(meters["service_code"] == "AmazonElastiCache", ""),
        "volume_api_name": meters["sku"].where(meters["sku"].isin(["gp2", "gp3"]), ""),
        "storage_class": meters["sku"].map(
            {"s3std": "General Purpose", "s3ia": "Infrequent Access"}
        ),
    }
    frame = pd.DataFrame({f"product:{name}": text for name, text in texts.items()})
    return frame.fillna("").reset_index(drop=True)


def sku_code(sku: str) -> str:
    """Return a price's code in the shape of AWS SKUs."""
    return hex_id("sku", sku, digits=16).upper()


def _rate_codes(meters: pd.DataFrame) -> list[str]:
    """Return the id of each price; the tiers of a price differ after the last point."""
    pairs = zip(meters["sku"], meters["rate_code"], strict=True)
    return [f"{sku_code(sku)}.JRTCKXETXF.{code}" for sku, code in pairs]


def _rate_ids(meters: pd.DataFrame, rate: np.ndarray) -> list[str]:
    pairs = zip(meters["sku"], rate, strict=True)
    return [str(int(hex_id("rate", sku, round(r, 12), digits=9), 16)) for sku, r in pairs]


def _descriptions(meters: pd.DataFrame, rate: np.ndarray) -> list[str]:
    pairs = zip(rate, meters["description"], strict=True)
    return [f"${r:.10f}".rstrip("0") + f" {text}" for r, text in pairs]
