"""Tell from the files of a folder without manifests which of them are a month."""

import re
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path, PurePosixPath

import duckdb

from finops.errors import BadSource
from finops.ingest.arrange import Resolution, resolve
from finops.ingest.decisions import is_named
from finops.ingest.file_profiles import FilePart, Profile, read_profile, same_bytes
from finops.ingest.manifests import Delivery, folder_time, newest_change
from finops.ingest.overlap import Overlap, verdict
from finops.ingest.source_files import SourceFile

__all__ = ["BareBill", "read_bare"]

# AWS billed nothing before.
_FIRST_MONTH = "2006-01"
_FETCHED_WITHIN = timedelta(minutes=10)
# Files or folders of one month that are looked at as one: its name, and what it holds.
_Groups = dict[str, list[Path]]


@dataclass
class BareBill:
    """What the files without a manifest are: deliveries, and what became of each file and month.

    `fates` has the status and detail of ledger.files for each file and month that no delivery
    takes; those of all of a file have the month ''.
    """

    deliveries: list[Delivery] = field(default_factory=list)
    parts: list[FilePart] = field(default_factory=list)
    fates: dict[tuple[Path, str], tuple[str, str]] = field(default_factory=dict)


def read_bare(files: list[SourceFile], address: str, counted: frozenset[str]) -> BareBill:
    """Return the deliveries of bill files without a manifest: one per month, format and payer.

    `address` is what their folder is a copy of, or its path; `counted` names files and folders that
    somebody decided to count although others seem to hold the same lines.
    """
    found = BareBill()
    for kind in sorted({one.format for one in files}):
        _Format([one for one in files if one.format == kind], kind, address, counted, found).read()
    return found


class _Format:
    """The files of one format."""

    def __init__(
        self,
        files: list[SourceFile],
        kind: str,
        address: str,
        counted: frozenset[str],
        found: BareBill,
    ) -> None:
        self.addresses = {one.path: one.address for one in files}
        self.kind, self.address, self.counted, self.found = kind, address, counted, found
        self.parts: dict[tuple[Path, str], list[FilePart]] = defaultdict(list)

    def read(self) -> None:
        """Add to `found` what the files are."""
        newest_first = sorted(self.addresses, key=lambda one: (_age(one), *_shortest(one)))[::-1]
        copies = same_bytes(newest_first)
        self.found.fates |= {
            (copy, ""): ("same bytes", self.addresses[file]) for copy, file in copies.items()
        }
        paths = [path for path in newest_first if path not in copies]
        with tempfile.TemporaryDirectory() as scratch, duckdb.connect() as con:
            profile = self._profile(con, paths, Path(scratch))
            self.found.parts += profile.parts
            for part in profile.parts:
                self.parts[part.file, part.billing_period].append(part)
            for file in set(paths) - {part.file for part in profile.parts}:
                self.found.fates.setdefault((file, ""), ("empty", ""))
            for period in sorted({period for _, period in self.parts}):
                self._arrange(profile, period)

    def _profile(self, con: duckdb.DuckDBPyConnection, paths: list[Path], scratch: Path) -> Profile:
        """Return the profile of the files that can be read; the others have that for a fate."""
        try:
            return read_profile(con, paths, self.kind, scratch)
        except BadSource:
            bad = {path: problem for path in paths if (problem := self._problem(path))}
        self.found.fates |= {(path, ""): ("not readable", why) for path, why in bad.items()}
        return read_profile(con, [one for one in paths if one not in bad], self.kind, scratch)

    def _problem(self, path: Path) -> str:
        try:
            with tempfile.TemporaryDirectory() as scratch, duckdb.connect() as con:
                read_profile(con, [path], self.kind, Path(scratch))
        except BadSource as error:
            return str(error)
        return ""

    def _arrange(self, profile: Profile, period: str) -> None:
        """Add the deliveries of one month: files side by side first, then folder against folder."""
        files = [file for file, month in self.parts if month == period]
        if not _FIRST_MONTH <= period <= _last_month():
            self._refuse_month(profile, period, files)
            return
        overlaps = profile.overlaps({(file, period): str(file) for file in files})
        kept, doubts = [], dict[Path, Path]()
        for folder in sorted({file.parent for file in files}):
            side_by_side = {str(file): [file] for file in files if file.parent == folder}
            kept += self._settle(period, side_by_side, overlaps, doubts)
        folders: _Groups = defaultdict(list)
        for file in kept:
            folders[str(file.parent)].append(file)
        if len(folders) > 1:
            names = {(file, period): str(file.parent) for file in kept}
            kept = self._settle(period, folders, profile.overlaps(names), doubts)
        for group in _by_payer(kept, lambda file: self._payers(file, period)):
            self.found.deliveries.append(self._delivery(period, group))
        for file, other in doubts.items():
            self.found.fates[file, period] = ("undecided", self.addresses[other])
        if doubts:
            self.found.deliveries.append(self._refused(period, doubts))

    def _refuse_month(self, profile: Profile, period: str, files: list[Path]) -> None:
        """Refuse lines that are of no month that a bill can be of."""
        rows = sum(part.source_rows for part in self._parts_of(files, period))
        what = f"are of {period}, where no bill is" if period else "name neither month nor start"
        problem = f"{rows} line(s) of {self.addresses[files[0]]} {what}. Correct or remove them."
        if not period and (bad := profile.bad_time(files[0])):
            problem = f"{bad}. {bad.remedy}"
        self.found.fates |= {(file, period): ("undecided", problem) for file in files}
        age = self._group_age(files)
        self.found.deliveries.append(
            Delivery(self.address, self.kind, "", period, age, (), problem=problem)
        )

    def _settle(
        self, period: str, groups: _Groups, overlaps: list[Overlap], doubts: dict[Path, Path]
    ) -> list[Path]:
        """Return the files of the groups that count; others get their fate, or are in doubt."""
        order = sorted(groups, key=lambda name: (self._group_age(groups[name]), *_shortest(name)))
        known = {(one.older, one.newer): one for one in overlaps}
        verdicts = dict[tuple[str, str], str]()
        for older, newer in combinations(order, 2):
            one = known.get((older, newer)) or (
                known[newer, older].turned() if (newer, older) in known else None
            )
            if one:
                verdicts[older, newer] = self._verdict(one, groups[older], groups[newer])
        accounts = {name: self._accounts(files, period) for name, files in groups.items()}
        resolution = resolve(order, verdicts, accounts)
        self._tell(period, groups, resolution)
        in_doubt = {name for pair in resolution.unclear for name in pair}
        for pair in resolution.unclear:
            for name, other in (pair, pair[::-1]):
                doubts.update(dict.fromkeys(groups[name], groups[other][0]))
        out = resolution.out.keys() | in_doubt
        return [file for name in order if name not in out for file in groups[name]]

    def _verdict(self, one: Overlap, older: list[Path], newer: list[Path]) -> str:
        """Return what two groups are to each other, `apart` if somebody decided so."""
        if any(self._is_counted(file) for file in newer + older):
            return "apart"
        ages = self._group_age(older), self._group_age(newer)
        # Files that were fetched one after the other say nothing by their times.
        is_close = older[0].parent == newer[0].parent and abs(ages[0] - ages[1]) < _FETCHED_WITHIN
        same_age = ages[0] == ages[1] or is_close
        if same_age and verdict(one, same_age=True) == "unclear":
            turned = verdict(one.turned(), same_age=True)
            # Where files were copied, their times say nothing; what holds more is the newer.
            if turned == "replaced":
                return "within"
        chunks = is_close and _stem(older[0]) == _stem(newer[0])
        return verdict(one, same_age=same_age, are_chunks=chunks)

    def _is_counted(self, file: Path) -> bool:
        return is_named(self.addresses[file], self.counted)

    def _tell(self, period: str, groups: _Groups, resolution: Resolution) -> None:
        for name, (word, by) in resolution.out.items():
            other = self.addresses[groups[by][0]]
            fate = ("another dataset", f"pro forma bill beside {other}")
            if word != "pro forma":
                fate = ("replaced", other)
            for file in groups[name]:
                self.found.fates[file, period] = fate

    def _parts_of(self, files: Iterable[Path], period: str) -> list[FilePart]:
        return [part for file in files for part in self.parts[file, period]]

    def _accounts(self, files: list[Path], period: str) -> set[tuple[str, str]]:
        return {
            (part.billing_account_id, part.sub_account_id) for part in self._parts_of(files, period)
        }

    def _payers(self, file: Path, period: str) -> set[str]:
        return {part.billing_account_id for part in self.parts[file, period]}

    def _months(self, file: Path) -> set[str]:
        return {month for path, month in self.parts if path == file}

    def _group_age(self, files: list[Path]) -> datetime:
        return max(map(_age, files))

    def _delivery(self, period: str, files: list[Path]) -> Delivery:
        files = sorted(files)
        folders = sorted({file.parent.name for file in files})
        where = ", ".join(folders[:3]) + (f" and {len(folders) - 3} more" if folders[3:] else "")
        notes = [f"no manifest: {len(files)} file(s) in {where} taken as all of {period}"]
        left = sorted({
            file.parent.name
            for (file, month), (status, _) in self.found.fates.items()
            if month in ("", period) and status in ("replaced", "same bytes")
        } - set(folders))  # fmt: skip
        if left:
            notes.append(f"newest folder of {period} taken, left alone: {', '.join(left)}")
        return Delivery(
            source=self.address,
            format=self.kind,
            export_name=PurePosixPath(self.address).name.partition(".")[0],
            billing_period=period,
            delivered_at=self._group_age(files),
            files=tuple(files),
            assumptions=tuple(notes),
            split=tuple(file for file in files if len(self._months(file)) > 1),
        )

    def _refused(self, period: str, doubts: dict[Path, Path]) -> Delivery:
        names = sorted(self.addresses[file] for file in doubts)
        more = f" and {len(names) - 4} more" if names[4:] else ""
        first = names[0]
        problem = (
            f"{', '.join(names[:4])}{more} hold some of the same lines, and nothing in them says "
            f"which count. Leave one out: finops decide {first!r} --as leave --reason WHY, or "
            f"count both: finops decide {first!r} --as take --reason WHY. Then load again."
        )
        return Delivery(self.address, self.kind, "", period, _age(next(iter(doubts))), (),
                        problem=problem)  # fmt: skip


def _last_month() -> str:
    # Fees are billed in advance, but never for more than a year.
    return f"{datetime.now(tz=UTC) + timedelta(days=400):%Y-%m}"


def _age(path: Path) -> datetime:
    """Return when a file was delivered: as its folder says, else as it was written."""
    return folder_time(f"{path.parent}/") or newest_change([path])


def _shortest(name: Path | str) -> tuple[int, str]:
    # Of copies that are of one time, the one with the shorter name is the first.
    return -len(str(name)), str(name)


def _stem(path: Path) -> tuple[Path, str]:
    """Return the name of a file without the number of its chunk."""
    return path.parent, re.sub(r"\d+(?=\D*$)", "#", path.name)


def _by_payer(files: list[Path], payers: Callable[[Path], set[str]]) -> list[list[Path]]:
    """Return the files in groups that have no payer in common."""
    groups: list[tuple[set[str], list[Path]]] = []
    for file in files:
        own = payers(file)
        same = [one for one in groups if one[0] & own]
        merged = [path for one in same for path in one[1]]
        groups = [one for one in groups if not one[0] & own]
        groups.append((own.union(*(one[0] for one in same)), [*merged, file]))
    return [found for _, found in groups]
