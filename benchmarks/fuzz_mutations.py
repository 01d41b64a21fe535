"""Do to a file what people, tools and disks do to files."""

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

from benchmarks.fuzz_files import Table

ODD = [
    *("", " ", "0", "-0", "1e5", "1e-12", "1e999999", "99999999999999999999", "123456789012345.67"),
    *("1,000.50", "$5", "(5)", "5 USD", "5-", "+5", "0x10", "1_000", "NaN", "inf", "-Infinity"),
    *("null", "NULL", "\\N", "true", "가나다", "a|b", "a;b", 'say "hi"', "it's", "line\nbreak"),
    *("tab\there", "\x00", "\u200b", "🙂", "=1+1", "../../etc", "'; drop table x; --", "{}", "["),
    *(
        "x" * 5000,
        "9" * 400,
        "0.1234567890123456789",
        "٣",
        "2026-13-45",
        "0026-10-01",
        "9999-12-31",
    ),
    *("1970-01-01T00:00:00Z", "2026-10-01 00:00:00", "10/01/2026", "46296", "2026-10-05T25:00:00Z"),
    *("2026-09-30T23:59:59Z", "infinity", "*", "%", "?", "\ufeff", "\r", ",", ",,,"),
]


def mutate_table(table: Table, random: Random) -> Table:
    """Return a table with one of its cells, rows or columns changed."""
    return random.choice(_TABLES)(table, random)


def mutate_bytes(data: bytes, random: Random) -> bytes:
    """Return the bytes of a file as something else leaves them."""
    return random.choice(_BYTES)(data, random)


def mutate_json(data: bytes, random: Random) -> bytes:
    """Return JSON with a value, a key or some bytes changed."""
    if random.random() < 0.3:
        return mutate_bytes(data, random)
    content = json.loads(data)
    place, key = random.choice(list(_places(content)))
    change = random.choice(("drop", "value", "type", "deep"))
    if change == "drop":
        del place[key]
    elif change == "deep":
        return (
            json.dumps(content)
            .replace("{", "{" + '"x":' + "[" * 9000 + "]" * 9000 + ",", 1)
            .encode()
        )
    else:
        odd = (
            random.choice(ODD)
            if change == "value"
            else random.choice([None, [], {}, 7, [[]], 1e308])
        )
        place[key] = odd
    return json.dumps(content).encode()


def _places(content: Any) -> list[tuple[Any, Any]]:
    keys = list(content) if isinstance(content, dict) else range(len(content))
    own = [(content, key) for key in keys]
    below = [content[key] for key in keys if isinstance(content[key], (dict, list))]
    return own + [place for one in below for place in _places(one)]


def _cell(table: Table, random: Random) -> Table:
    rows = [list(row) for row in table.rows]
    if rows and rows[0]:
        places = list(range(len(table.header)))
        cost = [place for place in places if table.header[place] == table.cost]
        row = random.choice(rows)
        row[random.choice(places + cost * len(places))] = random.choice(ODD)
    return replace(table, rows=rows)


def _again(table: Table, random: Random) -> Table:
    return replace(table, rows=[*table.rows, random.choice(table.rows)]) if table.rows else table


def _without(table: Table, random: Random) -> Table:
    gone = random.randrange(max(len(table.rows), 1))
    return replace(table, rows=table.rows[:gone] + table.rows[gone + 1 :])


def _order(table: Table, random: Random) -> Table:
    return replace(table, rows=random.sample(table.rows, len(table.rows)))


def _renamed(table: Table, random: Random) -> Table:
    header = list(table.header)
    place = random.randrange(len(header))
    name = header[place]
    header[place] = random.choice(
        [name.upper(), f" {name} ", f"{name}2", name[:-1], "", "x", random.choice(header), *ODD[:4]]
    )
    return replace(table, header=header)


def _dropped(table: Table, random: Random) -> Table:
    gone = random.randrange(len(table.header))
    cut = [row[:gone] + row[gone + 1 :] for row in [table.header, *table.rows]]
    return replace(table, header=cut[0], rows=cut[1:])


def _doubled(table: Table, random: Random) -> Table:
    place = random.randrange(len(table.header))
    name = random.choice([table.header[place], table.header[place].lower(), "more"])
    return replace(
        table, header=[*table.header, name], rows=[[*row, row[place]] for row in table.rows]
    )


def _columns(table: Table, random: Random) -> Table:
    order = random.sample(range(len(table.header)), len(table.header))
    moved = [[row[place] for place in order] for row in [table.header, *table.rows]]
    return replace(table, header=moved[0], rows=moved[1:])


def _typed(table: Table, random: Random) -> Table:
    name = random.choice([random.choice(table.header), table.cost or table.header[0]])
    kind = random.choice(("string", "double", "decimal", "integer", "timestamp"))
    return replace(table, types={**table.types, name: kind})


def _delimited(table: Table, random: Random) -> Table:
    return replace(table, delimiter=random.choice(";|\t"))


_TABLES: list[Callable[[Table, Random], Table]] = [
    *(_cell, _cell, _cell, _cell),
    *(_again, _without, _order, _renamed, _dropped, _doubled, _columns, _typed, _delimited),
]


def _cut(data: bytes, random: Random) -> bytes:
    return data[: random.randrange(len(data) + 1)]


def _flipped(data: bytes, random: Random) -> bytes:
    found = bytearray(data)
    for _ in range(random.randint(1, 4)):
        if found:
            found[random.randrange(len(found))] = random.randrange(256)
    return bytes(found)


def _inserted(data: bytes, random: Random) -> bytes:
    place = random.randrange(len(data) + 1)
    odd = random.choice([b"\0", b'"', b"'", b"\n", b"\r", b",", b"#", b"\xff", b"\xef\xbb\xbf"])
    return data[:place] + odd + data[place:]


def _encoded(data: bytes, random: Random) -> bytes:
    encoding = random.choice(["utf-16", "utf-16-le", "cp949", "utf-8-sig", "utf-32"])
    return data.decode("utf-8", "replace").encode(encoding, "replace")


def _line_ends(data: bytes, random: Random) -> bytes:
    return data.replace(b"\n", random.choice([b"\r\n", b"\r", b"\n\n", b"\n\r"]))


def _tail(data: bytes, random: Random) -> bytes:
    return data + random.choice([b"\n\n\n", b",,,,\n", b"\x1a", b"Total,,,\n", b"\0" * 100])


def _zipped(data: bytes, random: Random) -> bytes:
    once = gzip.compress(data, mtime=0)
    return random.choice([once, gzip.compress(once, mtime=0), once[:-4], once + b"junk"])


def _emptied(_data: bytes, random: Random) -> bytes:
    return random.choice([b"", b"\n", b"{}", b"PAR1", b"PK\x03\x04", b"[]", b"null"])


_BYTES: list[Callable[[bytes, Random], bytes]] = [
    *(_cut, _cut, _flipped, _flipped, _inserted, _inserted),
    *(_encoded, _line_ends, _tail, _zipped, _emptied),
]
