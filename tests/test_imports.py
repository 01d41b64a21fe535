"""Imports go down only, from the commands to the ground, and never in a circle."""

from pathlib import Path

from benchmarks.imports import FLOORS, PACKAGE, arrows, circles, modules, room, upward

TESTS = Path(__file__).parent


def test_imports_only_go_down():
    assert upward(arrows()) == []


def test_no_rooms_import_each_other():
    assert circles(arrows()) == []


def test_every_room_has_one_floor():
    floors = [name for line in FLOORS for name in line.split()]
    rooms = {room(name, file) for name, file in modules().items() if name}
    assert sorted(floors) == sorted({*rooms, "report"})


def test_an_import_up_and_a_circle_are_told(tmp_path):
    files = {
        "text.py": "from finops.warehouse import connect\n",
        "warehouse/__init__.py": "",
        "warehouse/connect.py": "import os\nfrom finops import text\n",
    }
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
    found = arrows(tmp_path)
    assert upward(found) == ["text imports warehouse.connect: warehouse is not below text"]
    assert circles(found) == [["text", "warehouse", "text"]]


def test_tests_lie_in_folders_of_the_same_names():
    folders = {path.parent.relative_to(TESTS) for path in TESTS.rglob("test_*.py")}
    beside = {Path("notebooks")}
    missing = [str(one) for one in folders - beside if not (PACKAGE / one).is_dir()]
    assert sorted(missing) == []
