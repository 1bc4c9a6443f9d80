"""Every page in a real browser: narrow and wide, light and dark.

Nothing fails to load or comes from elsewhere, nothing is wider than the window, and axe-core finds
nothing that keeps readers with disabilities out (WCAG 2.1, levels A and AA).
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from importlib import resources
from typing import TYPE_CHECKING, Any

import pytest

from tests.site.conftest import pages

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

sync_api = pytest.importorskip(
    "playwright.sync_api", reason="needs Playwright (pip install playwright)"
)
pytest.importorskip("axe_playwright_python", reason="needs axe (pip install axe-playwright-python)")

BROWSERS = ("chromium", "google-chrome", "chromium-browser")
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason=f"needs one of {', '.join(BROWSERS)} on the path"),
    pytest.mark.skipif(os.name == "nt", reason="the paths of browsers are those of other systems"),
]

WIDTHS = (1200, 400)
THEMES = ("light", "dark")

AXE = resources.files("axe_playwright_python").joinpath("axe.min.js")
RUN_AXE = """async () => {
    const found = await axe.run(document, {
        runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"],
        resultTypes: ["violations"],
        preload: false,  // it would fetch style sheets again, from where they are not
    });
    return found.violations.map(one => ({
        rule: one.id,
        nodes: one.nodes.slice(0, 5).map(node => `${node.target}: ${node.html.slice(0, 160)}`),
    }));
}"""
# The theme is that of a reader who has chosen it with the button.
CHOOSE = """theme => {
    document.documentElement.dataset.mode = theme;
    document.documentElement.dataset.theme = theme;
}"""
TOO_WIDE = """() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    return [...document.querySelectorAll("body *")]
        .filter(element => element.getBoundingClientRect().right > width + 1)
        .slice(0, 5)
        .map(element => element.outerHTML.slice(0, 120));
}"""
WITHOUT_ALT = """() => [...document.images]
    .filter(image => !image.hasAttribute("alt") || !(image.complete && image.naturalWidth))
    .map(image => image.outerHTML.slice(0, 120))"""
# After a change of the width, the theme looks for what scrolls now.
WHAT_SCROLLS_HAS_FOCUS = """() => [
    ...document.querySelectorAll("pre, .pst-scrollable-table-container"),
].every(one => one.scrollWidth <= one.clientWidth || one.tabIndex === 0)"""

SUM_OF_SHIFTS = """() => new Promise(resolve => {
    let sum = 0;
    new PerformanceObserver(list => {
        for (const shift of list.getEntries()) if (!shift.hadRecentInput) sum += shift.value;
    }).observe({ type: "layout-shift", buffered: true });
    setTimeout(() => resolve(sum), 1000);
})"""
HEAVIEST = 1_400_000  # bytes of the front page, with all that it loads
LARGEST_SHIFT = 0.05


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    # Nothing moves, so that nothing is looked at halfway.
    context = browser.new_context(reduced_motion="reduce")
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("name", pages())
def test_a_page(name: str, address: str, page: Page) -> None:
    wrong: list[Any] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else 0)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("requestfailed", lambda request: wrong.append(f"failed: {request.url}"))
    page.on(
        "request",
        lambda request: (
            wrong.append(f"foreign: {request.url}")
            if not request.url.startswith((address, "data:", "blob:"))
            else None
        ),
    )
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    page.goto(address + name, wait_until="load")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_function(WHAT_SCROLLS_HAS_FOCUS)
        wrong += page.evaluate(TOO_WIDE)
        for theme in THEMES:
            page.evaluate(CHOOSE, theme)
            wrong += [(width, theme, found) for found in page.evaluate(RUN_AXE)]
    # A picture that is not in view may not have been loaded.
    page.evaluate("() => { for (const image of document.images) image.loading = 'eager'; }")
    page.wait_for_function("() => [...document.images].every(image => image.complete)")
    wrong += page.evaluate(WITHOUT_ALT)
    assert not wrong


@pytest.mark.parametrize("width", WIDTHS)
def test_the_front_page_is_light_and_does_not_jump(width: int, address: str, page: Page) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    throttle = page.context.new_cdp_session(page)
    throttle.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    weights: list[int] = []
    page.on("response", lambda response: weights.append(len(response.body())))
    page.goto(address, wait_until="networkidle")
    shift = page.evaluate(SUM_OF_SHIFTS)
    assert shift < LARGEST_SHIFT
    assert sum(weights) <= HEAVIEST


def test_the_theme_can_be_chosen(address: str, page: Page) -> None:
    page.emulate_media(color_scheme="light")
    page.goto(f"{address}README.html")
    theme = "() => document.documentElement.dataset.theme"
    assert page.evaluate(theme) == "light"
    page.get_by_role("button", name="Colour").first.click()
    page.locator("button.theme-change-button[data-mode=dark]:visible").click()
    assert page.evaluate(theme) == "dark"


def test_search_finds_a_word(address: str, page: Page) -> None:
    page.goto(f"{address}search.html?q=membrane")
    # The lines around a word arrive after the list of pages.
    found = page.locator("#search-results li .context", has_text=re.compile("membrane", re.I))
    found.first.wait_for()


def test_code_can_be_copied_and_what_it_printed_cannot(address: str, page: Page) -> None:
    page.goto(f"{address}notebooks/1_single_image.html")
    page.locator("div.cell_input button.copybtn").first.wait_for(state="attached")
    assert page.locator("div.cell_input button.copybtn").count() > 10
    assert page.locator("div.cell_output button.copybtn").count() == 0


def test_the_set_up_is_folded(address: str, page: Page) -> None:
    page.goto(f"{address}notebooks/1_single_image.html")
    folded = page.locator("details.hide", has_text="%pip install")
    assert folded.count() == 1
    assert folded.get_attribute("open") is None


def test_a_chapter_can_be_launched_and_edited(address: str, page: Page) -> None:
    page.goto(f"{address}notebooks/1_single_image.html")
    links = page.locator("a").evaluate_all("links => links.map(link => link.href)")
    for part in ("colab.research.google.com", "mybinder.org", "/edit/main/notebooks/1_single"):
        assert any(part in link for link in links), part
    assert page.locator("a.right-next").count() == 1
    assert page.locator("a.left-prev").count() == 1


API = "docs/api/numbagenn.html"


def found(page: Page, address: str, words: str) -> list[str]:
    """Search for words, and return the addresses of the pages that are found."""
    page.goto(f"{address}search.html?q={words}")
    page.locator(".search-summary", has_text=re.compile("result|found")).wait_for()
    links = page.locator("#search-results li > a")
    return links.evaluate_all("links => links.map(link => link.getAttribute('href'))")


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("threshold", "docs/glossary.html#term-threshold"),
        ("spike", "docs/glossary.html#term-spike"),
        ("batch", "docs/glossary.html#term-batch"),
        ("weights", "docs/glossary.html#term-weight"),
        ("install", "README.html"),
        ("4.9", "docs/from_4_9.html"),
        (
            "add_neuron_population",
            f"{API}#numbagenn.GeNNModel.add_neuron_population",
        ),
    ],
)
def test_search_begins_with_what_explains(words: str, first: str, address: str, page: Page) -> None:
    all_found = found(page, address, words)
    assert all_found[0] == first
    if first.startswith("docs/glossary"):
        explained = ("docs/glossary", "docs/from_4_9", "docs/how_to/", "notebooks/")
        assert all(one.startswith(explained) for one in all_found[:5])


def test_a_search_that_finds_nothing_says_what_to_do(address: str, page: Page) -> None:
    assert found(page, address, "qqq zzz") == []
    assert "try fewer of them" in page.locator(".search-summary").inner_text()


@pytest.mark.parametrize(
    "message", ["has to be loaded before stepping", "needs values of shape (784,)"]
)
def test_search_finds_a_message(message: str, address: str, page: Page) -> None:
    assert found(page, address, message)[0].startswith("docs/mistakes/")


SIZES = """() => [...document.querySelectorAll(".live-explained li")].map((item) => {
  const { x, width } = item.getBoundingClientRect();
  return [x, width];
})"""


@pytest.mark.parametrize("width", [320, 400, 480])
def test_on_a_phone_explanations_are_one_below_the_other(
    width: int, address: str, page: Page
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(address)
    sizes = page.evaluate(SIZES)
    assert len(sizes) == 5
    assert sizes == [sizes[0]] * 5
    assert sizes[0][1] > width * 0.75


def test_the_page_that_is_read_is_seen_in_the_list(address: str, page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 700})
    for name in ("README.html", "docs/glossary.html"):
        page.goto(address + name, wait_until="load")
    entry = page.locator("#pst-primary-sidebar li.current.active > a")
    page.wait_for_function(
        "entry => { const { top, bottom } = entry.getBoundingClientRect();"
        " return top > 0 && bottom < innerHeight; }",
        arg=entry.element_handle(),
    )


def test_what_search_quotes_is_text(address: str, page: Page) -> None:
    page.goto(f"{address}search.html?q=install")
    quoted = page.locator("#search-results li .context")
    quoted.first.wait_for()
    assert "System Settings" not in " ".join(quoted.all_inner_texts())
    page.locator(".search-summary", has_text=re.compile(r"^\d+ results$")).wait_for()


def test_search_leads_to_the_section_that_has_the_words(address: str, page: Page) -> None:
    page.goto(f"{address}search.html?q=axonal")
    link = page.locator("a[href='docs/how_to/recipes.html#delay-spikes']")
    text = page.locator("#search-results li", has=link).locator(".context").inner_text()
    assert "Recipes" not in text
    link.click()
    heading = page.get_by_role("heading", name="Delay spikes")
    page.wait_for_function(
        "one => { const { top } = one.getBoundingClientRect(); return top >= 0 && top < 300; }",
        arg=heading.element_handle(),
    )


def test_search_finds_a_version_in_texts_and_titles(address: str, page: Page) -> None:
    pages = {one.partition("#")[0] for one in found(page, address, "4.9")}
    assert {"docs/from_4_9.html", "docs/mistakes/api_4_9.html", "docs/conformance.html"} <= pages


def test_on_a_phone_what_changed_since_4_9_is_seen_whole(address: str, page: Page) -> None:
    page.set_viewport_size({"width": 400, "height": 800})
    page.goto(f"{address}docs/from_4_9.html")
    cells = page.locator("#six-changes-that-no-error-tells-you-about td")
    boxes = cells.evaluate_all(
        "cells => cells.map(cell => [cell.getBoundingClientRect().right, cell.clientWidth])"
    )
    assert len(boxes) == 18
    assert all(right <= 400 and width > 300 for right, width in boxes)


def test_the_front_page_names_the_project_where_there_is_room(address: str, page: Page) -> None:
    name = page.locator(".bd-header-article").get_by_text("Spiking MNIST tutorials")
    for width, is_seen in ((1200, True), (400, False)):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(address)
        assert name.is_visible() is is_seen


def test_pages_of_mistakes_are_listed_in_the_order_of_their_table(address: str, page: Page) -> None:
    page.goto(address + MISTAKES)
    names = "links => links.map(link => link.textContent.trim())"
    table = page.locator("article tbody tr > td:first-child a").evaluate_all(names)
    below = page.locator("#pst-primary-sidebar li.current.active > :is(details, ul) li > a")
    assert below.evaluate_all(names) == table


def test_search_finds_how_to_run_a_script(address: str, page: Page) -> None:
    all_found = found(page, address, "numbagenn run")
    assert any(one.startswith("docs/how_to/run_your_own.html") for one in all_found[:5])


@pytest.mark.parametrize("place", ["search.html", "README.html"])
def test_nothing_covers_what_is_typed_into_the_search(place: str, address: str, page: Page) -> None:
    page.goto(address + place)
    if place != "search.html":
        page.locator(".search-button__button:visible").first.click()
    field = page.locator("input[name=q]:visible").first
    glass = page.locator("form:has(input[name=q]) .fa-magnifying-glass:visible").first
    (inside, icon), indent = (
        [one.bounding_box() for one in (field, glass)],
        field.evaluate("field => parseFloat(getComputedStyle(field).paddingLeft)"),
    )
    assert inside is not None
    assert icon is not None
    assert icon["x"] + icon["width"] < inside["x"] + indent


@pytest.mark.parametrize("name", ["index.html", "README.html", "docs/glossary.html"])
@pytest.mark.parametrize("width", [400, 1000, 1200])
def test_what_opens_something_opens_it(name: str, width: int, address: str, page: Page) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(address + name)
    entry = page.get_by_role("link", name="8 · Learning without labels").and_(page.locator("nav a"))
    if not entry.is_visible():
        page.locator(".primary-toggle:visible").click()
        entry.wait_for()
        page.keyboard.press("Escape")
    contents = page.locator(".secondary-toggle:visible")
    if contents.count():
        contents.click()
        page.locator(".bd-sidebar-secondary .toc-entry").first.wait_for()
        page.keyboard.press("Escape")
    page.locator(".search-button__button:visible").first.click()
    page.locator("dialog input[name=q]").wait_for()


@pytest.mark.parametrize("name", ["notebooks/README.html", "README.html"])
def test_on_a_phone_the_table_of_chapters_becomes_cards(
    name: str, address: str, page: Page
) -> None:
    page.set_viewport_size({"width": 400, "height": 900})
    page.goto(address + name)
    cells = page.locator("table:has(.badge-link) td").filter(visible=True)
    boxes = [cell.bounding_box() for cell in cells.all()]
    assert len(boxes) >= 24
    assert all(box is not None and box["width"] > 300 and box["x"] >= 0 for box in boxes)


def test_a_word_in_italics_leads_to_the_glossary(address: str, page: Page) -> None:
    page.goto(f"{address}notebooks/1_single_image.html")
    page.get_by_role("link", name="populations", exact=True).click()
    page.wait_for_url("**/docs/glossary.html#term-population")
    entry = page.locator("#term-population").bounding_box()
    letters = page.locator(".letters").bounding_box()
    assert entry is not None
    assert letters is not None
    assert entry["y"] >= letters["y"] + letters["height"]


def test_commands_are_seen_whole(address: str, page: Page) -> None:
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"{address}docs/how_to/run_your_own.html")
        assert page.locator(".highlight-sh pre").evaluate_all(
            "all => all.every(one => one.scrollWidth <= one.clientWidth)"
        )
        option = page.locator(".highlight-sh").get_by_text("--its", exact=True)
        assert option.evaluate("one => one.getClientRects().length") == 1


MISTAKES = "docs/mistakes/README.html"


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("unload", "Unloading before loading"),
        ("RuntimeError: GeNN model has to be loaded before stepping", "Stepping before loading"),
        # A message with names and numbers of the reader's own.
        (
            "ValueError: variable 'U' of neuron population 'my_cells' needs values of shape (500,),"
            " not (501,).",
            "Too many values",
        ),
        ("Undefined identifier", "An undeclared name"),  # PyGeNN's own words
        (
            "Error at 'U': Subscripted object is not a pointer",
            "Indexing something that is not an array",
        ),
        ("IndexError: unordered_map::at", "A dynamic parameter that was not declared"),
        ("models of one name", "Two loaded models of one name, on real PyGeNN"),
    ],
)
def test_a_mistake_is_found_by_its_message(
    typed: str, first: str, address: str, page: Page
) -> None:
    page.goto(address + MISTAKES)
    page.get_by_label("Paste a message").fill(typed)
    link = page.locator(".find-mistakes li a").first
    assert link.inner_text() == first
    link.click()
    heading = page.get_by_role("heading", name=first)
    heading.wait_for()
    box = heading.bounding_box()
    assert box is not None
    assert 0 < box["y"] < 900


def test_without_scripts_pages_have_colours_and_nothing_that_needs_scripts(
    address: str, browser: Browser
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address + MISTAKES)
    assert page.locator(".find-mistakes").is_hidden()
    link = page.get_by_role("link", name="Code strings").last
    colour, text = (
        one.evaluate("one => getComputedStyle(one).color")
        for one in (link, page.locator("h1").first)
    )
    assert colour != text
    page.goto(address)
    assert "JavaScript" in page.locator(".live noscript").inner_text()
    context.close()


SHOWS_THAT_IT_SCROLLS = """all => all.every(one =>
    one.scrollWidth <= one.clientWidth
    || parseFloat(getComputedStyle(one, "::-webkit-scrollbar").height) > 0
    && getComputedStyle(one).backgroundImage.includes("gradient"))"""


@pytest.mark.parametrize("name", ["notebooks/4_how_fast.html", "benchmarks/README.html"])
def test_on_a_phone_what_scrolls_shows_it(name: str, address: str, page: Page) -> None:
    page.set_viewport_size({"width": 400, "height": 900})
    page.goto(address + name)
    wide = page.locator(".bd-article :is(div.highlight > pre, .pst-scrollable-table-container)")
    assert wide.evaluate_all(SHOWS_THAT_IT_SCROLLS)


def test_on_a_phone_messages_wrap(address: str, page: Page) -> None:
    page.set_viewport_size({"width": 400, "height": 900})
    page.goto(f"{address}docs/mistakes/life.html")
    messages = page.locator(".highlight-text pre")
    assert messages.count() > 20
    assert messages.evaluate_all("all => all.every(one => one.scrollWidth <= one.clientWidth)")


def test_pictures_of_chapters_are_large_and_whole(address: str, page: Page) -> None:
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"{address}notebooks/README.html")
        sizes = page.locator("td img").evaluate_all(
            "all => all.map(one => one.getBoundingClientRect().width / one.naturalWidth)"
        )
        assert len(sizes) >= 8
        assert min(sizes) > 0.4
        assert page.locator("td img").evaluate_all(
            """all => all.every((one) => {
                const [inside, around] = [one, one.closest("td")].map(
                    (element) => element.getBoundingClientRect());
                return inside.right <= around.right && inside.bottom <= around.bottom
                    && getComputedStyle(one).objectFit === "contain";
            })"""
        )


def test_nothing_lies_over_the_buttons_of_the_live_network(address: str, page: Page) -> None:
    page.set_viewport_size({"width": 400, "height": 800})
    page.goto(address)
    for down in (1500, -100):  # on its way up the page would offer to go to the top
        page.mouse.wheel(0, down)
        page.wait_for_timeout(300)
    assert page.locator("#pst-back-to-top").is_hidden()
