"""Real database servers for the tests: a PostgreSQL and a MariaDB of their own, on this machine."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

# Characters that a URL has to escape, and that must never be seen again.
PASSWORD = "s3cret/p@ss:word%"  # noqa: S105
QUOTED = "s3cret%2Fp%40ss%3Aword%25"
_SECONDS = 60


@pytest.fixture(scope="session")
def certificate(tmp_path_factory) -> Path:
    """The folder of a self-signed certificate of 127.0.0.1, server.crt, and its server.key."""
    folder = tmp_path_factory.mktemp("certificate")
    openssl = _program("openssl")
    names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", folder / "server.key", "-out", folder / "server.crt"]
    _run([openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *names, *files])
    return folder


@pytest.fixture(scope="session")
def postgresql(certificate) -> Iterator[int]:
    """The port of a PostgreSQL with the user finops and its PASSWORD; it can encrypt."""
    initdb, server = _program("initdb"), _program("postgres")
    with _folder("postgres") as (folder, user):
        secret = folder / "password"
        secret.write_text(PASSWORD)
        data = folder / "data"
        asked = ["--username=finops", f"--pwfile={secret}", "--auth=scram-sha-256", "-E", "UTF8"]
        _run([initdb, f"--pgdata={data}", "--no-sync", *asked], user)
        for name in ("server.crt", "server.key"):
            shutil.copyfile(certificate / name, data / name)
            (data / name).chmod(0o600)
            if user:
                shutil.chown(data / name, user)
        port = _free_port()
        options = ["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "ssl=on"]
        command = [server, "-D", data, "-p", str(port), "-k", folder, *options]
        with _serving(command, user, folder):
            _until_open(port)
            yield port


@pytest.fixture(scope="session")
def mariadb() -> Iterator[int]:
    """The port of a MariaDB with the user finops, its PASSWORD and the database shop."""
    install, server = _program("mariadb-install-db"), _program("mariadbd")
    with _folder("mysql") as (folder, user):
        data = folder / "data"
        quiet = ["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db"]
        _run([install, *quiet, f"--datadir={data}"], user)
        start = folder / "start.sql"
        start.write_text(
            "create database shop;\n"
            f"create user 'finops'@'%' identified by '{PASSWORD}';\n"
            "grant all on shop.* to 'finops'@'%';\n"
        )
        port = _free_port()
        options = ["--bind-address=127.0.0.1", f"--port={port}", f"--socket={folder / 'socket'}"]
        options += [f"--init-file={start}", f"--pid-file={folder / 'pid'}", "--skip-name-resolve"]
        with _serving([server, "--no-defaults", f"--datadir={data}", *options], user, folder):
            _until_open(port)
            yield port


def _program(name: str) -> str:
    """Return the path of a server program; skip, saying so, where it isn't installed."""
    places = [*Path("/usr/lib/postgresql").glob("*/bin"), Path("/usr/sbin")]
    path = shutil.which(name) or next((shutil.which(name, path=str(p)) for p in places), None)
    if path is None:
        pytest.skip(f"{name} is not installed")
    return path


@contextmanager
def _folder(account: str) -> Iterator[tuple[Path, str | None]]:
    """Yield a folder and whom a server runs as: `account`, as servers refuse to run as root."""
    folder = Path(tempfile.mkdtemp(prefix="finops-"))
    user = account if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user, pwd.getpwnam(user).pw_gid)
    try:
        yield folder, user
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(command: list[object], user: str | None = None) -> None:
    done = subprocess.run([str(one) for one in command], user=user, capture_output=True, cwd="/")
    assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def _serving(command: list[object], user: str | None, folder: Path) -> Iterator[None]:
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(
            [str(one) for one in command], user=user, stdout=log, stderr=log, cwd="/"
        )
    try:
        yield
    finally:
        server.terminate()
        server.wait(timeout=_SECONDS)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _until_open(port: int) -> None:
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError(f"no server on port {port} after {_SECONDS} s")
