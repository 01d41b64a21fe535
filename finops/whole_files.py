"""Write files that no reader sees by half."""

import os
from pathlib import Path

__all__ = ["write_whole"]


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file beside `path` and rename it, so that no reader sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # With the rights that the umask of who writes it leaves to others.
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content.encode() if isinstance(content, str) else content)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
