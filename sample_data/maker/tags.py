"""Tag resources the way people do: some well, some in their own spelling, some not at all."""

import pandas as pd

from .company import MOVED_SERVICE, OLD_TEAM, mapping, rng, team_of_service

NICKNAMES = ["project-tiger", "blue-whale", "rocket2", "poc", "tmp", "new-backend", "phoenix"]
WORKLOADS = ["BaseLoad", "Base Load", "base-load", "Peak"]
ENVIRONMENTS = {
    "prod": ["prod", "prod", "PROD", "Production", "prd"],
    "dev": ["dev", "Dev", "development"],
    "staging": ["staging", "stg", "stage"],
    "dr": ["dr", "DR"],
}

# The first month in which a tag key is a cost allocation tag of the legacy report.
ACTIVATED = {
    "user_name": "2025-10",
    "user_team": "2025-10",
    "user_owner": "2025-10",
    "user_service": "2025-10",
    "user_environment": "2025-10",
    "user_env": "2025-10",
    "user_app": "2025-12",
    "user_workload": "2025-11",
    "user_cost_center": "2026-02",
    "aws_created_by": "2025-10",
    "aws_autoscaling_group_name": "2026-01",
}
KEYS_BY_HABIT = {
    "full": ["user_team", "user_service", "user_environment", "user_cost_center", "user_name"],
    "team": ["user_team", "user_name"],
    "owner": ["user_owner"],
    "service": ["user_service", "user_env"],
    "app": ["user_app", "user_name"],
    "env": ["user_environment"],
    "nick": ["user_service", "user_name"],
    "none": [],
}


def spellings(value: str) -> list[str]:
    """Return how different people write one name; the last one no alias knows."""
    words = value.split("-")
    title = " ".join(word.title() for word in words)
    return [value, value, value, title, title.replace(" ", ""), value.upper(), f"{value}-svc"]


def tagged_team(service: str) -> str:
    """Return the team that tags name; nobody retagged after the reorganisation."""
    return OLD_TEAM if service == MOVED_SERVICE else team_of_service().get(service, "")


def tags_of(resource: pd.Series, seed: int) -> dict[str, str]:
    """Return the tags of one resource."""
    generator = rng(seed, "tags", resource["resource_name"])
    team = tagged_team(resource["service"])
    centres = dict(mapping("teams")[["team", "cost_centre"]].itertuples(index=False))
    pick = generator.choice
    team_name = str(pick([*spellings(team)[:6], f"{team}-team"]))
    service_name = str(pick(spellings(resource["service"])))
    environment = str(pick(ENVIRONMENTS[resource["environment"]]))
    values = {
        "user_team": team_name,
        "user_owner": team_name,
        "user_service": service_name,
        "user_app": service_name,
        "user_environment": environment,
        "user_env": environment,
        "user_cost_center": centres.get(team, ""),
        "user_name": resource["resource_name"],
    }
    if resource["tags"] == "nick":
        values["user_service"] = str(pick(NICKNAMES))
    chosen = {key: values[key] for key in KEYS_BY_HABIT[resource["tags"]]}
    return chosen | automatic_tags(resource, str(pick(WORKLOADS)))


def automatic_tags(resource: pd.Series, workload: str) -> dict[str, str]:
    """Return the tags that AWS and launch templates set on instances."""
    if resource["resource"] != "instance":
        return {}
    tags = {"aws_created_by": f"AssumedRole:deploy:{resource['account']}"}
    if resource["shape"] != "flat":
        tags["aws_autoscaling_group_name"] = resource["name"]
        tags["user_workload"] = workload
    return tags
