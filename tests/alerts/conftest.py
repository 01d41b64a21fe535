"""A receiver on this machine that misbehaves as it is told."""

import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest

from finops.alerts import http, outbox


class Receiver(ThreadingHTTPServer):
    """Answers by `script`, one entry per request, then 200; keeps what it got."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.got, self.script = [], []
        self.address = f"http://127.0.0.1:{self.server_port}/services/T0/B0/s3cr3t-path"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.got.append(
            SimpleNamespace(method=self.command, path=self.path, headers=self.headers, body=body)
        )
        script = self.server.script
        what = script.pop(0) if script else 200
        if callable(what):
            what = what(self) or 200
        if what == "cut":
            # Promises more than it sends.
            self.wfile.write(b"HTTP/1.1 500 Oops\r\nContent-Length: 1000\r\n\r\nhalf")
            self.close_connection = True
        elif what == "cut after 200":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
            self.close_connection = True
        elif what == "hang up":
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
        elif what in ("drip", "drip headers"):
            # A byte now and then, for longer than anybody should wait.
            start = b"HTTP/1.1 500 Oops\r\nContent-Length: 1000\r\n" + b"\r\n" * (what == "drip")
            self.wfile.write(start)
            for _ in range(30):
                time.sleep(0.1)
                try:
                    self.wfile.write(b"x")
                except OSError:
                    break
            self.close_connection = True
        elif what == "slow":
            time.sleep(1)
            self.close_connection = True
        else:
            self._answer(*(what if isinstance(what, tuple) else (what, {}, b"")))

    do_GET = do_POST  # noqa: N815

    def _answer(self, code, headers, body):
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Keep quiet."""


@pytest.fixture
def receiver(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def waits(monkeypatch):
    """The seconds that a sender would have slept."""
    slept = []
    monkeypatch.setattr(outbox, "time", SimpleNamespace(sleep=slept.append))
    monkeypatch.setattr(http, "TIMEOUT_SECONDS", 0.3)
    return slept
