"""The notebooks run in JupyterLab as a user runs them: in a browser, without a network."""

import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tests.notebooks.notebook_files import (
    NAMES,
    chart_count,
    code_cells,
    project_with_notebooks,
    read,
)

pytestmark = pytest.mark.browser

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SECONDS = 300
# Tall enough for a whole notebook: JupyterLab draws only the cells in view.
VIEW = {"width": 1280, "height": 9000}
CHARTS = ".jp-OutputArea .js-plotly-plot"
DRAWN = f"{CHARTS}:has(.trace path)"
ERRORS = '[data-mime-type*="jupyter.error"], [data-mime-type*="jupyter.stderr"]'


@pytest.fixture(scope="module")
def lab(sample_project, tmp_path_factory):
    """Yield the address and token of a JupyterLab on a project's notebooks; stop it in the end."""
    pytest.importorskip("jupyterlab", reason="no JupyterLab: pip install jupyterlab")
    home = tmp_path_factory.mktemp("lab")
    project = project_with_notebooks(sample_project, home / "project")
    address, token = f"http://127.0.0.1:{free_port()}", secrets.token_hex(16)
    with (home / "server.log").open("w") as log:
        server = start_server(project / "notebooks", home, address, token, log)
        try:
            wait_for_server(server, f"{address}/api/status?token={token}", home / "server.log")
            yield address, token
        finally:
            stop(server)


@pytest.fixture(scope="module")
def browser():
    """Yield a headless Chromium."""
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="no playwright: pip install playwright"
    )
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.skip("no Chromium: apt-get install chromium")
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=path, args=list(QUIET))
        yield chromium
        chromium.close()


@pytest.mark.parametrize("name", NAMES)
def test_run_all_cells_draws_every_chart(browser, lab, tmp_path, name):
    page = browser.new_page(viewport=VIEW)
    outside = keep_inside(page, lab[0])
    open_notebook(page, lab, name)
    try:
        run_all_cells(page, len(code_cells(read(name))))
        wait_for(page, DRAWN, chart_count(name))
    finally:
        page.screenshot(path=tmp_path / f"{Path(name).stem}.png")

    assert page.locator(DRAWN).count() == page.locator(CHARTS).count() == chart_count(name) > 0
    sizes = [chart.bounding_box() for chart in page.locator(CHARTS).all()]
    assert all(size["width"] > 300 and size["height"] > 100 for size in sizes)
    assert outside == []
    page.close()


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


def keep_inside(page, address):
    """Stop requests to anywhere but the server; return the list that they are noted in."""
    outside = []

    def stop_request(route):
        outside.append(route.request.url)
        route.abort()

    page.route(lambda url: not url.startswith((address, "data:", "blob:")), stop_request)
    return outside


def open_notebook(page, lab, name):
    address, token = lab
    # A workspace of its own opens no other notebook beside this one; its name can't have a dot.
    path = f"lab/workspaces/{Path(name).stem.replace('.', '_')}/tree/{name}"
    page.goto(f"{address}/{path}?token={token}", timeout=SECONDS * 1000)
    # The status bar names the kernel once it answers; cells run before that ask for a kernel.
    page.get_by_text(" | Idle").wait_for(timeout=SECONDS * 1000)


def run_all_cells(page, count):
    """Run all through the menu; wait until the `count` cells have their numbers, or for an error."""
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    finished = """([errors, count]) => document.querySelector(errors) ||
        [...document.querySelectorAll(".jp-CodeCell .jp-InputPrompt")]
            .filter(prompt => /^\\[\\d+\\]/.test(prompt.textContent)).length === count"""
    page.wait_for_function(finished, arg=[ERRORS, count], timeout=SECONDS * 1000)
    errors = page.locator(ERRORS).all_inner_texts()
    assert errors == []


def wait_for(page, selector, count):
    """Wait for the last of `count` elements; if it never comes, the assertions say so."""
    with contextlib.suppress(Exception):
        page.locator(selector).nth(count - 1).wait_for(timeout=SECONDS * 1000)
