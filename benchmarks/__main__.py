"""Print every benchmark: python -m benchmarks [--rows 1,10,50]."""

import argparse
import math
import tempfile
from pathlib import Path

import finops
from benchmarks.bills import create_project
from benchmarks.owner_accuracy import owner_accuracy
from benchmarks.rules_speed import rules_speed
from benchmarks.sizes import print_sizes
from benchmarks.suggestions import suggestions
from benchmarks.versions_speed import versions_speed
from finops.project import shipped


def main() -> None:
    """Print the speed on bills of several sizes, then what is found in the sample company."""
    sizes = [round(float(millions) * 1_000_000) for millions in _options().rows.split(",")]
    print_sizes(sizes)
    _print("a bucket of 40 versions a month, against one", versions_speed())
    sample = shipped("sample_data")
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project"
        create_project(project)
        with finops.connect(project) as warehouse:
            warehouse.load(sample / "bill")
            warehouse.build()
            _print("owners against the planted truth", _owners(warehouse, sample))
        figures = suggestions(project, sample / "truth" / "owners.csv", Path(folder))
        _print("suggested rules against the planted truth", figures)
    _print("500 owner rules on 25 million charges, against a scan", rules_speed())


def _owners(warehouse: finops.Warehouse, sample: Path) -> dict[str, float]:
    return owner_accuracy(warehouse, sample / "truth" / "owners.csv")


def _print(title: str, figures: dict[str, float]) -> None:
    print(f"\n{title}")
    for name, value in figures.items():
        text = "not installed" if math.isnan(value) else f"{value:,.3f}"
        print(f"  {name:30} {text:>14}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--rows", default="1,10,50", help="millions of rows in 13 months")
    return parser.parse_args()


if __name__ == "__main__":
    main()
