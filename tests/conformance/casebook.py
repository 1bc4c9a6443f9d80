"""The table of conformance cases, and how a function gets into it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from types import ModuleType
from typing import Any

import numpy as np

Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class Case:
    """One network in one precision.

    Parameters
    ----------
    name
        The name of its recording.
    function
        The name of the function, which is the same in every precision.
    run
        Builds and runs the network with the module it is given.
    needs
        A name that the module must export; the release 5.4.0 lacks some that came right after it.
    """

    name: str
    function: str
    run: Callable[[ModuleType], Arrays]
    needs: str | None = None


CASES: dict[str, Case] = {}


def case(*precisions: str, needs: str | None = None) -> Callable[[Callable[..., Arrays]], Any]:
    """Enter a function ``(pygenn, name, precision)`` into the table, once per precision."""

    def enter(function: Callable[..., Arrays]) -> Callable[..., Arrays]:
        for precision in precisions:
            name = f"{function.__name__}_{precision}"
            run = partial(function, name=name, precision=precision)
            CASES[name] = Case(name, function.__name__, run, needs)
        return function

    return enter
