"""What an entry of the ledger is: a feature of PyGeNN, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

Probe = Callable[[ModuleType], Any]

#: What becomes of a feature, and how the page says so. No entry is written as open: it becomes so
#: while a case that shows it is not recorded.
STATUS = {
    "same": "✓",
    "alike": "≈",
    "differs": "≠",
    "absent": "—",
    "open": "?",
}


@dataclass(frozen=True)
class Feature:
    """A feature of PyGeNN, and what numbagenn makes of it.

    Parameters
    ----------
    what
        The feature.
    status
        One of `STATUS`.
    note
        How it differs, or why it is not there.
    cases
        Functions of the recorded cases that show it.
    tests
        Tests that hold it, as ``path::name`` below ``tests``.
    upstream
        PyGeNN's own feature tests of it.
    probes
        Uses of a feature that is absent; each takes the engine, and has to be refused.
    """

    what: str
    status: str
    note: str = ""
    cases: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    upstream: tuple[str, ...] = ()
    probes: tuple[Probe, ...] = ()


def _entry(status: str) -> Callable[..., Feature]:
    def entry(
        what: str, note: str = "", *, cases: str = "", tests: str = "", upstream: str = ""
    ) -> Feature:
        return Feature(
            what, status, note, tuple(cases.split()), tuple(tests.split()), tuple(upstream.split())
        )

    return entry


#: The same bits as PyGeNN, or, where there are no numbers, the same behaviour.
same = _entry("same")
#: Numbers of the same distribution, which are not the same numbers.
alike = _entry("alike")
#: Different on purpose.
differs = _entry("differs")


def absent(what: str, note: str, *probes: Probe, cases: str = "") -> Feature:
    """Not there, which `probes` show."""
    return Feature(what, "absent", note, tuple(cases.split()), probes=probes)
