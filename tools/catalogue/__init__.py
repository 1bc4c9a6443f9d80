"""The catalogue of mistakes, and the pages that are made of it: ``docs/mistakes/``.

The mistakes are in ``mistakes/``, a file for each subject. After a docstring, whose first line is
the subject, and the lines that all mistakes of the file share, each mistake is a cell. Sections of
the docstring come last on the page::

    # %% Title of the mistake -> RuntimeError
    what_leads_up_to_it()
    the_mistake()

Its last statement is the one that fails. What real PyGeNN prints instead may come first, as
``# PyGeNN: its words``: the site finds the mistake by them. All start from ``network.py``. In
``*.sh`` a cell is one command, and what is after the arrow is its exit status.
``python -m tools.catalogue`` writes a page for each file, and an index.
"""

from __future__ import annotations

import ast
import contextlib
import io
import re
import shlex
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

from tools.project import ROOT

FOLDER = Path(__file__).parent / "mistakes"
PAGES = ROOT / "docs" / "mistakes"
NETWORK = "network.py"
SUBJECTS = (
    "settings.py",
    "descriptions.py",
    "code.py",
    "populations.py",
    "synapses.py",
    "sparse.py",
    "delays.py",
    "sources.py",
    "initial_values.py",
    "references.py",
    "updates.py",
    "life.py",
    "variables.py",
    "recording.py",
    "api_4_9.py",
    "helpers.py",
    "commands.sh",
)

_CELL = re.compile(
    r"# %% (?P<title>.+) -> (?P<outcome>\w+)\n(?:# PyGeNN: (?P<pygenn>.+)\n)?(?P<code>[^\0]*)"
)

_WRITTEN = "<!-- Written by `python -m tools.catalogue`; edit tools/catalogue/mistakes/{file}. -->"

_INDEX = """\
<!-- Written by `python -m tools.catalogue`. -->
# Error messages and their causes

Wrong input fails at the call that is wrong. The message names the object, what was expected and
what was given, and says what to do. For a mistake in a code string it shows the line, with a caret
under the place. A failed call changes nothing. Fix it and carry on with the same model.

The pages show {count} mistakes, each with the code and with the message as it is printed, and the
message says how to fix the code. A test makes every one of them. To find the cause of a message,
search this folder for a few of its words. On the site, paste the message into the field below. It
may also be what PyGeNN itself prints about a code string or a neuron population.

<!-- find mistakes -->

| page | mistakes |
|---|---:|
{rows}

## The network

```python
{network}
```
"""


@dataclass(frozen=True)
class Subject:
    """A file of mistakes."""

    file: str
    title: str
    about: str
    setup: str
    mistakes: tuple[Mistake, ...]


@dataclass(frozen=True)
class Mistake:
    """One cell: what is done, and the exception or the exit status that it ends in."""

    file: str
    title: str
    outcome: str
    code: str
    setup: str
    pygenn: str | None = None  # what PyGeNN prints

    def __str__(self) -> str:
        return f"{self.file}: {self.title}"

    @property
    def last_lines(self) -> range:
        """Lines of the statement that fails, counted from the first of the cell."""
        last = ast.parse(self.code).body[-1]
        return range(last.lineno, (last.end_lineno or last.lineno) + 1)


@dataclass(frozen=True)
class Made:
    """The result of a mistake: its message, the exception, and the names before and after."""

    message: str
    error: Exception | None
    names: dict[str, Any]
    before: object = None
    after: object = None


def subject(file: str) -> Subject:
    """Read one file."""
    text = (FOLDER / file).read_text(encoding="utf-8")
    head, *cells = re.split(r"^(?=# %% )", text, flags=re.MULTILINE)
    if file.endswith(".sh"):
        title, _, about = "\n".join(line[2:] for line in head.splitlines()).partition("\n")
        setup = ""
    else:
        docstring = ast.get_docstring(ast.parse(head)) or ""
        title, _, about = docstring.partition("\n")
        setup = head.split('"""', 2)[2].strip("\n")
    mistakes = []
    for cell in cells:
        found = _CELL.fullmatch(cell)
        if found is None:
            raise ValueError(f"{file}: not a mistake: {cell}")
        name, outcome, pygenn, code = found.group("title", "outcome", "pygenn", "code")
        mistakes.append(Mistake(file, name, outcome, code.strip("\n"), setup, pygenn))
    return Subject(file, title.rstrip("."), about.strip("\n"), setup, tuple(mistakes))


def network() -> str:
    """Return the code that all mistakes start from."""
    return (FOLDER / NETWORK).read_text(encoding="utf-8").strip("\n")


@contextlib.contextmanager
def _alike_everywhere() -> Iterator[None]:
    """Turn warnings into errors, and pretend that the computer has 16 GB of memory."""
    from numbagenn.base import available_memory as memory

    with warnings.catch_warnings(), patch.object(memory, "total_memory", lambda: 16 * 10**9):
        warnings.simplefilter("error")
        yield


def groups(model: Any) -> list[dict[str, Any]]:
    """Return all that a model is made of."""
    return [
        model.neuron_populations,
        model.synapse_populations,
        model.current_sources,
        model.custom_updates,
    ]


def state(names: dict[str, Any]) -> object:
    """Return all settings of a model, to compare them before and after a call."""
    model = names["model"]
    plain = (int, float, str, bool, type(None))
    return [
        {name: value for name, value in vars(model).items() if isinstance(value, plain)},
        [
            (
                name,
                {key: value for key, value in vars(group).items() if isinstance(value, plain)},
                {key: id(variable.initial) for key, variable in group.vars.items()},
            )
            for table in groups(model)
            for name, group in table.items()
        ],
        None if not model.is_loaded else (model.timestep, model.steps_asked),
    ]


@cache
def make(mistake: Mistake) -> Made:
    """Make a mistake, once, and return the result.

    Raises
    ------
    AssertionError
        If nothing did.
    """
    if mistake.file.endswith(".sh"):
        return _run(mistake)
    names: dict[str, Any] = {"__name__": "__main__"}
    with _alike_everywhere():
        for name, code in ((NETWORK, network()), (mistake.file, mistake.setup)):
            exec(compile(code, name, "exec"), names)
        tree = ast.parse(mistake.code)
        last = tree.body.pop()
        exec(compile(tree, str(mistake), "exec"), names)
        before = state(names)
        try:
            exec(compile(ast.Module([last], []), str(mistake), "exec"), names)
        except Exception as error:
            return Made(str(error.args[0]), error, names, before, state(names))
    raise AssertionError(f"{mistake}: nothing was raised")


def _run(mistake: Mistake) -> Made:
    """Run a command in this process; its message is the last line that it prints as an error."""
    from tutorial_helpers.__main__ import main

    errors, status = io.StringIO(), 0
    arguments = shlex.split(mistake.code.removeprefix("python -m tutorial_helpers"))
    with contextlib.redirect_stderr(errors):
        try:
            status = main(arguments)
        except SystemExit as end:
            status = int(end.code or 0)
    assert str(status) == mistake.outcome, errors.getvalue()
    return Made(errors.getvalue().rstrip("\n").split("\n")[-1], None, {})


def pages() -> dict[str, str]:
    """Return the texts of all files in ``docs/mistakes/``, by their names."""
    subjects = {_page_name(file): subject(file) for file in SUBJECTS}
    rows = [f"| [{one.title}]({name}) | {len(one.mistakes)} |" for name, one in subjects.items()]
    count = sum(len(one.mistakes) for one in subjects.values())
    index = _INDEX.format(count=count, rows="\n".join(rows), network=network())
    return {"README.md": index, **{name: _page(one) for name, one in subjects.items()}}


def _page_name(file: str) -> str:
    return Path(file).with_suffix(".md").name


def _page(subject: Subject) -> str:
    parts = [_WRITTEN.format(file=subject.file), f"# {subject.title}"]
    about, heading, last = subject.about.partition("\n\n## ")
    if about:
        parts.append(about)
    if subject.file.endswith(".py"):
        start = "[this network](README.md#the-network)"
        then = f", and then:\n\n```python\n{subject.setup}\n```" if subject.setup else "."
        parts.append(f"Each example starts from {start}{then}")
    parts += [_entry(mistake) for mistake in subject.mistakes]
    if heading:
        parts.append(f"## {last}")
    return parts[0] + "\n" + "\n\n".join(parts[1:]) + "\n"


def _entry(mistake: Mistake) -> str:
    message = make(mistake).message
    language = "sh" if mistake.file.endswith(".sh") else "python"
    outcome = "" if language == "sh" else f"{mistake.outcome}: "
    elsewhere = f"\n\nPyGeNN prints `{mistake.pygenn}`." if mistake.pygenn else ""
    return (
        f"## {mistake.title}\n\n```{language}\n{mistake.code}\n```\n\n"
        f"```text\n{outcome}{message}\n```{elsewhere}"
    )


def main() -> None:
    """Write all pages, and remove those of files that are gone."""
    written = pages()
    for path in PAGES.glob("*"):
        if path.name not in written:
            path.unlink()
    PAGES.mkdir(exist_ok=True)
    for name, text in written.items():
        (PAGES / name).write_text(text, encoding="utf-8")
    print(f"{PAGES}: {len(written)} pages")
