"""A notebook in JupyterLab in a browser, as a user sees it."""

import contextlib
import shutil

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# Tall enough for a whole notebook: JupyterLab draws only the cells in view.
VIEW = {"width": 1280, "height": 9000}
CHARTS = ".jp-OutputArea .js-plotly-plot"
DRAWN = f"{CHARTS}:has(.trace path)"
ERRORS = '[data-mime-type*="jupyter.error"], [data-mime-type*="jupyter.stderr"]'
MILLISECONDS = 300_000


@contextlib.contextmanager
def chromium():
    """Yield a headless Chromium, whose pages share what they have read."""
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="no playwright: pip install playwright"
    )
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.skip("no Chromium: apt-get install chromium")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=list(QUIET))
        yield browser.new_context(viewport=VIEW)
        browser.close()


def keep_inside(page, address):
    """Stop requests to anywhere but the server; return the list that they are noted in."""
    outside = []

    def stop_request(route):
        outside.append(route.request.url)
        route.abort()

    page.route(lambda url: not url.startswith((address, "data:", "blob:")), stop_request)
    return outside


def open_lab(page, lab):
    """Open a JupyterLab that shows no notebook yet: to load it takes longer than one notebook."""
    address, token = lab
    page.goto(f"{address}/lab?token={token}", timeout=MILLISECONDS)
    page.get_by_role("menuitem", name="File", exact=True).wait_for(timeout=MILLISECONDS)


def open_notebook(page, file):
    """Open a file below the folder of JupyterLab, beside no other one."""
    choose(page, "File", "Open from Path…")
    page.locator(".jp-Dialog input").fill(file)
    page.keyboard.press("Enter")
    page.locator(".jp-Notebook").wait_for(timeout=MILLISECONDS)


def close_notebook(page):
    """Close the file, so that nothing of it is found beside the next one."""
    # What has changed would be asked about.
    choose(page, "File", "Save Notebook")
    choose(page, "File", "Close Tab")
    page.locator(".jp-Notebook").wait_for(state="detached", timeout=MILLISECONDS)


def choose(page, menu, item):
    """Choose an item of a menu. Beside its label may stand the keys that do the same."""
    page.get_by_role("menuitem", name=menu, exact=True).click()
    page.locator(".lm-Menu-itemLabel").get_by_text(item, exact=True).click()


def run_all_cells(page, count):
    """Run all through the menu; wait until the `count` cells have their numbers, or for an error."""
    # The status bar names the kernel once it answers; cells run before that ask for a kernel.
    page.get_by_text(" | Idle").wait_for(timeout=MILLISECONDS)
    choose(page, "Run", "Run All Cells")
    finished = """([errors, count]) => document.querySelector(errors) ||
        [...document.querySelectorAll(".jp-CodeCell .jp-InputPrompt")]
            .filter(prompt => /^\\[\\d+\\]/.test(prompt.textContent)).length === count"""
    page.wait_for_function(finished, arg=[ERRORS, count], timeout=MILLISECONDS)
    assert page.locator(ERRORS).all_inner_texts() == []


def assert_charts(page, count):
    """Assert that JupyterLab shows no error, and as many charts as asked, drawn and of some size."""
    # If the last one never comes, the assertions say so.
    with contextlib.suppress(Exception):
        page.locator(DRAWN).nth(count - 1).wait_for(timeout=MILLISECONDS)
    assert page.locator(ERRORS).all_inner_texts() == []
    assert page.locator(DRAWN).count() == page.locator(CHARTS).count() == count > 0
    sizes = [chart.bounding_box() for chart in page.locator(CHARTS).all()]
    assert all(size["width"] > 300 and size["height"] > 100 for size in sizes)
