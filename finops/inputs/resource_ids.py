"""Write the id of a resource the one way by which bill and inventory meet."""

import re

# `arn:aws:ec2:…:volume/vol-0a1b` and `vol-0a1b` are one; ids of other services are long ARNs.
_SHORT_ID = re.compile(r"[a-z]+-[0-9a-f]{8,17}")
_EC2_ARN = re.compile(rf"arn:[^:]+:ec2:[^:]*:[^:]*:[^/]+/({_SHORT_ID.pattern})")
_BUCKET_ARN = re.compile(r"arn:[^:]+:s3:::(.+)")
_GROUP_ARN = re.compile(r"(arn:[^:]+:autoscaling:[^:]*:[^:]*:autoScalingGroup:)[^:]*:(.+)")


def resource_key(resource_id: str) -> str:
    """Return the short id of what EC2 and S3 bill by it, and the plain ARN of anything else.

    owners/resources.sql does the same for the ids of the bill. An Auto Scaling group goes by its
    name, because instances are tagged with that.
    """
    if found := _EC2_ARN.fullmatch(resource_id) or _BUCKET_ARN.fullmatch(resource_id):
        return found[1]
    if found := _GROUP_ARN.fullmatch(resource_id):
        return found[1] + found[2]
    is_log_group = ":logs:" in resource_id and resource_id.startswith("arn:")
    return resource_id.removesuffix(":*") if is_log_group else resource_id


def is_unique(resource_id: str) -> bool:
    """Return whether an id names one resource of all of AWS, as ARNs and ids of EC2 do."""
    return resource_id.startswith("arn:") or bool(_SHORT_ID.fullmatch(resource_id))
