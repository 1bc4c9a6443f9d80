"""The files of the site: links inside of it lead somewhere, and nothing comes from elsewhere."""

from __future__ import annotations

import enum
import json
import re
from collections import defaultdict
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest

import numbagenn
from numbagenn.models.builtin_models import built_in_models
from tests import ROOT
from tests.site import conftest
from tools.project import site as published

#: Elements whose address is loaded with the page, and the attribute that holds it.
LOADED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "video": "src"}
SHOWN_LINKS = {"stylesheet", "icon", "preload", "modulepreload", "manifest"}


class Page(HTMLParser):
    """What a page refers to, and the places in it that others can refer to."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.places, self.links, self.loaded = {""}, set(), set()
        self.language = self.description = self.card = ""
        self.without_alt: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.places |= {given[name] for name in ("id", "name") if name in given}
        if tag == "html":
            self.language = given.get("lang", "")
        if tag == "a" and "href" in given:
            self.links.add(given["href"])
        if tag == "link" and SHOWN_LINKS & set(given.get("rel", "").split()):
            self.loaded.add(given["href"])
        if tag in LOADED and LOADED[tag] in given:
            self.loaded.add(given[LOADED[tag]])
        if tag == "img" and "alt" not in given:
            self.without_alt.append(given.get("src", "")[:80])
        if tag == "meta" and given.get("name") == "description":
            self.description = given["content"]
        if tag == "meta" and given.get("property") == "og:image":
            self.card = given["content"]


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, Page]:
    return {name: Page(site / name) for name in conftest.pages()}


def test_pages_are_there(pages: dict[str, Page]) -> None:
    assert {
        "index.html",
        "README.html",
        "notebooks/1_single_image.html",
        "docs/glossary.html",
        "docs/mistakes/code.html",
        "docs/api/numbagenn.html",
        "search.html",
    } <= set(pages)


API = ("numbagenn", "tutorial_helpers")


@pytest.mark.parametrize("package", API)
def test_what_is_described_is_not_taken_for_a_type(site: Path, package: str) -> None:
    # Napoleon reads "text: text" in the first line of a property as "type: description".
    page = (site / "docs" / "api" / f"{package}.html").read_text(encoding="utf-8")
    parts = re.split(r'<dl class="py (\w+)', page)[1:]
    for kind, part in zip(parts[::2], parts[1::2], strict=True):
        own = part.partition("</dl>")[0]
        typed = re.search(r">Type<span", own) and kind in ("property", "data")
        assert not typed, re.sub("<[^>]+>", "", own)


def test_the_reference_has_all_that_can_be_written_by_name(
    site: Path, pages: dict[str, Page]
) -> None:
    page = pages["docs/api/numbagenn.html"]
    kinds = [one for one in vars(numbagenn).values() if isinstance(one, type(enum.Enum))]
    assert len(kinds) == 12
    assert {f"numbagenn.{one.__name__}.{member.name}" for one in kinds for member in one} <= (
        page.places
    )
    shown = (site / "docs" / "api" / "numbagenn.html").read_text(encoding="utf-8")
    for model in built_in_models():
        assert f'<span class="pre">{model.class_name}</span>' in shown, model
        for given in (*model.params, *getattr(model, "vars", ())):
            assert f'<span class="pre">{given.name}</span>' in shown, model


def test_links_inside_lead_somewhere(site: Path, pages: dict[str, Page]) -> None:
    lost = defaultdict(list)
    for name, page in pages.items():
        for link in page.links:
            if re.match(r"\w+:|//", link):
                continue
            parts = urlsplit(urljoin(f"/{name}", link))
            target = unquote(parts.path).lstrip("/")
            there = (site / target).is_file()
            if there and target in pages:
                there = unquote(parts.fragment) in pages[target].places
            if not there:
                lost[name].append(link)
    assert not lost


def test_nothing_is_loaded_from_elsewhere(site: Path, pages: dict[str, Page]) -> None:
    foreign = {
        (name, address)
        for name, page in pages.items()
        for address in page.loaded
        if re.match(r"(https?:)?//", address)
    }
    for sheet in site.rglob("*.css"):
        found = re.findall(r"(?:url\(|@import)\s*['\"]?((?:https?:)?//[^)'\"]+)", sheet.read_text())
        foreign |= {(sheet.name, address) for address in found}
    assert not foreign


def test_only_the_page_of_results_loads_what_is_searched(pages: dict[str, Page]) -> None:
    loading = {
        name
        for name, page in pages.items()
        if any(one.endswith(("searchindex.js", "searchtools.js")) for one in page.loaded)
    }
    assert loading == {"search.html"}


def test_links_show_titles_and_not_names_of_pages(site: Path, pages: dict[str, Page]) -> None:
    for name in pages:
        text = (site / name).read_text(encoding="utf-8")
        links = re.findall(r'<a class="reference internal"[^>]*>(.*?)</a>', text, re.DOTALL)
        shown = [re.sub("<[^>]+>", "", link) for link in links]
        assert not [one for one in shown if re.search(r"\.(md|ipynb)$", one)], name


def test_how_to_install_begins_with_a_clone(site: Path) -> None:
    page = (site / "README.html").read_text(encoding="utf-8")
    blocks = re.findall(r"<pre>(.*?)</pre>", page, re.DOTALL)
    first, classify, tests = (re.sub("<[^>]+>", "", block) for block in (*blocks[:2], blocks[3]))
    assert first.lstrip().startswith("git clone https://github.com/")
    assert "tutorial_helpers classify" in classify
    assert "pytest" in tests
    article = page[page.index("<article") :]
    assert article.index("<pre>") < article.index("<img")


def test_results_of_benchmarks_come_before_the_method(site: Path) -> None:
    page = (site / "benchmarks" / "README.html").read_text(encoding="utf-8")
    assert page.index('id="results"') < page.index('id="how-it-is-measured"')


def test_every_page_says_its_language_and_every_image_what_it_shows(pages: dict[str, Page]) -> None:
    assert {page.language for page in pages.values()} == {"en"}
    assert not {name: page.without_alt for name, page in pages.items() if page.without_alt}


def test_every_document_has_a_card(site: Path, pages: dict[str, Page]) -> None:
    made = {"search.html"}
    for name in set(pages) - made:
        page = pages[name]
        assert page.description, name
        assert page.card.startswith(published()), name
        assert (site / page.card.removeprefix(published())).is_file(), name


def test_a_page_is_described_by_its_own_words(pages: dict[str, Page]) -> None:
    assert pages["index.html"].description.startswith("Draw a digit.")
    chapters = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
    for chapter in chapters:
        first = json.loads(chapter.read_text(encoding="utf-8"))["cells"][0]["source"]
        paragraphs = re.sub(r"\[(.*?)\]\(.*?\)", r"\1", "".join(first)).split("\n\n")
        text = next(one for one in paragraphs[2:] if re.match(r"\w", one))
        description = pages[f"notebooks/{chapter.stem}.html"].description
        assert description.split()[:3] == text.split()[:3]
