"""The settings of one project, read from its finops.toml."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from finops.csv_input import currency
from finops.errors import BadInput, SourceNotFound
from finops.inputs.database_settings import Query, read_queries
from finops.inputs.notify_settings import Notify, read_notify

FILE_NAME = "finops.toml"
# The keys of [allocation] and what they may say.
ALLOCATION = {
    "shared_cost": ("reciprocal", "direct", "step_down"),
    "commitment_benefit": ("used", "bought"),
}
# The keys that are true or false; all others are text.
_SWITCHES = {"tax_is_cost"}
_NO_KEYS = {"project", "as_of", "notify", "business", *ALLOCATION}


@dataclass(frozen=True)
class Settings:
    """What a project decides once: its folder, and the keys of its finops.toml.

    `tax_is_cost` says that the company can't recover the tax of the bill and bears it as cost.
    `shared_cost` and `commitment_benefit` are keys of its table `[allocation]`; `notify` is its
    table `[notify]`; `business` has the tables `[business.<series>]` by series.

    `as_of` is no key: it is the moment (UTC) whose deliveries a reader asks for; None is today.
    """

    project: Path
    company: str = "our company"
    reporting_currency: str = "USD"
    timezone: str = "UTC"
    paying_cost_centre: str = ""
    tax_is_cost: bool = False
    shared_cost: str = "reciprocal"
    commitment_benefit: str = "used"
    notify: Notify = field(default_factory=Notify)
    business: dict[str, Query] = field(default_factory=dict)
    as_of: datetime | None = None

    @property
    def warehouse(self) -> Path:
        """Folder of the charges and the DuckDB file."""
        return self.project / "warehouse"

    @property
    def fetched(self) -> dict[str, Path]:
        """The files that hold what the queries of `business` selected at the last build."""
        return {name: self.warehouse / "business" / f"{name}.parquet" for name in self.business}

    @property
    def database(self) -> Path:
        """The DuckDB file that readers open."""
        if self.as_of:
            return self.warehouse / "as_of" / f"{self.as_of:%Y-%m-%dT%H%M%S}.duckdb"
        return self.warehouse / "finops.duckdb"


def read_settings(project: str | Path = ".") -> Settings:
    """Return the settings of the project folder.

    Raises SourceNotFound without a finops.toml, BadInput for a wrong key or value.
    """
    folder = Path(project).resolve()
    path = folder / FILE_NAME
    if not path.is_file():
        raise SourceNotFound(f"{folder} has no {FILE_NAME}. Make a project with: finops init DIR")
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    # What is no UTF-8, no TOML, or a number of thousands of digits.
    except ValueError as error:
        raise BadInput(f"{path}: not valid TOML: {error}") from error
    except RecursionError:
        raise BadInput(f"{path}: not valid TOML: it is nested too deep") from None
    except OSError as error:
        raise BadInput(f"{path} can't be read: {error.strerror}.") from error
    allocation = values.pop("allocation", {})
    notify = read_notify(path, values.pop("notify", {}))
    business = read_queries(path, values.pop("business", {}))
    _check_keys(path, values, {one.name for one in fields(Settings)} - _NO_KEYS)
    _check_timezone(path, values.get("timezone", "UTC"))
    _check_allocation(path, allocation)
    if "reporting_currency" in values:
        values["reporting_currency"] = _currency(path, values["reporting_currency"])
    return Settings(project=folder, notify=notify, business=business, **values, **allocation)


def _check_keys(path: Path, values: dict[str, object], known: Iterable[str]) -> None:
    for key, value in values.items():
        if key not in known:
            raise BadInput(f"{path}: unknown key {key!r}. Known keys: {', '.join(sorted(known))}.")
        if key in _SWITCHES:
            if not isinstance(value, bool):
                raise BadInput(f"{path}: {key} must be true or false, not {value!r}.")
        elif not isinstance(value, str):
            raise BadInput(f"{path}: {key} must be text in quotes, not {value!r}.")


def _check_allocation(path: Path, allocation: object) -> None:
    if not isinstance(allocation, dict):
        raise BadInput(f"{path}: allocation must be a table: [allocation], not {allocation!r}.")
    _check_keys(path, allocation, ALLOCATION)
    for key, value in allocation.items():
        if value not in ALLOCATION[key]:
            raise BadInput(f"{path}: {key} must be one of {', '.join(ALLOCATION[key])}.")


def _currency(path: Path, code: str) -> str:
    try:
        return str(currency(code))
    except ValueError as error:
        raise BadInput(f"{path}: reporting_currency {code!r}: {error}.") from error


def _check_timezone(path: Path, name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadInput(f"{path}: timezone {name!r} is unknown. Example: Asia/Seoul.") from error
