"""The live network: its arithmetic is the engine's, its images are ours, and it can be used."""

from __future__ import annotations

import base64
import functools
import http.server
import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests import ROOT
from tools.live_data import STATIC, chosen_digits, write_page
from tutorial_helpers.data import load_mnist, load_weights
from tutorial_helpers.inference import counts_over_time
from tutorial_helpers.models import build_classifier
from tutorial_helpers.own_digits import digit_from_picture

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NODE = shutil.which("node")
BROWSERS = ("chromium", "google-chrome", "chromium-browser")
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)
# The sandbox does not start as root, as which tests run in containers; the page is our own.
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
STEPS = 100

# Lines as one draws digits, in pixels of the pad, and some that are on the edge of being one.
DRAWINGS = {
    "0": [[(140, 40), (90, 70), (75, 140), (95, 220), (140, 240), (190, 215), (205, 140), (180, 65),
           (140, 40)]],
    "1": [[(150, 40), (130, 240)]],
    "2": [[(80, 90), (105, 55), (160, 50), (190, 85), (170, 135), (75, 225), (210, 222)]],
    "3": [[(85, 60), (150, 42), (185, 80), (125, 130), (190, 165), (180, 220), (120, 240),
           (75, 220)]],
    "4": [[(100, 45), (80, 140), (195, 140)], [(180, 60), (175, 240)]],
    "5": [[(190, 50), (100, 50), (95, 125), (165, 125), (190, 170), (165, 225), (85, 230)]],
    "8": [[(140, 135), (95, 90), (140, 45), (185, 85), (140, 135), (90, 190), (140, 240),
           (190, 190), (140, 135)]],
    "small": [[(20, 20), (34, 20), (24, 52)]],
    "at the edge": [[(0, 30), (270, 10), (280, 150), (140, 280)]],
    "flat": [[(20, 140), (260, 143)]],
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the live network on a page of its own."""
    path = tmp_path_factory.mktemp("live")
    write_page(path)
    return path


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Print nothing."""


@pytest.fixture(scope="module")
def url(folder: Path) -> Iterator[str]:
    """Serve the page."""
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    sync_api = pytest.importorskip(
        "playwright.sync_api", reason="needs Playwright (pip install playwright)"
    )
    if CHROMIUM is None:
        pytest.skip(f"needs one of {', '.join(BROWSERS)} on the path")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


class Scripts:
    """Runs JavaScript beside the modules, in Node.js where it is installed, else in Chromium."""

    def __init__(self, folder: Path, request: pytest.FixtureRequest) -> None:
        self.folder, self._request = folder / STATIC, request
        # Without it, Node.js takes the modules for scripts.
        (self.folder / "package.json").write_text('{"type": "module"}')

    def run(self, code: str, **inputs: Any) -> bytes:
        """Run an async function's body. It gets ``inputs``, and returns a Uint8Array.

        An array among the inputs is a function there, which gives its bytes.
        """
        arguments = {}
        for name, value in inputs.items():
            arguments[name] = value
            if isinstance(value, np.ndarray):
                (self.folder / f"{name}.bin").write_bytes(value.tobytes())
                arguments[name] = f"{name}.bin"
        (self.folder / "task.js").write_text(
            f"export default async (inputs, read) => {{\n{code}\n}};\n"
        )
        return (self._in_node if NODE else self._in_browser)(json.dumps(arguments))

    def _in_node(self, arguments: str) -> bytes:
        main = (
            'import { readFile, writeFile } from "node:fs/promises";'
            'import task from "./task.js";'
            "const read = async (name) => new Uint8Array(await readFile(name)).buffer;"
            f'await writeFile("result.bin", await task({arguments}, read));'
        )
        (self.folder / "main.js").write_text(main)
        assert NODE is not None
        subprocess.run([NODE, "main.js"], cwd=self.folder, check=True, timeout=120)
        return (self.folder / "result.bin").read_bytes()

    def _in_browser(self, arguments: str) -> bytes:
        url = self._request.getfixturevalue("url")
        page = self._request.getfixturevalue("browser").new_page()
        page.goto(url)
        text = page.evaluate(
            """async ([url, inputs]) => {
                const { default: task } = await import(`${url}task.js?${Math.random()}`);
                const read = async (name) => (await fetch(`${url}${name}`)).arrayBuffer();
                const bytes = await task(inputs, read);
                return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
            }""",
            [f"{url}{STATIC}/", json.loads(arguments)],
        )
        page.close()
        return base64.b64decode(text)


@pytest.fixture(scope="module")
def scripts(folder: Path, request: pytest.FixtureRequest) -> Scripts:
    return Scripts(folder, request)


COUNT = """\
const { countsOverTime, makeNetwork, readWeights } = await import("./network.js");
const network = makeNetwork(readWeights(await read("weights.bin")));
network.threshold = inputs.threshold;
const images = new Uint8Array(await read(inputs.images));
const counts = new Uint8Array((images.length / 784) * inputs.steps * 10);
for (let n = 0; n < images.length / 784; n++) {
  const image = images.subarray(n * 784, (n + 1) * 784);
  counts.set(countsOverTime(network, image, inputs.steps), n * inputs.steps * 10);
}
return counts;
"""


@pytest.mark.parametrize(("threshold", "number"), [(5.0, 1000), (2.0, 100), (3.0, 100), (8.0, 100)])
def test_every_count_is_the_engines(scripts: Scripts, threshold: float, number: int) -> None:
    images = load_mnist("test")[0][:number]
    network = build_classifier(load_weights(), threshold=threshold, name=f"live_{threshold:.0f}")
    expected, _ = counts_over_time(network, images, timesteps=STEPS)
    result = scripts.run(COUNT, images=images, threshold=threshold, steps=STEPS)
    counts = np.frombuffer(result, np.uint8).reshape(number, STEPS, 10)
    assert np.array_equal(counts.swapaxes(0, 1), expected)


DIGITS = """\
const { digitOfPad, padOf } = await import("./digit.js");
const pads = inputs.drawings.map(padOf);
const bytes = new Uint8Array(pads.length * (280 * 280 + 784));
pads.forEach((pad, n) => {
  bytes.set(pad, n * (280 * 280 + 784));
  bytes.set(digitOfPad(pad), n * (280 * 280 + 784) + 280 * 280);
});
return bytes;
"""


def drawn(scripts: Scripts) -> Iterator[tuple[str, NDArray[np.uint8], NDArray[np.uint8]]]:
    """Yield the name of each drawing, its pad and its image, as the modules make them."""
    result = np.frombuffer(scripts.run(DIGITS, drawings=list(DRAWINGS.values())), np.uint8)
    for name, row in zip(DRAWINGS, result.reshape(len(DRAWINGS), -1), strict=True):
        yield name, row[:-784].reshape(280, 280), row[-784:]


def test_drawings_become_the_images_of_own_digits(scripts: Scripts) -> None:
    for name, pad, image in drawn(scripts):
        expected = digit_from_picture(255 - pad, ink="dark")
        assert np.abs(image.astype(int) - expected).max() <= 1, name


def test_the_pen_is_that_of_the_notebooks_pad(scripts: Scripts) -> None:
    pytest.importorskip("anywidget", reason="needs anywidget: the extra notebooks")
    from tutorial_helpers.widgets.pad import picture_of

    for name, pad, _ in drawn(scripts):
        # Pillow draws a line as a polygon in whole pixels, and so its edge is rougher.
        expected = 255 - picture_of(DRAWINGS[name]).astype(int)
        assert np.abs(pad - expected).mean() < 1.5, name


def test_a_dot_is_no_digit_and_an_empty_pad_is_nothing(scripts: Scripts) -> None:
    code = """\
    const { digitOfPad, DotError, emptyPad, padOf } = await import("./digit.js");
    const full = Array.from({ length: 29 }, (_, n) => [[0, 10 * n], [280, 10 * n]]);
    const refusals = [[[[9, 9]]], full].map((lines) => {
      try { digitOfPad(padOf(lines)); } catch (error) {
        if (error instanceof DotError) return error.message.split(" ").slice(0, 3).join(" ");
      }
    });
    return new TextEncoder().encode([digitOfPad(emptyPad()), ...refusals].join("|"));"""
    assert scripts.run(code).decode() == "|This is a|There is too"


# --- On the page ----------------------------------------------------------------------------------


@pytest.fixture
def page(browser: Browser, url: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Open the page. At the end nothing may have gone wrong, and nothing come from elsewhere."""
    context = browser.new_context(**getattr(request, "param", {}))
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.on(
        "request",
        lambda asked: wrong.append(asked.url) if not asked.url.startswith((url, "data:")) else None,
    )
    page.goto(url)
    page.wait_for_function("document.querySelectorAll('.live-choice').length === 30")
    yield page
    context.close()
    assert not wrong


def draw(page: Page, drawing: str) -> None:
    box = page.locator(".live-pad").bounding_box()
    assert box is not None
    for points in DRAWINGS[drawing]:
        places = [
            (box["x"] + x * box["width"] / 280, box["y"] + y * box["height"] / 280)
            for x, y in points
        ]
        page.mouse.move(*places[0])
        page.mouse.down()
        for place in places[1:]:
            page.mouse.move(*place, steps=8)
        page.mouse.up()


def answers(page: Page, digit: int) -> None:
    """Wait until the network gives an answer, in the picture and for screen readers."""
    article = "an" if digit == 8 else "a"
    page.wait_for_function(
        "words => document.querySelector('.live-said').textContent.startsWith(words)",
        arg=f"It is {article} {digit}:",
        timeout=30_000,
    )
    assert page.locator(".live-digit").inner_text() == str(digit)


@pytest.mark.parametrize("digit", [1, 2, 3, 5, 8])
def test_draw_a_digit_and_it_is_read(page: Page, digit: int) -> None:
    answers(page, 7)  # the example
    page.get_by_role("button", name="Clear").click()
    draw(page, str(digit))
    answers(page, digit)


PHONES = [
    {"viewport": {"width": width, "height": 800}, "has_touch": True, "is_mobile": True}
    for width in (400, 320)
]


@pytest.mark.parametrize("page", PHONES, indirect=True)
def test_on_a_phone_nothing_is_wider_than_the_screen(page: Page) -> None:
    answers(page, 7)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("option", name=re.compile("^a 4, number 2")).tap()
    answers(page, 4)


@pytest.mark.parametrize("page", PHONES, indirect=True)
def test_on_a_phone_play_and_what_is_explained_are_beside_the_picture(page: Page) -> None:
    page.locator(".live-layers").evaluate("picture => picture.scrollIntoView()")
    for name, part in [("1 784 input neurons", "currents"), ("4 counts", "counts")]:
        number = page.get_by_role("button", name=name)
        number.tap()
        card = page.locator(f".live-explained li[data-part={part}]")
        sheet = page.get_by_role("status").filter(has=page.locator("strong"))
        assert sheet.locator("p").inner_text() == card.locator("p").inner_text()
        for seen in (sheet, page.get_by_role("button", name="Step", exact=True), number):
            box = seen.bounding_box()
            assert box is not None
            assert box["y"] > -1
            assert box["y"] + box["height"] <= 800
    page.get_by_role("button", name="Close").tap()
    assert page.locator(".live").get_attribute("data-lit") == ""
    assert page.locator(".live-sheet").is_hidden()


@pytest.mark.parametrize("page", PHONES, indirect=True)
def test_on_a_phone_pad_and_answer_do_not_fade(page: Page) -> None:
    page.get_by_role("button", name="4 counts").tap()
    page.wait_for_timeout(400)
    faded = "part => getComputedStyle(part).opacity"
    for part in (".live-pad", ".live-answer"):
        assert page.locator(part).evaluate(faded) == "1"


def test_with_keys_alone(page: Page) -> None:
    page.get_by_role("listbox").focus()
    page.keyboard.press("4")
    answers(page, 4)
    page.keyboard.press("ArrowUp")  # a row of ten up, from the first 4 to the last 0
    selected = page.get_by_role("option", selected=True)
    assert selected.get_attribute("aria-label") == "a 0, number 3 of 3"
    page.get_by_role("button", name="Play").or_(page.get_by_role("button", name="Pause")).focus()
    page.keyboard.press("Enter")
    assert page.get_by_role("button", name="Play").is_visible()
    page.get_by_role("slider", name=re.compile("threshold")).focus()
    page.keyboard.press("ArrowLeft")
    assert "4.5 mV" in page.locator(".live-explained").inner_text()


STILL = {"reduced_motion": "reduce"}


@pytest.mark.parametrize("page", [STILL], indirect=True)
def test_without_motion_the_end_is_shown_at_once(page: Page) -> None:
    # The counts are those of the engine, in the words for those who do not see the picture.
    images, labels = chosen_digits()
    network = build_classifier(load_weights(), batch_size=30, name="live_chosen")
    counts, _ = counts_over_time(network, images, timesteps=30)
    for n in (0, 17, 29):
        page.locator(".live-choice").nth(n).click()
        answers(page, int(labels[n]))
        words = ", ".join(f"{digit}: {count}" for digit, count in enumerate(counts[-1, n]))
        label = page.locator(".live-upper").get_attribute("aria-label")
        assert label is not None
        assert "after 30 steps. " in label
        assert f"so far: {words}." in label


@pytest.mark.parametrize("page", [STILL], indirect=True)
def test_spikes_cross_a_reset_that_leaves_them_in_flight(page: Page) -> None:
    page.get_by_role("button", name="Quick reset").click()
    crossed = page.locator(".live-about-resets .live-crossed")
    said = crossed.inner_text()
    assert re.match(r"\d+ spikes crossed the reset", said)
    assert re.search(r"The answer (is the same|changed: .*)\.$", said)
    page.get_by_role("button", name="Clean reset").click()
    assert "nothing is in flight" in crossed.inner_text()
    page.get_by_role("button", name="Clear").click()
    for name in ("Play", "Step", "Quick reset", "Clean reset"):
        button = page.get_by_role("button", name=name, exact=True)
        assert button.get_attribute("aria-disabled") == "true"
        assert "There is no digit yet" in str(button.get_attribute("title"))
        button.focus()
        page.keyboard.press("Enter")
    assert crossed.inner_text() == ""
    assert page.locator(".live-drive-words").inner_text() == "Draw a digit to see what it adds."


@pytest.mark.parametrize("page", [STILL | phone for phone in PHONES], indirect=True)
def test_on_a_phone_what_a_reset_does_is_read_beside_its_button(page: Page) -> None:
    answers(page, 7)
    page.locator(".live-layers").evaluate("picture => picture.scrollIntoView()")
    page.get_by_role("button", name="4 counts").tap()
    page.get_by_role("button", name="Quick reset").tap()
    said = page.get_by_text(re.compile(r"^\d+ spikes crossed the reset")).filter(visible=True)
    box = said.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 800
    assert re.search(r"safe after \d+ steps, and from a clean start after \d", said.inner_text())


SMALL = {"viewport": {"width": 1200, "height": 800}}


@pytest.mark.parametrize("page", [SMALL], indirect=True)
def test_a_number_opens_its_text_until_something_else_is_done(page: Page) -> None:
    picture = page.locator(".live-upper").bounding_box()
    assert picture is not None
    sheet = page.locator(".live-sheet")
    for undo in (
        lambda: page.keyboard.press("Escape"),
        lambda: draw(page, "1"),
        lambda: page.locator(".live-choice").nth(3).click(),
        lambda: page.get_by_role("button", name="Clear").click(),
        lambda: page.mouse.click(
            picture["x"] + 0.5 * picture["width"], picture["y"] + 0.4 * picture["height"]
        ),
    ):
        page.get_by_role("button", name="5 answer").click()
        page.wait_for_timeout(400)
        box = sheet.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 800
        card = page.locator(".live-explained li[data-part=answer] p")
        assert sheet.locator("p").inner_text() == card.inner_text()
        assert page.locator(".live-pad").evaluate("pad => getComputedStyle(pad).opacity") == "1"
        undo()
        page.mouse.move(0, 0)
        assert sheet.is_hidden()
        assert page.locator(".live").get_attribute("data-lit") == ""


def test_each_press_of_step_counts(page: Page) -> None:
    answers(page, 7)
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("slider", name=re.compile("speed")).fill("0")  # the slowest
    page.get_by_role("button", name="Clean reset").click()
    page.get_by_role("button", name="Pause").click()
    assert page.locator(".live-said").inner_text() == ""  # of the run before
    for _ in range(5):
        page.get_by_role("button", name="Step", exact=True).click()
    page.wait_for_function(
        "document.querySelector('.live-upper').ariaLabel.includes('after 5 steps.')"
    )
    assert page.get_by_role("button", name="Play").is_visible()


def test_a_pause_outlasts_other_settings(page: Page) -> None:
    answers(page, 7)
    page.get_by_role("button", name="Pause").click()
    for name in ("threshold", "steps"):
        page.get_by_role("slider", name=re.compile(name)).press("ArrowRight")
        page.wait_for_timeout(300)
        assert page.get_by_role("button", name="Play").is_visible()
        label = page.locator(".live-upper").get_attribute("aria-label")
        assert label is not None
        assert "after 0 steps." in label


def test_keys_do_not_interrupt_a_line_and_undo_goes_back_to_what_was_drawn(page: Page) -> None:
    ink = """pad => pad.getContext("2d").getImageData(0, 0, pad.width, pad.height).data
        .filter((value, n) => n % 4 === 3 && value).length"""
    pad = page.locator(".live-pad")
    box = pad.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 60, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] + 120, steps=4)
    page.keyboard.press("Delete")
    page.keyboard.press("Control+z")
    page.mouse.move(box["x"] + 60, box["y"] + 180, steps=4)
    page.mouse.up()
    whole = pad.evaluate(ink)
    assert whole > 2 * 100 * 20  # a line of more than 100 pixels, and 20 wide
    for _ in range(3):
        page.get_by_role("button", name="Clear").click()
    page.get_by_role("button", name="Undo").click()
    assert pad.evaluate(ink) == whole


@pytest.mark.parametrize("page", [STILL], indirect=True)
def test_a_step_after_the_last_one_keeps_what_was_counted(page: Page) -> None:
    answers(page, 7)
    before = page.locator(".live-upper").get_attribute("aria-label")
    step = page.get_by_role("button", name="Step", exact=True)
    assert step.get_attribute("aria-disabled") == "true"
    assert step.get_attribute("title") == "The run has ended. Play starts another one."
    step.focus()
    page.keyboard.press("Enter")
    assert page.locator(".live-upper").get_attribute("aria-label") == before
    assert page.locator(".live-note").inner_text() == step.get_attribute("title")
    page.get_by_role("button", name="Clean reset").click()
    answers(page, 7)


def test_a_dot_leaves_ink_and_is_told_below_the_pad(page: Page) -> None:
    page.get_by_role("button", name="Clear").click()
    pad = page.locator(".live-pad")
    pad.click()
    ink = """pad => pad.getContext("2d").getImageData(0, 0, pad.width, pad.height).data
        .some((value, n) => n % 4 === 3 && value === 255)"""
    assert pad.evaluate(ink)
    assert page.locator(".live-note").inner_text().startswith("This is a dot.")
    page.get_by_role("button", name="Clear").click()
    assert not pad.evaluate(ink)


@pytest.mark.parametrize("page", [STILL, *PHONES], indirect=True)
def test_what_is_said_about_the_pad_moves_nothing(page: Page) -> None:
    answers(page, 7)
    before = page.locator(".live-choices").bounding_box()
    page.get_by_role("button", name="Clear").click()
    assert page.locator(".live-note").is_visible()
    assert page.locator(".live-choices").bounding_box() == before
    step = page.get_by_role("button", name="Step", exact=True)
    assert "There is no digit yet" in str(step.get_attribute("title"))


OVERLAPPING = """() => {
  const names = [...document.querySelectorAll(".live-picture .live-name")];
  const boxes = names.map((name) => name.getBoundingClientRect());
  return names.filter((_, n) => boxes.slice(0, n).some((box) =>
    box.left < boxes[n].right && boxes[n].left < box.right
    && box.top < boxes[n].bottom && boxes[n].top < box.bottom)).map((name) => name.textContent);
}"""


def test_names_in_the_picture_lie_beside_each_other(page: Page) -> None:
    for width in (320, 400, 480, 667, 740, 844, 932, 1000, 1200, 1600):
        page.set_viewport_size({"width": width, "height": 400})
        page.wait_for_timeout(100)
        assert page.evaluate(OVERLAPPING) == [], width


@pytest.mark.parametrize("page", PHONES, indirect=True)
def test_on_a_phone_a_link_leads_from_the_pad_to_the_picture(page: Page) -> None:
    page.get_by_role("link", name="watch the spikes").tap()
    page.wait_for_timeout(300)
    box = page.locator(".live-picture").bounding_box()
    assert box is not None
    assert 0 <= box["y"] < 100


def test_a_number_that_is_no_hidden_neuron_goes(page: Page) -> None:
    field = page.get_by_label(re.compile("type its number"))
    for number, kept in [("12", "12"), ("128", "12"), ("3.5", "12")]:
        field.fill(number)
        field.blur()
        assert field.input_value() == kept


def test_without_the_weights_the_page_says_so(browser: Browser, url: str) -> None:
    page = browser.new_page()
    page.route("**/weights.bin", lambda route: route.fulfill(status=404))
    page.goto(url)
    page.get_by_text("The network could not be loaded. Check your connection").wait_for()
    assert not any(part.is_visible() for part in page.locator("canvas, button").all())
    page.close()


def test_without_scripts_nothing_is_there_to_press(browser: Browser, url: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(url)
    assert page.locator("noscript").is_visible()
    assert not any(part.is_visible() for part in page.locator("canvas, button").all())
    context.close()


def test_tap_a_hidden_neuron(page: Page) -> None:
    box = page.locator(".live-upper").bounding_box()
    assert box is not None
    tapped = set()
    for down in (0.4, 0.5):  # the picture stays where it is, so that another one can be tapped
        page.mouse.click(box["x"] + 0.5 * box["width"], box["y"] + down * box["height"])
        number = page.get_by_label(re.compile("type its number")).input_value()
        tapped.add(number)
        assert page.evaluate("scrollY") == 0
    assert len(tapped) == 2
    page.get_by_role("link", name=f"Neuron {number}: look inside").click()
    assert page.evaluate("scrollY") > 0
    label = page.locator(".live-voltage").get_attribute("aria-label")
    assert label is not None
    assert label.startswith(f"Voltage of hidden neuron {number} ")
    assert re.match(r"Of the thirty digits", page.locator(".live-favourite-words").inner_text())


def test_each_step_lights_its_part(page: Page) -> None:
    for name, part in [
        ("Pixels become", "currents"),
        ("Output neurons", "counts"),
        ("5 answer", "answer"),
    ]:
        page.get_by_role("button", name=re.compile(name)).hover()
        assert page.locator(".live").get_attribute("data-lit") == part
    page.mouse.move(0, 0)
    assert page.locator(".live").get_attribute("data-lit") == ""


def test_the_numbers_in_the_text_are_those_of_chapter_6() -> None:
    chapter = (ROOT / "notebooks" / "6_how_many_steps.ipynb").read_text(encoding="utf-8")
    section = chapter.split('"default\\n"')[1]
    found = re.search(r"([\d.]+) % with ([\d.]+) on average, a margin of (\d)", section)
    assert found is not None
    accuracy, steps, margin = found.groups()
    text = (ROOT / "docs" / "live" / "live.html").read_text(encoding="utf-8")
    assert f"this takes {float(steps):.0f} steps on average" in text
    assert f"{accuracy} % of the answers are right" in text
    at_the_end = re.search(r"([\d.]+) % with 100 steps", section)
    assert at_the_end is not None
    assert f"If every image gets 100 steps, {at_the_end[1]} % are." in text
    answer = (ROOT / "docs" / "live" / "answer.js").read_text(encoding="utf-8")
    assert f"MARGIN = {margin};" in answer


def test_the_page_is_light_enough(folder: Path) -> None:
    files = [*(folder / STATIC).glob("*.js"), *(folder / STATIC).glob("*.css")]
    data = [(folder / STATIC / name).stat().st_size for name in ("weights.bin", "digits.bin")]
    own = {path.name for path in (ROOT / "docs" / "live").iterdir()}
    assert data[0] == 4 * (784 * 128 + 128 * 10)
    assert sum(data) + sum(path.stat().st_size for path in files if path.name in own) < 550_000
