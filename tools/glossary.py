"""The glossary on the site: every word has an address, and the search and other pages lead to it.

On GitHub `docs/glossary.md` is a plain page: a paragraph for each entry, which begins with its
words in bold. Pages link to a word by writing it in italics where they introduce it.
"""

from __future__ import annotations

import re
from itertools import takewhile
from typing import cast

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.domains.std import StandardDomain
from sphinx.transforms import SphinxTransform

PAGE = "docs/glossary"
# What ends the words of an entry: the chapters that introduce them, in brackets, and a full stop.
_END_OF_WORDS = re.compile(r"(?: \(([\d, ]+)\))?\.\s+")


class Entries(SphinxTransform):
    """Make the paragraphs of the glossary a list of definitions, below a row of letters."""

    default_priority = 400

    def apply(self, **kwargs: object) -> None:
        """Replace the paragraphs of the glossary."""
        if self.env.docname != PAGE:
            return
        paragraphs = [
            cast("nodes.paragraph", strong.parent)
            for strong in self.document.findall(nodes.strong)
            if strong.parent.astext().startswith(strong.astext())
        ]
        section = paragraphs[0].parent
        entries = nodes.definition_list(classes=["entries"])
        letters = nodes.paragraph(classes=["letters"])
        section.insert(section.index(paragraphs[0]), [letters, entries])
        shown = ""
        for paragraph in paragraphs:
            section.remove(paragraph)
            entry = self.entry(paragraph)
            entries += entry
            letter = paragraph.astext()[0].upper()
            if letter != shown:
                letters += nodes.reference("", letter, internal=True, refid=entry["ids"][0])
                shown = letter

    def entry(self, paragraph: nodes.paragraph) -> nodes.container:
        """Return what a paragraph says as a term with its definition, registered by its words."""
        head = list(takewhile(lambda node: not _END_OF_WORDS.match(node.astext()), paragraph))
        first, *others = paragraph.children[len(head) :]
        end = cast("re.Match[str]", _END_OF_WORDS.match(first.astext()))
        written = "".join(node.astext() for node in head)
        words = written.lower().split(", ")
        identifier = nodes.make_id(f"term-{words[0]}")
        link = nodes.reference("", "#", refid=identifier, classes=["headerlink"])
        link["reftitle"] = f"Link to {written}"
        text = nodes.paragraph("", "", nodes.Text(first.astext()[end.end() :]), *others)
        return nodes.container(
            "",
            self.index(words, identifier),
            nodes.term("", written, *self.chapters(end[1]), link),
            nodes.definition("", text),
            ids=[identifier],
        )

    def index(self, words: list[str], identifier: str) -> addnodes.index:
        """Register words for links, and return a node that registers them for the search."""
        domain = cast("StandardDomain", self.env.get_domain("std"))
        forms = [form for word in words for form in (word, f"{word}s")]
        for form in forms:
            domain.note_object("term", form, identifier, location=self.document)
        entries = [("single", form, identifier, "main", None) for form in forms]
        return addnodes.index(entries=entries)

    def chapters(self, numbers: str | None) -> list[nodes.Node]:
        """Return the numbers of chapters, in brackets, as links."""
        if numbers is None:
            return []
        links: list[nodes.Node] = [nodes.Text(" (")]
        for number in numbers.split(", "):
            start = f"notebooks/{number}_"
            (page,) = (name for name in self.env.found_docs if name.startswith(start))
            link = addnodes.pending_xref(refdomain="std", reftype="doc", reftarget=f"/{page}")
            link.attributes |= {"refexplicit": True, "refdoc": PAGE}
            link += nodes.inline("", number)
            links += [link, nodes.Text(", ")]
        return [*links[:-1], nodes.Text(")")]


class LinksToEntries(SphinxTransform):
    """Link a word in italics to the glossary, where a page has it for the first time.

    Sphinx leaves those as they are that it does not find there.
    """

    default_priority = 401  # after the glossary has got its form

    def apply(self, **kwargs: object) -> None:
        """Link the words of one page."""
        seen = set()
        for emphasis in list(self.document.findall(nodes.emphasis)):
            word = emphasis.astext().lower()
            linked = isinstance(emphasis.parent, (nodes.reference, addnodes.pending_xref))
            if word not in seen and not linked:
                link = addnodes.pending_xref(refdomain="std", reftype="term", reftarget=word)
                link["refdoc"] = self.env.docname
                emphasis.replace_self(link)
                link += emphasis
            seen.add(word)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register both with Sphinx."""
    app.add_transform(Entries)
    app.add_transform(LinksToEntries)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
