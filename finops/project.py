"""Make a project folder, and open its notebooks."""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

from finops.csv_input import columns as columns_of
from finops.errors import BadInput, FinopsError, SourceNotFound
from finops.inputs import accounts, contracts, payments, told_prepaid
from finops.inputs import planned_changes as planned
from finops.inputs.inventory import BELONGS_TO
from finops.inputs.mappings import FILES
from finops.inputs.series import SERIES
from finops.inputs.support_tiers import Tier
from finops.settings import FILE_NAME, Settings

_SETTINGS = """\
# The settings of this project. Every key is optional; these are the defaults.

# Named on reports.
company = "our company"

# Amounts are shown in the bill's currency and in this one. Rates: business/exchange_rates.csv
reporting_currency = "USD"

# Hours without an offset in business/*.csv are read in this time zone. The bill is always UTC.
timezone = "UTC"

# The cost centre that AWS's bill is paid from; a chargeback credits it with what teams are charged.
# paying_cost_centre = "CC-9000"

# Tax of the bill that the company gets back is no cost: it has a line of its own. Of one that can't
# deduct it, such as an exempt company: true.
tax_is_cost = false

[allocation]
# Shared teams that give cost to each other: reciprocal, direct or step_down.
shared_cost = "reciprocal"

# Who gets what a reservation or Savings Plan saves: who used it, or who bought it.
commitment_benefit = "used"

# A series that a database knows better than a file: an environment variable with the address,
# postgresql://user:password@host/database or mysql://…, and one select of the file's columns.
# [business.orders]
# url_env = "ORDERS_DB_URL"
# query = "select hour, service, orders from orders_by_hour"

[notify]
# A team gets at most so many new alerts in a week, the most money first.
alerts_per_week = 5

# Channels. Each names the environment variable that holds its address, never the address itself.
# slack = "FINOPS_SLACK"
# webhook = "FINOPS_WEBHOOK"
# webhook_secret = "FINOPS_WEBHOOK_SECRET"

# A folder for e-mail files (.eml), below this one.
# email = "mail"
# email_to = "finops@example.com"
"""

_NO_UPDATES = "jupyterlab.handlers.announcements.NeverCheckForUpdate"


def create_project(folder: str | Path) -> Path:
    """Make a project: a commented finops.toml, and the files to fill in with their headers.

    Raises BadInput if `folder` has a finops.toml already. Other files there are left as they are.
    """
    project = Path(folder)
    settings = project / FILE_NAME
    if settings.exists():
        raise BadInput(f"{settings} is there already; nothing was changed.")
    project.mkdir(parents=True, exist_ok=True)
    headers = {f"mappings/{name}.csv": columns for name, columns in FILES.items()}
    headers |= {f"business/{name}.csv": series.header for name, series in SERIES.items()}
    headers["inventory/belongs_to.csv"] = BELONGS_TO
    headers["mappings/accounts.csv"] = accounts.COLUMNS
    headers["business/payments.csv"] = payments.COLUMNS
    headers[told_prepaid.FILE] = told_prepaid.COLUMNS
    headers[contracts.FILE] = columns_of(contracts.Contract)
    headers[planned.FILE] = planned.COLUMNS
    headers["mappings/support_tiers.csv"] = columns_of(Tier)
    for name, columns in headers.items():
        _write_header(project / name, columns)
    settings.write_text(_SETTINGS, encoding="utf-8")
    return project


def shipped(name: str) -> Path:
    """Return the folder `name` (notebooks, sample_data) of this package or its source checkout.

    Raises SourceNotFound if it was not shipped.
    """
    package = Path(__file__).parent
    for folder in (package / name, package.parent / name):
        if folder.is_dir():
            return folder
    raise SourceNotFound(f"This installation has no {name} folder.")


def copy_notebooks(project: Path) -> Path:
    """Copy the notebooks into the project and return their folder; edited ones stay as they are."""
    target = project / "notebooks"
    target.mkdir(exist_ok=True)
    for notebook in sorted(shipped("notebooks").glob("*.ipynb")):
        if not (target / notebook.name).exists():
            shutil.copyfile(notebook, target / notebook.name)
    return target


def open_lab(settings: Settings) -> int:
    """Run JupyterLab on the project's notebooks until it is stopped; return its exit code.

    Raises FinopsError if JupyterLab isn't installed.
    """
    if importlib.util.find_spec("jupyterlab") is None:
        raise FinopsError("JupyterLab is not installed. Install finops-bill[notebooks].")
    folder = copy_notebooks(settings.project)
    command = [sys.executable, "-m", "jupyter", "lab", f"--notebook-dir={folder}"]
    # JupyterLab otherwise asks the network for news and extensions.
    command += ["--LabApp.extension_manager=readonly"]
    command += ["--LabApp.news_url=None", f"--LabApp.check_for_updates_class={_NO_UPDATES}"]
    return subprocess.run(command, check=False).returncode  # noqa: S603


def _write_header(path: Path, columns: list[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        path.write_text(",".join(columns) + "\n", encoding="utf-8")
