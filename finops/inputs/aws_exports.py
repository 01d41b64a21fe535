"""Read what AWS itself says about resources: their tags, and what belongs to what."""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import AliasChoices, BaseModel, BeforeValidator, Field, ValidationError

from finops.errors import BadInput
from finops.inputs.resource_ids import is_unique
from finops.json_text import BadJson, read_json

# What an export does not know is absent or null.
Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]


class Related(BaseModel):
    """Another resource that AWS Config names beside one, by id or by name."""

    type: Text = Field("", alias="resourceType")
    id: Text = Field("", alias="resourceId")
    name: Text = Field("", alias="resourceName")


class Resource(NamedTuple):
    """One resource of an export; `place` says where in the file it is.

    `account`, `region`, `type` and `names` are how AWS Config calls it elsewhere.
    """

    place: str
    id: str
    tags: dict[str, str]
    account: str = ""
    region: str = ""
    type: str = ""
    names: tuple[str, ...] = ()
    related: tuple[Related, ...] = ()


class _Tag(BaseModel):
    key: str = Field(validation_alias=AliasChoices("Key", "key"))
    value: Text = Field("", validation_alias=AliasChoices("Value", "value"))


class _Tagged(BaseModel):
    """An entry of `aws resourcegroupstaggingapi get-resources`."""

    arn: str = Field(alias="ResourceARN", min_length=1)
    tags: list[_Tag] = Field([], alias="Tags")


class _Property(BaseModel):
    name: str = Field("", alias="Name")
    data: Any = Field(None, alias="Data")


class _Explored(BaseModel):
    """An entry of `aws resource-explorer-2 search`; its tags are the data of one property."""

    arn: str = Field(alias="Arn", min_length=1)
    properties: list[_Property] = Field([], alias="Properties")


class _Configured(BaseModel):
    """A configuration item of AWS Config, from a query, a snapshot or the history."""

    id: Text = Field("", alias="resourceId")
    name: Text = Field("", alias="resourceName")
    arn: Text = Field("", validation_alias=AliasChoices("arn", "ARN"))
    type: Text = Field("", alias="resourceType")
    account: Text = Field("", validation_alias=AliasChoices("accountId", "awsAccountId"))
    region: Text = Field("", alias="awsRegion")
    tags: dict[str, str] | list[_Tag] | None = None
    relationships: list[Related] | None = None


class _Tags(BaseModel):
    tags: list[_Tag] = Field(alias="Data")


def read_export(path: Path) -> list[Resource]:
    """Return the resources of a JSON file that an AWS tool wrote; it may be gzipped.

    Raises BadInput, with file and place, for other formats and for entries that name no resource.
    """
    document = _read_json(path)
    for name, resource in _FORMATS.items():
        if isinstance(document, dict) and isinstance(document.get(name), list):
            return list(_resources(path, name, document[name], resource))
    raise BadInput(
        f"{path} is no export of Resource Explorer, AWS Config or the tagging API: "
        f"it has none of {', '.join(_FORMATS)}. Remove it from the folder or export it again."
    )


def _read_json(path: Path) -> Any:
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rt", encoding="utf-8-sig") as stream:
            return read_json(stream.read())
    except BadJson as error:
        raise BadInput(
            f"{path} line {error.line}: not readable as JSON: {error}. Export it again, "
            "each answer into a file of its own."
        ) from error
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise BadInput(f"{path} can't be read: {error}. Export it again.") from error


def _resources(path: Path, name: str, entries: list[Any], resource: Any) -> Iterator[Resource]:
    for number, entry in enumerate(entries):
        place = f"{path} {name}[{number}]"
        try:
            yield resource(place, entry)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"])) or "entry"
            raise BadInput(f"{place}: {where}: {first['msg']}. Export it again.") from error


def _tagged(place: str, entry: Any) -> Resource:
    one = _Tagged.model_validate(entry)
    return Resource(place, one.arn, _as_dict(one.tags))


def _explored(place: str, entry: Any) -> Resource:
    one = _Explored.model_validate(entry)
    data = next((known.data for known in one.properties if known.name == "tags"), None)
    return Resource(place, one.arn, _as_dict(_Tags.model_validate({"Data": data or []}).tags))


def _queried(place: str, entry: Any) -> Resource:
    """Return a result of a query, which is JSON inside a string."""
    try:
        return _configured(place, read_json(entry))
    except (TypeError, BadJson) as error:
        raise BadInput(f"{place}: not readable as JSON: {error}. Export it again.") from error


def _configured(place: str, entry: Any) -> Resource:
    one = _Configured.model_validate(entry)
    is_bucket = one.type == "AWS::S3::Bucket"
    short = one.id if is_bucket or is_unique(one.id) else one.arn
    if not short:
        raise BadInput(
            f"{place}: neither an arn nor a resourceId that a bill would know. "
            "Select arn, resourceId, resourceType, accountId, awsRegion, tags and relationships."
        )
    tags = one.tags if isinstance(one.tags, dict) else _as_dict(one.tags or [])
    names, related = tuple(filter(None, (one.id, one.name))), tuple(one.relationships or ())
    return Resource(place, short, tags, one.account, one.region, one.type, names, related)


def _as_dict(tags: list[_Tag]) -> dict[str, str]:
    return {tag.key: tag.value for tag in tags}


# What the answer of each tool calls its list.
_FORMATS = {
    "ResourceTagMappingList": _tagged,
    "Resources": _explored,
    "Results": _queried,
    "configurationItems": _configured,
}
