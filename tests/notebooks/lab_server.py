"""A JupyterLab on a folder, that asks no other server for anything."""

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
from nbformat.sign import NotebookNotary

SECONDS = 300


@contextlib.contextmanager
def jupyterlab(folder, home):
    """Yield the address and token of a JupyterLab on a folder; stop it in the end."""
    address, token = f"http://127.0.0.1:{free_port()}", secrets.token_hex(16)
    with (home / "server.log").open("w") as log:
        server = start_server(folder, home, address, token, log)
        try:
            wait_for_server(server, f"{address}/api/status?token={token}", home / "server.log")
            yield address, token
        finally:
            stop(server)


def trust(notebook, home):
    """Sign the outputs of a notebook, as the JupyterLab that ran it does."""
    data = home / "jupyter_data_dir"
    data.mkdir(exist_ok=True)
    with NotebookNotary(data_dir=str(data)) as notary:
        notary.sign(notebook)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start_server(folder, home, address, token, log):
    """Start JupyterLab with settings of its own, that asks no other server for news or updates."""
    settings = home / "config" / "labconfig"
    settings.mkdir(parents=True)
    quiet = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}
    (settings / "page_config.json").write_text(json.dumps(quiet))
    places = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    own = {place: str(home / place.lower()) for place in places}
    own |= {"JUPYTER_CONFIG_DIR": str(home / "config"), "JUPYTER_PREFER_ENV_PATH": "1"}
    own |= {f"JUPYTERLAB_{kind}_DIR": str(home / kind) for kind in ("SETTINGS", "WORKSPACES")}
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={address.rpartition(':')[2]}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={folder}",
        f"--IdentityProvider.token={token}",
        "--LabApp.extension_manager=readonly",
    ]
    return subprocess.Popen(
        command, env=os.environ | own, stdout=log, stderr=log, start_new_session=True
    )


def wait_for_server(server, url, log):
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and server.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5):  # noqa: S310
            return
        time.sleep(0.2)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text()}")


def stop(server):
    """Ask the server to end, so that it ends its kernels; kill what is left of its group."""
    server.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        server.wait(timeout=15)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGKILL)
    server.wait()
