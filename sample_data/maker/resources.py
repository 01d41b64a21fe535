"""Name the company's resources the way AWS names them."""

from .company import account_ids, hex_id

PLAIN_IDS = {
    "instance": "i-0",
    "volume": "vol-0",
}
ARNS = {
    "rds": "arn:aws:rds:{region}:{account}:db:{name}",
    "rdscluster": "arn:aws:rds:{region}:{account}:cluster:{name}",
    "elasticache": "arn:aws:elasticache:{region}:{account}:cluster:{name}",
    "opensearch": "arn:aws:es:{region}:{account}:domain/{name}",
    "snapshot": "arn:aws:ec2:{region}:{account}:snapshot/snap-0{digits}",
    "nat": "arn:aws:ec2:{region}:{account}:natgateway/nat-0{digits}",
    "alb": "arn:aws:elasticloadbalancing:{region}:{account}:loadbalancer/app/{name}/{digits}",
    "cloudfront": "arn:aws:cloudfront::{account}:distribution/E{upper}",
    "hostedzone": "arn:aws:route53:::hostedzone/Z{upper}",
    "webacl": "arn:aws:wafv2:us-east-1:{account}:global/webacl/{name}/{uuid}",
    "lambda": "arn:aws:lambda:{region}:{account}:function:{name}",
    "loggroup": "arn:aws:logs:{region}:{account}:log-group:/{name}",
    "dynamodb": "arn:aws:dynamodb:{region}:{account}:table/{name}",
    "sqs": "arn:aws:sqs:{region}:{account}:{name}",
    "eks": "arn:aws:eks:{region}:{account}:cluster/{name}",
    "msk": "arn:aws:kafka:{region}:{account}:cluster/{name}/{uuid}-3",
    "smendpoint": "arn:aws:sagemaker:{region}:{account}:endpoint/{name}",
    "ecs": "arn:aws:ecs:{region}:{account}:task/{name}/{digits}",
    "ecr": "arn:aws:ecr:{region}:{account}:repository/{name}",
    "efs": "arn:aws:elasticfilesystem:{region}:{account}:file-system/fs-0{digits}",
    "redshift": "arn:aws:redshift:{region}:{account}:cluster:{name}",
    "glue": "arn:aws:glue:{region}:{account}:job/{name}",
    "emr": "arn:aws:elasticmapreduce:{region}:{account}:cluster/j-{upper}",
    "kinesis": "arn:aws:kinesis:{region}:{account}:stream/{name}",
    "firehose": "arn:aws:firehose:{region}:{account}:deliverystream/{name}",
    "sns": "arn:aws:sns:{region}:{account}:{name}",
    "apigw": "arn:aws:apigateway:{region}::/apis/{digits}",
    "cognito": "arn:aws:cognito-idp:{region}:{account}:userpool/{region}_{upper}",
    "secret": "arn:aws:secretsmanager:{region}:{account}:secret:{name}",
    "states": "arn:aws:states:{region}:{account}:stateMachine:{name}",
    "events": "arn:aws:events:{region}:{account}:event-bus/{name}",
    "transfer": "arn:aws:transfer:{region}:{account}:server/s-{digits}",
    "codebuild": "arn:aws:codebuild:{region}:{account}:project/{name}",
    "dms": "arn:aws:dms:{region}:{account}:rep:{upper}",
    "location": "arn:aws:geo:{region}:{account}:route-calculator/{name}",
    "smtraining": "arn:aws:sagemaker:{region}:{account}:training-job/{name}",
}


def resource_id(kind: str, name: str, account: str, region: str) -> str:
    """Return the id or ARN of one resource; shared lines have none."""
    if kind == "none":
        return ""
    if kind == "bucket":
        return name
    digits = hex_id("resource", kind, name, account, digits=16)
    if kind in PLAIN_IDS:
        return PLAIN_IDS[kind] + digits
    return ARNS[kind].format(
        region=region,
        account=account_ids()[account],
        name=name,
        digits=digits,
        upper=digits[:13].upper(),
        uuid=f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[:4]}-{digits[4:16]}",
    )


def pod_arn(account: str, cluster: str, namespace: str, workload: str, node: str) -> str:
    """Return the ARN of one pod as split cost allocation data writes it."""
    digits = hex_id("pod", workload, node, digits=32)
    pod = f"{workload}-{digits[:10]}-{digits[10:15]}"
    return (
        f"arn:aws:eks:ap-northeast-2:{account_ids()[account]}:pod/"
        f"{cluster}/{namespace}/{pod}/{digits[:8]}-{digits[8:12]}-{digits[12:16]}"
    )
