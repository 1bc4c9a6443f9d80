"""What the site needs beyond Sphinx's extensions; `docs/conf.py` lists it as one of them.

The pages are the repository's own Markdown and notebooks, written to be read on GitHub. Nothing of
them is edited for the site: what has to differ is changed here, while Sphinx reads them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

from numbagenn.models.builtin_models import FAMILIES
from tools.live_data import STATIC, write_static
from tools.project import ROOT, repository, site
from tutorial_helpers.widgets.panel import HINT

NOT_TEXT = {"badge-link", "headerlink", "letters"}  # what no description of a page begins with
SET_UP = "hide-input"  # the tag that makes MyST-NB fold a cell

# What stands in the place of a comment. On GitHub a comment is not shown.
_LIVE_NETWORK = "```{raw} html\n:file: docs/live/live.html\n```"
_TITLE_OF_README = "# Install and run"
_PAGES_OF_MISTAKES = "```{toctree}\n:hidden:\n:glob:\n\n*\n```"


def prepare(app: Sphinx, docname: str, source: list[str]) -> None:
    """Change the text of a page before it is parsed."""
    path = app.env.doc2path(docname)
    if path.suffix == ".ipynb":
        source[0] = with_folded_cells(with_hints_for_readers(source[0]))
    elif docname == "README":
        _, _, text = source[0].partition("\n")
        source[0] = f"{_TITLE_OF_README}\n{text}".replace(f"]({site()})", "](index.md)")
    elif docname == "index":
        source[0] = source[0].replace("<!-- live network -->", _LIVE_NETWORK)
    elif docname == "docs/api/numbagenn":
        source[0] = source[0].replace("<!-- built-in models -->", built_in_models())
    elif docname == "docs/mistakes/README":
        source[0] += f"\n{_PAGES_OF_MISTAKES}\n"


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


class BadgesAsText(SphinxTransform):
    """Replace badges, which come from other hosts, by their words: nothing foreign is loaded."""

    default_priority = 400

    def apply(self, **kwargs: Any) -> None:
        """Replace the badges of one page."""
        for image in list(self.document.findall(nodes.image)):
            if image["uri"].startswith("https://"):
                image.parent["classes"].append("badge-link")
                image.replace_self(nodes.Text(image["alt"]))


def describe(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Let the description of a page, which is made after this, begin with its first sentence."""
    if doctree is not None:
        for element in list(doctree.findall(nodes.Element)):
            if isinstance(element, nodes.image) or NOT_TEXT & {*element["classes"]}:
                element.parent.remove(element)


def style_front_page(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Load the styles that only the front page needs, before there is anything to see."""
    if page == "index":
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


def lighten(app: Sphinx, error: Exception | None) -> None:
    """Leave out what the theme brings and no page needs.

    The theme draws its icons twice, by a script of 1.5 MB and by fonts. The fonts are enough.
    """
    if error is None:
        scripts = Path(app.outdir) / "_static" / "scripts"
        (scripts / "fontawesome.js").write_text("// The fonts draw the icons.\n", encoding="utf-8")
        for source_map in scripts.glob("*.map"):
            source_map.unlink()


def setup(app: Sphinx) -> dict[str, bool]:
    """Register all of it with Sphinx."""
    app.connect("source-read", prepare)
    app.add_transform(LinksToSources)
    app.add_transform(BadgesAsText)
    app.add_html_math_renderer("mathml", (visit_math, None), (visit_math_block, None))
    app.connect("html-page-context", describe, priority=400)
    app.connect("html-page-context", style_front_page)
    app.connect("build-finished", write_live_network)
    app.connect("build-finished", lighten)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
