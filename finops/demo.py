"""Run the whole chain on the sample company."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from finops.incidents.find import find
from finops.project import copy_notebooks, shipped
from finops.report.month.html import write_report
from finops.report.month.summary import Summary, summarise
from finops.settings import FILE_NAME
from finops.warehouse.connect import connect
from finops.warehouse.months import Progress


@dataclass(frozen=True)
class Demo:
    """What the demo found, and where its HTML report is."""

    summary: Summary
    report: Path


def run_demo(folder: str | Path, progress: Progress) -> Demo:
    """Make a project of the sample company in `folder`, load, build, and write its report.

    Safe to repeat: files that are there already stay as they are.
    """
    sample, project = shipped("sample_data"), Path(folder)
    for name in ("mappings", "business", "inventory", "invoices"):
        _copy_new(sample / name, project / name)
    _copy_new(sample / FILE_NAME, project / FILE_NAME)
    copy_notebooks(project)
    with connect(project) as warehouse:
        warehouse.load(sample / "bill", all_versions=True, progress=progress)
        warehouse.build(progress=progress)
        progress("anomalies and report", 1, 1)
        found = find(warehouse)
        report = write_report(warehouse, project / "report.html", anomalies=found)
        return Demo(summarise(warehouse, anomalies=found), report)


def _copy_new(source: Path, target: Path) -> None:
    for file in [source] if source.is_file() else sorted(source.rglob("*")):
        copy = target / file.relative_to(source) if file != source else target
        if file.is_file() and not copy.exists():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)
