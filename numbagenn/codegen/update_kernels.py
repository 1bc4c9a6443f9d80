"""Kernels of custom updates and of custom connectivity updates: those that are alike share one.

Compiling a kernel takes about a tenth of a second, so updates whose text is the same have one, and
so do many updates that differ in nothing but the numbers in it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from numbagenn.codegen.loop_builder import Constant

# Up to so many updates that differ only in their parameters have a kernel each: the compiler makes
# better code where it knows all numbers.
_MOST_VARIANTS = 3

Update = TypeVar("Update", bound=Hashable)


@dataclass(frozen=True, kw_only=True)
class UpdateKernel:
    """The text of a kernel, but for its name.

    Parameters
    ----------
    parameters, signature
        Text of its parameters and of their types.
    allocates
        Whether it makes arrays of its own.
    body
        Its text below the line with its name.
    """

    parameters: str
    signature: str
    allocates: bool = False
    body: str

    def taking(self, constants: Mapping[str, Constant]) -> UpdateKernel:
        """Return the kernel that takes numbers which this one defines."""
        body = self.body
        for name, constant in constants.items():
            line = re.escape(f"{name} = {constant.text}")
            body = re.sub(rf"^ *{line}\n", "", body, count=1, flags=re.MULTILINE)
        types = [constant.type.signature_name for constant in constants.values()]
        return replace(
            self,
            parameters=", ".join([self.parameters, *constants]),
            signature=", ".join([self.signature, *types]),
            body=body,
        )


def kernels_shared(
    made: Mapping[Update, tuple[UpdateKernel, Mapping[str, Constant]]], prefix: str
) -> tuple[dict[str, UpdateKernel], dict[Update, tuple[str, tuple[np.generic, ...]]]]:
    """Return kernels by name, and for each update the name of its own and the numbers it takes.

    Parameters
    ----------
    made
        A kernel for each update, and the numbers that it defines, by their names in it.
    prefix
        What all names begin with.
    """
    general = {update: kernel.taking(constants) for update, (kernel, constants) in made.items()}
    variants = defaultdict(set)
    for update, kernel in general.items():
        variants[kernel].add(made[update][0])
    names: dict[UpdateKernel, str] = {}
    calls = {}
    for update, (kernel, constants) in made.items():
        numbers: tuple[np.generic, ...] = ()
        if len(variants[general[update]]) > _MOST_VARIANTS:
            kernel = general[update]
            numbers = tuple(constant.number for constant in constants.values())
        calls[update] = names.setdefault(kernel, f"{prefix}_{len(names) + 1}"), numbers
    return {name: kernel for kernel, name in names.items()}, calls
