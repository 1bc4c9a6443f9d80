"""What a reader does first: open a chapter in JupyterLab, restart the kernel and run all cells.

nbval runs the cells too, but without a front end: whether figures are drawn and progress bars end
up as one line is seen in a browser alone. Everything happens on a copy, in folders of its own.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import pytest

from tests import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytest.importorskip("jupyterlab", reason="needs JupyterLab (pip install jupyter)")
sync_api = pytest.importorskip(
    "playwright.sync_api", reason="needs Playwright (pip install playwright)"
)

BROWSERS = ("chromium", "google-chrome", "chromium-browser")
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason=f"needs one of {', '.join(BROWSERS)} on the path"),
    pytest.mark.skipif(os.name == "nt", reason="ends a group of processes"),
]

CHAPTER = "notebooks/3_batched_inference.ipynb"
TIMEOUT = 180  # seconds, for every single wait: most take one, but machines may be slow and busy

# The sandbox does not start as root, as which tests run in containers, where /dev/shm is small; the
# page is our own. The others keep the browser from calling home.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

# Whatever would open a dialog or a notification over the page, or connect to the internet, is off.
SERVER_CONFIG = {
    "LabApp": {
        "check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
        "news_url": None,
    },
    "YDocExtension": {"disable_rtc": True},
    # Should the tests be killed, the server and its kernel end by themselves, once nobody is there.
    "MappingKernelManager": {"cull_idle_timeout": TIMEOUT, "cull_interval": 60},
    "ServerApp": {"shutdown_no_activity_timeout": TIMEOUT},
}
LAB_SETTINGS = {
    "@jupyterlab/apputils-extension:notification": {
        "checkForUpdates": False,
        "doNotDisturbMode": True,
        "fetchNews": "false",
    },
    # By default, only the cells in view are sure to be part of the page.
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
}

OUTPUT = ".jp-Notebook .jp-OutputArea-output"
# JupyterLab draws an error as it draws a warning on stderr, so it is known by its text; a syntax
# error has no traceback, but a place.
ERROR = r"Traceback|Cell In\["

# An error ends the wait as well: the cells after it are not run.
HAS_RUN = """([output, error, cells]) => {
    const outputs = [...document.querySelectorAll(output)];
    const prompts = [...document.querySelectorAll(".jp-Notebook .jp-CodeCell .jp-InputPrompt")];
    const counted = prompts.filter(prompt => /^\\[\\d+\\]:$/.test(prompt.textContent.trim()));
    const failed = outputs.some(shown => new RegExp(error).test(shown.textContent));
    return failed || counted.length === cells;
}"""
IMAGES_ARE_LOADED = """output => [...document.querySelectorAll(`${output} img`)].every(
    image => image.complete
)"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Copy the notebooks."""
    folder = tmp_path / "copy"
    ignored = shutil.ignore_patterns(".*", "*_CODE")
    shutil.copytree(ROOT / "notebooks", folder / "notebooks", ignore=ignored)
    # Without what is stored, all that the page shows is of this run.
    notebook = nbformat.read(folder / CHAPTER, 4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.execution_count, cell.outputs = None, []
    nbformat.write(notebook, folder / CHAPTER)
    return folder


@pytest.fixture
def server(copy: Path, tmp_path: Path) -> Iterator[dict[str, Any]]:
    """Run JupyterLab on the copy; give what it says about itself, as its address and token."""
    folders = {
        variable: tmp_path / variable.lower()
        for variable in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
    }
    # Settings of whoever runs the tests, or of a server that runs them, are not to play a part.
    environment = {key: value for key, value in os.environ.items() if key[:7] != "JUPYTER"}
    environment |= {key: str(folder) for key, folder in folders.items()}
    environment["IPYTHONDIR"] = str(tmp_path / "ipython")

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    application = SERVER_CONFIG["ServerApp"] | {
        "allow_root": True,
        "ip": "127.0.0.1",
        "port": port,  # or, should another process be quicker, one of the next
        "root_dir": str(copy),
    }
    identity = {"token": secrets.token_hex()}
    config = SERVER_CONFIG | {"ServerApp": application, "IdentityProvider": identity}
    lab_config = folders["JUPYTER_CONFIG_DIR"] / "labconfig"
    lab_config.mkdir(parents=True)
    (lab_config / "default_setting_overrides.json").write_text(json.dumps(LAB_SETTINGS))
    (lab_config.parent / "jupyter_lab_config.json").write_text(json.dumps(config))

    log = tmp_path / "jupyterlab.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", "--no-browser"],
            cwd=copy,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield wait_for_server(process, folders["JUPYTER_RUNTIME_DIR"], log)
    finally:
        stop(process)


def wait_for_server(process: subprocess.Popen[bytes], runtime: Path, log: Path) -> dict[str, Any]:
    """Return the file that the server writes as soon as it listens."""
    deadline = time.monotonic() + TIMEOUT
    while process.poll() is None and time.monotonic() < deadline:
        # Not there yet, or not yet complete.
        with contextlib.suppress(OSError, ValueError):
            return json.loads((runtime / f"jpserver-{process.pid}.json").read_text())
        time.sleep(0.1)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text()}")


def stop(process: subprocess.Popen[bytes]) -> None:
    """End the server, which ends its kernels, and then whatever is left of its group."""
    process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        pass  # kernels whose server is killed notice and end themselves
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=FLAGS, timeout=TIMEOUT * 1000
        )
        try:
            page = browser.new_page(viewport={"width": 1280, "height": 1024})
            page.set_default_timeout(TIMEOUT * 1000)
            yield page
            # To look at when the test failed; pytest keeps the folder for a while.
            with contextlib.suppress(sync_api.Error):
                page.screenshot(path=tmp_path / "jupyterlab.png", timeout=10_000)
        finally:
            browser.close()


def wait_until_idle(page: Page) -> None:
    # From the status bar: the circle in the toolbar is that of an idle kernel before there is any.
    page.get_by_text(re.compile(r"^Python 3.* \| Idle$")).wait_for()


def test_restart_and_run_all(server: dict[str, Any], copy: Path, page: Page) -> None:
    codes = [cell for cell in nbformat.read(copy / CHAPTER, 4).cells if cell.cell_type == "code"]
    # A folded cell, as the first one is, shows no number.
    numbers = ["" if "jupyter" in cell.metadata else f"[{n}]:" for n, cell in enumerate(codes, 1)]
    assert numbers[:2] == ["", "[2]:"]
    page.goto(f"{server['url']}lab/tree/{CHAPTER}?token={server['token']}")
    wait_until_idle(page)

    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Restart Kernel and Run All Cells").click()
    page.get_by_role("dialog").get_by_text("Restart", exact=True).click()
    page.wait_for_function(HAS_RUN, arg=[OUTPUT, ERROR, len(numbers) - 1])
    outputs = page.locator(OUTPUT)
    assert outputs.filter(has_text=re.compile(ERROR)).all_inner_texts() == []
    wait_until_idle(page)

    prompts = page.locator(".jp-Notebook .jp-CodeCell .jp-InputPrompt").all_inner_texts()
    assert [prompt.strip() for prompt in prompts] == numbers

    lines = "\n".join(outputs.all_inner_texts()).splitlines()
    accuracies = [line for line in lines if re.match(r"Accuracy: \d+\.\d\d %", line)]
    # A bar is drawn over and over again; what is seen in the end is one line.
    bars = [line for line in lines if re.match(r" *\d+%\|", line)]
    assert bars
    assert all(bar.startswith("100%|") for bar in bars)
    assert any(line.startswith("Accuracy: 98.78 %") for line in accuracies)
    assert all("| 79/79 [" in bar for bar in bars)

    page.wait_for_function(IMAGES_ARE_LOADED, arg=OUTPUT)
    widths = outputs.locator("img").evaluate_all(
        "images => images.map(image => image.naturalWidth)"
    )
    assert len(widths) >= 4
    assert min(widths) > 0
    words = outputs.locator("img").evaluate_all("images => images.map(image => image.alt)")
    assert min(map(len, words)) > 20

    diagram = page.get_by_role("img", name="An image of a digit becomes a current")
    assert diagram.evaluate("image => image.complete && image.naturalWidth") == 840


SLIDERS = """\
from tutorial_helpers import widgets
from tutorial_helpers.data import load_mnist, load_weights
from tutorial_helpers.models import build_classifier

images, labels = load_mnist("test")
widgets.whole_test_set(build_classifier(load_weights()), images, labels)
"""

# Keeps every answer that is shown from now on, however briefly.
KEEP_ANSWERS = """() => {
    window.answers = [];
    const keep = () => {
        const answer = document.querySelector(".jp-Notebook .turn [role=status]")?.textContent;
        if (answer && answer !== window.answers.at(-1)) window.answers.push(answer);
    };
    new MutationObserver(keep).observe(document.body, {subtree: true, childList: true});
}"""


def open_and_run(server: dict[str, Any], copy: Path, page: Page, *cells: str) -> None:
    """Open a new notebook of some cells, and run them."""
    notebook = nbformat.v4.new_notebook(cells=[*map(nbformat.v4.new_code_cell, cells)])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, copy / "sliders.ipynb")
    page.goto(f"{server['url']}lab/tree/sliders.ipynb?token={server['token']}")
    wait_until_idle(page)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()


def test_drag_the_threshold(server: dict[str, Any], copy: Path, page: Page) -> None:
    open_and_run(server, copy, page, SLIDERS)
    shown = page.locator(f"{OUTPUT} .turn [role=status]")
    shown.filter(has_text="Threshold 5 mV, 100 steps: 98.78 % read correctly").wait_for()
    assert page.locator(f"{OUTPUT} .turn td").count() > 100

    page.evaluate(KEEP_ANSWERS)
    handle, drags = page.get_by_role("slider").first, 40
    box = handle.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for pixels in range(drags):
        page.mouse.move(x - pixels, y)
        page.wait_for_timeout(25)
    page.mouse.up()
    # Values that come faster than answers may be skipped, but not the last one.
    threshold = float(page.locator(".widget-readout").first.inner_text())
    assert threshold < 5
    shown.filter(has_text=f"Threshold {threshold:g} mV, 100 steps: ").wait_for()
    wait_until_idle(page)
    answers = page.evaluate("window.answers")
    assert answers[-1].startswith(f"Threshold {threshold:g} mV")
    assert len(set(re.findall(r"\d\d\.\d\d %", " ".join(answers)))) > 1

    handle.press("ArrowRight")
    shown.filter(has_text=f"Threshold {threshold + 0.25:g} mV, 100 steps: ").wait_for()
    assert page.get_by_role("alert").count() == 0


LEARNING = """\
from tutorial_helpers import figures, widgets
from tutorial_helpers.data import load_mnist
from tutorial_helpers.learning import LearningNetwork, learn, random_weights

weights, (images, labels) = random_weights([784, 128, 10]), load_mnist("train")
network, curve = LearningNetwork(weights), figures.LearningCurve(6400)
for epoch in learn(network, images[:6400], labels[:6400], epochs=1, watch=curve.add):
    pass
"""
RATES = "widgets.learning_rate(weights, images, labels)"
BESIDE = 'print("beside it:", 6 * 7)'
IMAGES_SEEN = """seen => {
    const words = document.querySelector(".jp-Notebook .turn img")?.alt ?? "";
    return Number(words.match(/([\\d,]+)( images)?[.]$/)?.[1].replace(",", "")) >= seen;
}"""


def test_learn_and_stop(server: dict[str, Any], copy: Path, page: Page) -> None:
    open_and_run(server, copy, page, LEARNING, RATES, BESIDE)
    expect = sync_api.expect
    # The curve that grew is one picture, of all images.
    curve = page.locator(f"{OUTPUT} img").filter(visible=True).first
    pattern = re.compile(r"^Right answers .* after 6,400\.$")
    expect(curve).to_have_attribute("alt", pattern, timeout=TIMEOUT * 1000)
    shown = page.locator(f"{OUTPUT} .turn [role=status]")
    shown.filter(has_text="Press Learn.").wait_for()
    beside = page.locator(OUTPUT).filter(has_text="beside it: 42")
    expect(beside).to_have_count(1)
    assert page.locator(f"{OUTPUT} img").count() == 2

    page.get_by_role("button", name="Learn", exact=True).click()
    shown.filter(has_text="Learning at a rate of 0.02.").wait_for(timeout=5_000)
    # It is drawn, and another cell runs, while it learns.
    page.wait_for_function(IMAGES_SEEN, arg=2000)
    page.locator(".jp-Notebook .jp-CodeCell .jp-InputPrompt").last.click()
    page.keyboard.press("Control+Enter")
    page.get_by_text("[4]:").wait_for()
    expect(beside).to_have_count(1)
    expect(shown).to_have_text("Learning at a rate of 0.02.")

    # Another rate starts again.
    page.get_by_role("slider").press("ArrowRight")
    shown.filter(has_text="Learning at a rate of 0.05.").wait_for(timeout=5_000)
    page.get_by_role("button", name="Stop", exact=True).click()
    shown.filter(has_text="Stopped.").wait_for(timeout=5_000)
    assert page.get_by_role("alert").count() == 0
