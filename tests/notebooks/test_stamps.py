"""What is set in one place and shown in others: address, set-up cell, times, order of chapters."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import nbformat
import pytest

from tools import stamp_notebooks
from tools.project import ROOT, repository
from tools.stamp_notebooks import (
    DIAGRAMS,
    FOLDED,
    NOTEBOOKS,
    OPENING,
    READMES,
    rounded,
    set_up,
    stamped,
    times,
    with_diagrams,
    with_opening,
)
from tutorial_helpers.figures.diagrams import EVERY

SERIES = ROOT / "notebooks" / "README.md"


@pytest.mark.parametrize("path", stamped(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_stamping_changes_nothing(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == stamped()[path]


def test_another_address_is_stamped_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = repository(), "https://github.com/someone-else/another.name"
    monkeypatch.setattr(stamp_notebooks, "repository", lambda: new)
    for path, text in stamped().items():
        assert old.removeprefix("https://github.com/") not in text, path
        assert new.removeprefix("https://github.com/") in text, path


def badge(path: Path) -> str:
    address = repository().replace("https://github.com", "https://colab.research.google.com/github")
    return (
        "[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]"
        f"({address}/blob/main/notebooks/{path.name})"
    )


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_badges(path: Path) -> None:
    first = nbformat.read(path, 4).cells[0].source
    assert first.split("\n\n")[1] == badge(path)
    for readme in READMES:
        (row,) = [line for line in readme.read_text("utf-8").splitlines() if badge(path) in line]
        assert re.search(rf"\[[^]]+\]\((notebooks/)?{path.name}\)", row)


def test_set_up_is_folded_and_the_same_in_all() -> None:
    codes = []
    for path in NOTEBOOKS:
        cells = nbformat.read(path, 4).cells
        assert [cell.cell_type for cell in cells[:2]] == ["markdown", "code"]
        assert cells[1].metadata == FOLDED
        codes.append(cells[1].source)
    assert sorted(set(codes)) == sorted({set_up(), set_up("train"), set_up("cluster")})
    assert codes.count(set_up("train")) == codes.count(set_up("cluster")) == 1
    assert all(len(code.splitlines()) <= 5 for code in codes)


# --- Diagrams -----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_diagram_opens_each_chapter(path: Path) -> None:
    name = OPENING[path.stem]
    first = nbformat.reads(stamped()[path], 4).cells[0].source
    title, badges, comment, picture, *_ = first.split("\n\n")
    assert (title[0], badges) == ("#", badge(path))
    assert comment == f"<!-- diagram: {name} -->"
    alt, png = re.fullmatch(r"!\[(.*)\]\(data:image/png;base64,(.*)\)", picture).groups()
    assert alt == EVERY[name]().alt
    assert base64.b64decode(png) == (DIAGRAMS / f"{name}.png").read_bytes()


def test_diagrams_are_written_where_a_text_asks() -> None:
    text = "Before\n\n<!-- diagram: batch -->\n\nBetween\n\n<!-- diagram: references -->"
    once = with_diagrams(text)
    assert re.sub(r"\n\n!\[[^]]*\]\(data:[^)]*\)", "", once) == text
    assert once.count("](data:image/png;base64,") == 2
    assert with_diagrams(once) == once


def test_old_diagrams_are_renewed() -> None:
    old = "<!-- diagram: batch -->\n\n![Old words](data:image/png;base64,AAAA)\n\nAfter"
    assert with_diagrams(old) == with_diagrams("<!-- diagram: batch -->\n\nAfter")
    other = with_opening("# Title\n\nbadge\n\n" + old, "1_single_image")
    assert other == "# Title\n\nbadge\n\n<!-- diagram: network_neuron -->\n\nAfter"


def test_unknown_diagram() -> None:
    with pytest.raises(
        ValueError, match=r"diagram network, only network_neuron, .*, learning_steps, \w+\."
    ):
        with_diagrams("<!-- diagram: network -->")


def test_alternative_text_arrives_in_the_page() -> None:
    exporter = pytest.importorskip("nbconvert").HTMLExporter()
    cells = [nbformat.v4.new_markdown_cell(with_diagrams("<!-- diagram: batch -->"))]
    page, _ = exporter.from_notebook_node(nbformat.v4.new_notebook(cells=cells))
    (tag,) = re.findall(r"<img [^>]*>", page)
    assert f'alt="{EVERY["batch"]().alt}"' in tag
    assert 'src="data:image/png;base64,' in tag


# --- Times --------------------------------------------------------------------------------------


def test_times_are_of_all_chapters_and_less_than_a_minute() -> None:
    assert list(times()["seconds"]) == [path.stem for path in NOTEBOOKS]
    assert max(times()["seconds"].values()) < 60


def test_rounded_up() -> None:
    assert [rounded(seconds) for seconds in (0.1, 14.9, 15.0, 15.1)] == [5, 15, 15, 20]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_times_are_told(path: Path) -> None:
    seconds, cores = rounded(times()["seconds"][path.stem]), times()["processors"]
    series = SERIES.read_text("utf-8")
    (row,) = [line for line in series.splitlines() if f"]({path.name})" in line]
    assert row.endswith(f"| {seconds} s |")
    assert f"on {cores} cores of an {times()['cpu']}, without a GPU" in series
    first = nbformat.read(path, 4).cells[0].source
    assert f"running all cells takes about {seconds} seconds on {cores} cores" in first


# --- From chapter to chapter --------------------------------------------------------------------


def chapter_links(text: str) -> list[tuple[str, str]]:
    return re.findall(r"\[([^]]+)\]\(([^)]+\.ipynb)\)", text)


def title_and_name(path: Path) -> tuple[str, str]:
    return nbformat.read(path, 4).cells[0].source.splitlines()[0].removeprefix("# "), path.name


@pytest.mark.parametrize("index", range(len(NOTEBOOKS)), ids=[path.stem for path in NOTEBOOKS])
def test_chapters_lead_to_each_other(index: int) -> None:
    cells = nbformat.read(NOTEBOOKS[index], 4).cells
    before = [title_and_name(path) for path in NOTEBOOKS[max(index - 1, 0) : index]]
    after = [title_and_name(path) for path in NOTEBOOKS[index + 1 : index + 2]]
    (line,) = [line for line in cells[0].source.splitlines() if line.startswith("**Chapters.**")]
    assert chapter_links(line) == before + after
    assert ("Before this one:" in line) == bool(before)
    assert ("After it:" in line) == bool(after)
    ending = cells[-1].source
    assert ending.startswith("**Next:**" if after else "**The end.**")
    assert chapter_links(ending) == after
    assert ("](README.md)" in ending) == (not after)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_links_lead_somewhere(path: Path) -> None:
    for cell in nbformat.read(path, 4).cells:
        if cell.cell_type == "markdown":
            for target in re.findall(r"\]\(([^)#]+)\)", cell.source):
                assert (
                    target.startswith(("https://", "data:image/png;base64,"))
                    or (path.parent / target).exists()
                ), target


@pytest.mark.parametrize("readme", READMES, ids=["README", "series"])
def test_chapters_are_listed_in_order(readme: Path) -> None:
    links = [
        (title, target.split("/")[-1])
        for title, target in chapter_links(readme.read_text("utf-8"))
        if not target.startswith("https://")
    ]
    assert links == [title_and_name(path) for path in NOTEBOOKS]
