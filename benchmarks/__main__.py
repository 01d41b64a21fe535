"""Print every benchmark: python -m benchmarks [BILL]."""

import shutil
import sys
import tempfile
from pathlib import Path

import finops
from benchmarks.build_speed import build_speed
from benchmarks.load_speed import load_speed
from benchmarks.owner_accuracy import owner_accuracy
from finops.ingest.discover import find_deliveries
from finops.project import shipped


def main() -> None:
    """Run them on the sample company; the load on the bill in the folder BILL, if one is given."""
    sample = shipped("sample_data")
    bill = Path(sys.argv[1]) if len(sys.argv) > 1 else sample / "bill"
    _print("load of the largest delivery, against DuckDB's COPY", load_speed(bill))
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project"
        project.mkdir()
        for name in ("mappings", "business", "inventory"):
            shutil.copytree(sample / name, project / name)
        shutil.copyfile(sample / "finops.toml", project / "finops.toml")
        with finops.connect(project) as warehouse:
            warehouse.load(sample / "bill")
            warehouse.build()
            files = find_deliveries(sample / "bill")[-1].files
            figures = build_speed(list(files), Path(folder) / "months")
            _print("13 months as large as one of its months", figures)
            _print("owners against the planted truth", _owners(warehouse, sample))


def _owners(warehouse: finops.Warehouse, sample: Path) -> dict[str, float]:
    return owner_accuracy(warehouse, sample / "truth" / "owners.csv")


def _print(title: str, figures: dict[str, float]) -> None:
    print(f"\n{title}")
    for name, value in figures.items():
        print(f"  {name:22} {value:>14,.3f}")


if __name__ == "__main__":
    main()
