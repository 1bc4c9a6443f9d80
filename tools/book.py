"""What the site needs beyond Sphinx's extensions; `docs/conf.py` lists it as one of them.

The pages are the repository's own Markdown and notebooks, written to be read on GitHub. Nothing of
them is edited for the site: what has to differ is changed here, while Sphinx reads them.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.search import languages
from sphinx.search.en import SearchEnglish
from sphinx.transforms import SphinxTransform

from numbagenn.models.builtin_models import FAMILIES
from tools.live_data import STATIC, write_static
from tools.project import ROOT, repository, site
from tutorial_helpers.widgets.panel import HINT

NOT_TEXT = {"badge-link", "headerlink", "letters"}  # what no description of a page begins with
PRINTED = {"text", "none", "myst-ansi"}  # what is no code
SET_UP = "hide-input"  # the tag that makes MyST-NB fold a cell

# What stands in the place of a comment. On GitHub a comment is not shown.
_LIVE_NETWORK = "```{raw} html\n:file: docs/live/live.html\n```"
_TITLE_OF_README = "# Install and run"
_START_OF_README = "## Start here\n"
_ABOUT_OF_README = "## What you run\n"
_FIND_MISTAKES = "```{raw} html\n:file: ../find_mistakes.html\n```"
_START_OF_BAR = ["toggle-primary-sidebar.html"]
# What the theme calls its buttons, and what they are called here.
_BUTTONS = {
    "Color mode": "Colour",
    "Toggle primary sidebar": "Menu",
    "Toggle secondary sidebar": "Contents",
}
_SEARCHES = re.compile(
    r'\s*<script src="[^"]*\b(?:searchtools|language_data|searchindex)\.js"></script>'
)
_CONTENTS = "```{contents}\n:local:\n:depth: 1\n:backlinks: none\n```"
_PAGES_OF_MISTAKES = "```{{toctree}}\n:hidden:\n\n{}\n```"


def prepare(app: Sphinx, docname: str, source: list[str]) -> None:
    """Change the text of a page before it is parsed."""
    path = app.env.doc2path(docname)
    if path.suffix == ".ipynb":
        source[0] = with_folded_cells(with_hints_for_readers(source[0]))
    elif docname == "README":
        source[0] = beginning_with_the_start(source[0]).replace(f"]({site()})", "](index.md)")
    elif docname == "index":
        source[0] = source[0].replace("<!-- live network -->", _LIVE_NETWORK)
    elif docname == "docs/api/numbagenn":
        source[0] = source[0].replace("<!-- built-in models -->", built_in_models())
    elif docname == "docs/from_4_9":
        source[0] = source[0].replace("\n## ", f"\n{_CONTENTS}\n\n## ", 1)
    elif docname == "docs/mistakes/README":
        source[0] = source[0].replace("<!-- find mistakes -->", _FIND_MISTAKES)
        source[0] = re.sub(
            r"search\s+this folder .*?\bpaste the message", "paste it", source[0], flags=re.DOTALL
        )
        pages = re.findall(r"^\| \[.*\]\((\w+)\.md\)", source[0], re.MULTILINE)
        source[0] += "\n" + _PAGES_OF_MISTAKES.format("\n".join(pages)) + "\n"


def beginning_with_the_start(readme: str) -> str:
    """Put how to start before what it is about, which the front page of the site has said."""
    about, _, rest = readme.partition(_START_OF_README)
    start, heading, rest = rest.partition("\n## ")
    _, _, about = about.partition("\n")
    return f"{_TITLE_OF_README}\n{start}\n{_ABOUT_OF_README}{about.rstrip()}\n{heading}{rest}"


def with_folded_cells(notebook: str) -> str:
    """Tag the cells that Jupyter shows folded, so that the site does so, too."""
    content = json.loads(notebook)
    for cell in content["cells"]:
        if cell["metadata"].get("jupyter", {}).get("source_hidden"):
            cell["metadata"].setdefault("tags", []).append(SET_UP)
    return json.dumps(content)


def built_in_models() -> str:
    """Return tables of all models and snippets that have names, with what they are given."""
    columns = {"params": "parameters", "vars": "variables", "extra_global_params": "arrays"}
    lines = []
    for family, (_, models) in FAMILIES.items():
        if not models():
            continue
        parts = {
            part: [getattr(model, part, ()) for model in models().values()] for part in columns
        }
        parts = {part: values for part, values in parts.items() if any(values)}
        titles = [family.family, *(columns[part] for part in parts)]
        lines += ["", f"| {' | '.join(titles)} |", "|---" * len(titles) + "|"]
        for name, *given in zip(models(), *parts.values(), strict=True):
            cells = [", ".join(f"`{one.name}`" for one in some) for some in given]
            lines.append(f"| {' | '.join([f'`{name}`', *cells])} |")
    return "\n".join(lines)


class LinksToSources(SphinxTransform):
    """Lead links to files and folders that are no pages to the repository."""

    default_priority = 400

    def apply(self, **kwargs: Any) -> None:
        """Replace the links of one page."""
        for link in [
            *self.document.findall(addnodes.download_reference),
            *self.document.findall(addnodes.pending_xref),
        ]:
            if link.get("reftype") == "myst" and link.get("refdomain") is None:
                _, path = self.env.relfn2path(link["reftarget"], self.env.docname)
                if Path(path).exists():
                    address = source_address(Path(path))
                    link.replace_self(nodes.reference("", "", *link.children, refuri=address))


def source_address(path: Path) -> str:
    """Return where a file or folder is on GitHub."""
    kind = "tree" if path.is_dir() else "blob"
    return f"{repository()}/{kind}/main/{path.relative_to(ROOT).as_posix()}"


def with_hints_for_readers(notebook: str) -> str:
    """Say below each widget what a reader of the site can do, who cannot run its cell."""
    hint = (
        "This is a still. To get sliders, run the chapter in Colab, or use those of the "
        '<a href="../index.html">live network</a>.'
    )
    return notebook.replace(HINT, json.dumps(hint)[1:-1])


class TitlesForFileNames(SphinxTransform):
    """Let links that show the file name of a page, as on GitHub, show its title."""

    default_priority = 400

    def apply(self, **kwargs: Any) -> None:
        """Change the links of one page."""
        for link in self.document.findall(addnodes.pending_xref):
            if re.fullmatch(r"[\w/.]+\.md", link.astext()):
                link["refexplicit"] = False


class BadgesAsText(SphinxTransform):
    """Replace badges, which come from other hosts, by their words: nothing foreign is loaded."""

    default_priority = 400

    def apply(self, **kwargs: Any) -> None:
        """Replace the badges of one page."""
        for image in list(self.document.findall(nodes.image)):
            if image["uri"].startswith("https://"):
                image.parent["classes"].append("badge-link")
                image.replace_self(nodes.Text(image["alt"]))


class ProseWraps(SphinxTransform):
    """Mark printed text without columns: it wraps, and all else scrolls.

    Two spaces between words make a column, and one at the start of a line belongs to what is above.
    """

    default_priority = 400

    def apply(self, **kwargs: Any) -> None:
        """Mark the texts of one page."""
        for block in self.document.findall(nodes.literal_block):
            language = block.get("language", "")
            if language in PRINTED and not re.search(r"(?m)^ |\S {2,}\S", block.astext()):
                block["classes"].append("wraps")


class EnglishWithVersions(SearchEnglish):
    """Index and search numbers with points, such as 4.9, as words; Sphinx drops their parts."""

    _word_re = re.compile(r"\d+(?:\.\d+)+|\w+")
    js_splitter_code = r"""
var splitQuery = (query) => query.match(/\d+(?:\.\d+)+|[\p{L}\p{N}_]+/gu) ?? [];
"""


def describe(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Let the description of a page, which is made after this, begin with its first sentence."""
    if doctree is not None:
        for element in list(doctree.findall(nodes.Element)):
            if isinstance(element, nodes.image) or NOT_TEXT & {*element["classes"]}:
                element.parent.remove(element)


def load_for_one_page(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Load what only one page needs; styles come before there is anything to see."""
    if page == "docs/mistakes/README":
        app.add_js_file("mistakes.js", loading_method="defer")
    if page == "index":
        context["theme_article_header_start"] = [*_START_OF_BAR, "navbar-logo.html"]
        app.add_css_file("front.css")
        app.add_css_file(f"{STATIC.removeprefix('_static/')}/live.css")


def formula(text: str, **attributes: Any) -> str:
    """Return a formula as MathML, which browsers show by themselves."""
    return str(tex2mathml(text, **attributes))


def visit_math(writer: Any, node: nodes.math) -> None:
    """Write a formula that stands in a line."""
    writer.body.append(formula(node.astext()))
    raise nodes.SkipNode


def visit_math_block(writer: Any, node: nodes.math_block) -> None:
    """Write a formula that stands alone."""
    writer.body.append(
        f'<div class="formula" tabindex="0">{formula(node.astext(), as_block=True)}</div>'
    )
    raise nodes.SkipNode


def write_live_network(app: Sphinx, error: Exception | None) -> None:
    """Put what the live network loads beside the built pages."""
    if error is None:
        write_static(Path(app.outdir) / STATIC)


def is_paragraph(node: nodes.Node) -> bool:
    """Say whether a part of a section is plain text."""
    return isinstance(node, nodes.paragraph)


def write_mistakes(app: Sphinx, error: Exception | None) -> None:
    """Write what `mistakes.js` searches of each mistake: where it is, and what is said of it."""
    if error is not None:
        return
    rows = []
    for page in sorted(app.env.found_docs):
        folder, _, name = page.rpartition("/")
        if folder == "docs/mistakes" and name != "README":
            for section in app.env.get_doctree(page).findall(nodes.section):
                texts = [block.astext() for block in section.findall(nodes.literal_block)]
                if isinstance(section.parent, nodes.section) and texts:
                    title = section.next_node(nodes.title)
                    found = (section["ids"][0], title.astext() if title else "")
                    said = [part.astext() for part in section.children if is_paragraph(part)]
                    texts = ["\n".join(texts[:-1]), texts[-1], "\n".join(said)]
                    rows.append([f"{name}.html", *found, *texts])
    path = Path(app.outdir) / "_static" / "mistakes.json"
    path.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")


def lighten(app: Sphinx, error: Exception | None) -> None:
    """Leave out what the theme brings and no page needs.

    The theme draws its icons twice, by a script of 1.5 MB and by fonts. The fonts are enough. On
    every page it loads what only the page of search results uses. And it leaves the choice of
    light or dark to a script, without which links would have no colour: then pages are light.
    """
    if error is not None:
        return
    scripts = Path(app.outdir) / "_static" / "scripts"
    (scripts / "fontawesome.js").write_text("// The fonts draw the icons.\n", encoding="utf-8")
    for source_map in scripts.parent.rglob("*.map"):
        source_map.unlink()
    for page in Path(app.outdir).rglob("*.html"):
        text = page.read_text(encoding="utf-8").replace(
            'data-theme="auto"', 'data-theme="light"', 1
        )
        for theirs, ours in _BUTTONS.items():
            text = text.replace(f'="{theirs}"', f'="{ours}"')
        if page.name != "search.html":
            text = _SEARCHES.sub("", text)
        page.write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register all of it with Sphinx."""
    app.connect("source-read", prepare)
    languages["en"] = EnglishWithVersions
    app.add_transform(LinksToSources)
    app.add_transform(TitlesForFileNames)
    app.add_transform(BadgesAsText)
    app.add_transform(ProseWraps)
    app.add_html_math_renderer("mathml", (visit_math, None), (visit_math_block, None))
    app.connect("html-page-context", describe, priority=400)
    app.connect("html-page-context", load_for_one_page)
    app.connect("build-finished", write_live_network)
    app.connect("build-finished", write_mistakes)
    app.connect("build-finished", lighten)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
