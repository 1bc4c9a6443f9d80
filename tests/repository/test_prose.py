"""The project's English: turns of phrase that read as translated, archaic or impatient."""

from __future__ import annotations

import json
import re
import tokenize
from pathlib import Path

import pytest

from tests import ROOT

#: Each regular expression is looked for where a word begins, whatever the case of its letters.
SAY_INSTEAD = {
    r"hardly an": "almost no",
    r"mend(s|ed|ing)?\b": "fix",
    r"anew\b": "again",
    r"screws?\b": "settings",
    r"of equals": "a tie goes to",
    r"first of equals": "in a tie, the first",
    r"nothing of (this|it)\b": "none of this",
    r"for who\b": "for anyone who",
    r"(?<!anyone )who wants to\b": "anyone who wants to",
    r"(can|cannot) be had\b": "get",
    r"has one place\b": "is set in one place",
    r"has one before it\b": "follows another",
    r"is told by\b": "follows from",
    r"so does all else": "everything else does, too",
    r"many a ": "many",
    r"anyhow\b": "in any case",
    r"has this reference since": "has had this reference since",
    r"drowns in": "is too little to measure",
    r"the best of each\b": "we keep the best time of each",
    r"leaves no trace": "changes nothing",
    r"what is it that\b": "what",
    r"that is all there is to it": "nothing: say no more",
    r"(simply|obviously|trivially)\b": "nothing: leave it out",
    r"of course\b": "nothing: leave it out",
}
ANY_OF_THEM = re.compile(rf"\b(?:{'|'.join(SAY_INSTEAD)})", re.IGNORECASE)
THIS_FILE = Path(__file__)  # lists the phrases itself
BESIDE_OUR_TEXT = {"node_modules", "build", "dist"}


def files(pattern: str) -> list[Path]:
    return [
        path
        for path in sorted(ROOT.rglob(pattern))
        if not any(
            part.startswith(".") or part in BESIDE_OUR_TEXT for part in path.relative_to(ROOT).parts
        )
    ]


def words_of_code(path: Path) -> list[str]:
    """Blocks of comments, and strings, docstrings among them."""
    words = [""]
    with tokenize.open(path) as file:
        for token in tokenize.generate_tokens(file.readline):
            if token.type == tokenize.COMMENT:
                words[-1] += " " + token.string.lstrip("#: ")
            elif token.type == tokenize.STRING or tokenize.tok_name[token.type] == "FSTRING_MIDDLE":
                words.append(token.string)
            elif token.type != tokenize.NL:
                words.append("")
    return words


def words_of_document(path: Path) -> list[str]:
    return [path.read_text(encoding="utf-8")]


def words_of_notebook(path: Path) -> list[str]:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]


READERS = {"*.py": words_of_code, "*.md": words_of_document, "*.ipynb": words_of_notebook}
TEXTS = {
    path: read for pattern, read in READERS.items() for path in files(pattern) if path != THIS_FILE
}


def found_in(text: str) -> list[str]:
    """What to say instead, for each phrase in a text, however its lines are broken."""
    line = " ".join(text.split())
    if not ANY_OF_THEM.search(line):
        return []  # as nearly always: one search instead of one for each phrase
    return [
        f"{line[max(0, match.start() - 40) : match.end() + 20]!r} (say: {instead})"
        for phrase, instead in SAY_INSTEAD.items()
        for match in re.finditer(rf"\b{phrase}", line, re.IGNORECASE)
    ]


@pytest.mark.parametrize("folder", sorted({path.relative_to(ROOT).parts[0] for path in TEXTS}))
def test_our_english(folder: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}: {phrase}"
        for path, words in TEXTS.items()
        if path.relative_to(ROOT).parts[0] == folder
        for text in words(path)
        for phrase in found_in(text)
    ]
    assert not found, "\n".join(found)


def test_phrases_are_found_across_lines_and_cases() -> None:
    assert len(found_in("Simply put, it is told\n    by the names.")) == 2
    assert not found_in("We recommend an amendment.")
