"""Two S3 servers on loopback, and a proxy between them and us that counts, cuts and spoils."""

import contextlib
import fcntl
import http.server
import json
import re
import shutil
import socket
import subprocess
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

_SERVER_SECONDS = 20


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(command: list[str | Path], port: int, log: Path) -> subprocess.Popen:
    """Start a server and return its process once it accepts connections."""
    with log.open("w") as stream:
        process = subprocess.Popen(command, stdout=stream, stderr=stream)
    end = time.monotonic() + _SERVER_SECONDS
    while time.monotonic() < end and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return process
        time.sleep(0.05)
    process.kill()
    pytest.fail(f"{command[0]} did not start: {log.read_text()[-500:]}")


def install_s3rver(folder: Path) -> Path:
    """Return the s3rver of npm, installed once into `folder`; skip where that can't be."""
    # Of the processes that run the tests, one installs it and the others wait.
    with (folder / "install.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _installed(folder)


def _installed(folder: Path) -> Path:
    program = folder / "node_modules" / ".bin" / "s3rver"
    if not program.exists():
        if not (npm := shutil.which("npm")):
            pytest.skip("npm is not installed, so s3rver can't be")
        command = [npm, "install", "--prefix", folder, "--no-audit", "--no-fund", "s3rver@3.7.1"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        if done.returncode:
            pytest.skip(f"npm can't install s3rver: {done.stderr.strip()[-200:]}")
    return program


class Bucket:
    """A bucket that the tests fill with bills."""

    def __init__(self, client: Any, name: str) -> None:
        self.client, self.name = client, name
        client.create_bucket(Bucket=name)

    def url(self, prefix: str = "") -> str:
        return f"s3://{self.name}/{prefix}"

    def put(self, key: str, body: bytes, **options: str) -> None:
        self.client.put_object(Bucket=self.name, Key=key, Body=body, **options)

    def put_json(self, key: str, content: object) -> None:
        self.put(key, json.dumps(content).encode())

    def delete(self, key: str) -> None:
        self.client.delete_object(Bucket=self.name, Key=key)

    def put_legacy(self, keys: list[str], *, folder: str = "pre/rep", month: str = "10") -> str:
        """Write the manifest of a legacy report's month and return its key."""
        end = f"2026{int(month) + 1:02d}01"
        manifest = {
            "reportKeys": keys,
            "reportName": "rep",
            "bucket": self.name,
            "billingPeriod": {"start": f"2026{month}01T000000.000Z"},
        }
        key = f"{folder}/2026{month}01-{end}/rep-Manifest.json"
        self.put_json(key, manifest)
        return key

    def put_export(self, urls: list[str], *, execution: str = "") -> None:
        """Write the manifest of one execution of a Data Export."""
        folder = f"pre/exp/metadata/BILLING_PERIOD=2026-10/{execution}"
        manifest = {"executionId": execution, "dataFiles": urls, "exportArn": "arn:aws:x/exp"}
        self.put_json(f"{folder}/exp-Manifest.json".replace("//", "/"), manifest)


class Proxy:
    """A TCP proxy in front of an S3 server that counts, and breaks answers when told.

    `requests` has the method, path and Range of each request. `is_refusing_ranges` answers none
    that has a Range; `is_spoiling` changes one byte of the next long answer.
    """

    def __init__(self, server_port: int) -> None:
        self.server_port = server_port
        self.requests: list[tuple[str, str, str]] = []
        self.is_refusing_ranges = self.is_spoiling = False
        self.most_at_once = self.bytes_sent = 0
        self._waiting = 0
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.endpoint = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.cut(0, after=0)
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def cut(self, answers: int, *, after: int, is_hanging: bool = False) -> None:
        """Break the connection of the next so many answers after so many bytes, or let it hang."""
        self._cuts, self._cut_after, self._is_hanging = answers, after, is_hanging

    def fetched(self) -> list[str]:
        """Return the keys of the data that was asked for."""
        paths = [unquote(path) for method, path, _ in self.requests if method == "GET"]
        return [path.split("/", 2)[2] for path in paths if path.endswith(".parquet")]

    def ranges(self) -> list[int]:
        """Return where each request for data began."""
        asked = [span for method, path, span in self.requests if path.endswith(".parquet")]
        return [int(span.removeprefix("bytes=").rstrip("-") or 0) for span in asked]

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self.server_port))
            threading.Thread(target=self._ask, args=(client, server), daemon=True).start()
            threading.Thread(target=self._answer, args=(server, client), daemon=True).start()

    def _ask(self, client: socket.socket, server: socket.socket) -> None:
        while data := _receive(client):
            method, path, _ = data.decode("latin-1").split(" ", 2)
            span = re.search(r"\r\nRange: (\S+)", data.decode("latin-1"), re.IGNORECASE)
            with self._lock:
                self.requests.append((method, path, span[1] if span else ""))
                self._waiting += 1
                self.most_at_once = max(self.most_at_once, self._waiting)
            if span and self.is_refusing_ranges:
                break
            _send(server, data)
        _close(client, server)

    def _answer(self, server: socket.socket, client: socket.socket) -> None:
        length = 0
        while data := _receive(server):
            if data.startswith(b"HTTP/1.1 "):
                self._waiting -= 1
                length = 0
            length += len(data)
            if self._cuts and length > self._cut_after:
                self._cuts -= 1
                time.sleep(_SERVER_SECONDS if self._is_hanging else 0)
                break
            if self.is_spoiling and length > 100_000:
                self.is_spoiling, data = False, data[:-1] + bytes([data[-1] ^ 1])
            self.bytes_sent += len(data)
            _send(client, data)
        _close(client, server)


class Refusing:
    """An HTTP server that gives every request the same answer."""

    def __init__(self, status: int, body: str) -> None:
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_: object) -> None:
                """Print nothing."""

        self._server = http.server.HTTPServer(("127.0.0.1", 0), Handler)

    def __enter__(self) -> str:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return f"http://127.0.0.1:{self._server.server_port}"

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def _receive(end: socket.socket) -> bytes:
    try:
        return end.recv(65_536)
    except OSError:
        return b""


def _send(end: socket.socket, data: bytes) -> None:
    try:
        end.sendall(data)
    except OSError:
        _close(end)


def _close(*ends: socket.socket) -> None:
    for end in ends:
        # Unlike close, this also wakes the thread that is reading the socket.
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()


def no_progress(*_: object) -> None:
    """Show nothing."""


both_servers = pytest.mark.parametrize("server_port", ["moto", "s3rver"], indirect=True)
