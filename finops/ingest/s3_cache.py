"""Keep whole, verified copies of a bucket's objects in a folder."""

import hashlib
import json
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any, TypeVar

from finops.errors import BadSource
from finops.ingest.s3_client import ConnectionCut, Content, ObjectChanged, S3Client, S3Object

INDEX = ".s3-index.json"
THREADS = 8
TRIES = 5
_BACKOFF_SECONDS = 0.5
# So much more of a file counts as progress: the tries begin again.
_PROGRESS_BYTES = 8 << 20

OnBytes = Callable[[int], None] | None
Item = TypeVar("Item")
Result = TypeVar("Result")


class Cache:
    """The copies of one bucket below `folder`; what isn't whole yet lies in `parts`.

    Each folder has an index of the ETag and size of its files, and a file that it doesn't name is
    no copy. A part is named after the content it is a part of, so it is never continued with other
    content.
    """

    def __init__(self, folder: Path, parts: Path, client: S3Client) -> None:
        self.folder, self.parts, self.client = folder, parts, client
        self._lock = threading.Lock()
        self._stop = threading.Event()

    def path(self, key: str) -> Path:
        """Return where the object `key` is kept. Raises BadSource if that is elsewhere."""
        names = _names(key)
        is_control = any(ord(letter) < 32 for letter in key)
        if not names or {".", "..", INDEX} & set(names) or "\\" in key or is_control:
            raise BadSource(f"The key {key!r} can't be a file name below {self.folder}. Not read.")
        return self.folder.joinpath(*names)

    def is_current(self, item: S3Object) -> bool:
        """Return whether the copy of `item` is here with the content that the bucket lists."""
        path = self.path(item.key)
        if _read_index(path.parent).get(path.name) != [item.etag, item.size]:
            return False
        return path.is_file() and path.stat().st_size == item.size

    def stage(self, item: S3Object, on_bytes: OnBytes = None) -> Path:
        """Return a whole copy of `item` that is not in its place yet, fetching what is missing.

        Raises ObjectChanged, SourceNotFound, BadSource.
        """
        whole = self._part(item, "whole")
        if not whole.is_file():
            part = self._part(item, "part")
            part.parent.mkdir(parents=True, exist_ok=True)
            self._fetch(item, part, on_bytes)
            part.rename(whole)
        return whole

    def place(self, item: S3Object, on_bytes: OnBytes = None) -> None:
        """Put the copy of `item` in its place, with the time at which S3 says it was written."""
        path = self.path(item.key)
        path.parent.mkdir(parents=True, exist_ok=True)
        whole = self.stage(item, on_bytes)
        os.utime(whole, (item.modified, item.modified))
        with self._lock:
            whole.replace(path)
            index = _read_index(path.parent) | {path.name: [item.etag, item.size]}
            _write_index(path.parent, index)

    def in_parallel(self, function: Callable[[Item], Result], items: list[Item]) -> list[Result]:
        """Return `function` of each item; the first error stops the others and is raised."""
        self._stop.clear()
        with ThreadPoolExecutor(THREADS) as pool:
            futures = [pool.submit(function, item) for item in items]
            try:
                for future in wait(futures, return_when=FIRST_EXCEPTION).done:
                    future.result()
            except BaseException:
                self._stop.set()
                pool.shutdown(cancel_futures=True)
                raise
        return [future.result() for future in futures]

    def remove_all_but(self, keys: set[str], prefix: str) -> None:
        """Remove the copies below `prefix` of all but `keys`, and all parts."""
        shutil.rmtree(self.parts, ignore_errors=True)
        kept = {self.folder.joinpath(*_names(key)) for key in keys}
        for path in sorted(self.folder.joinpath(*_names(prefix)).rglob("*")):
            if path.is_file() and path not in kept and path.name != INDEX:
                path.unlink()

    def _part(self, item: S3Object, suffix: str) -> Path:
        name = hashlib.sha256(f"{item.url}|{item.etag}|{item.size}".encode()).hexdigest()[:32]
        return self.parts / f"{name}.{suffix}"

    def _fetch(self, item: S3Object, part: Path, on_bytes: OnBytes) -> None:
        failures, reached = 0, 0
        while True:
            try:
                return self._continue(item, part, on_bytes)
            except ConnectionCut as error:
                if (size := _size(part)) >= reached + _PROGRESS_BYTES:
                    failures, reached = 0, size
                failures += 1
                if failures == TRIES:
                    raise BadSource(
                        f"{item.url}: {TRIES} tries failed ({error}). "
                        "Load again; it goes on where it stopped."
                    ) from error
                self._stop.wait(_BACKOFF_SECONDS * 2**failures)

    def _continue(self, item: S3Object, part: Path, on_bytes: OnBytes) -> None:
        """Bring the rest of `item` into `part` and verify it."""
        size = _size(part)
        content = self.client.get(item, size if size < item.size else 0)
        with part.open("ab") as stream:
            stream.truncate(content.start)
            for chunk in self._until_stopped(content):
                stream.write(chunk)
                if on_bytes:
                    with self._lock:
                        on_bytes(len(chunk))
            stream.flush()
            os.fsync(stream.fileno())
        if _size(part) != item.size or (content.md5 and _md5(part) != content.md5):
            part.unlink()
            raise ConnectionCut("the bytes are not what S3 lists")

    def _until_stopped(self, content: Content) -> Iterator[bytes]:
        for chunk in content.chunks:
            if self._stop.is_set():
                raise ObjectChanged("stopped")
            yield chunk


def _names(key: str) -> list[str]:
    return [name for name in key.split("/") if name]


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _md5(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def _read_index(folder: Path) -> dict[str, Any]:
    try:
        index = json.loads((folder / INDEX).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return index if isinstance(index, dict) else {}


def _write_index(folder: Path, index: dict[str, Any]) -> None:
    part = folder / f"{INDEX}.part"
    part.write_text(json.dumps(index, ensure_ascii=False, indent=1), encoding="utf-8")
    part.replace(folder / INDEX)
