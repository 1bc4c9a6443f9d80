"""The same code written in another way, and what a model is planned to be.

Comments, white space and brackets must not matter, whatever is in them.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from pycparser import c_ast

from numbagenn import model
from numbagenn.codegen.initialisation import connectivity_code, diagonal_code, value_code
from numbagenn.codegen.plan import make_plan
from numbagenn.compat.v4_9 import connectivity as legacy_connectivity
from numbagenn.compat.v4_9 import descriptions
from numbagenn.language.code_strings import _PREFIX_LINES, EACH_SYNAPSE, CodeString
from numbagenn.memory.buffers import Buffer
from numbagenn.models import entries
from numbagenn.models.descriptions import ToeplitzConnectivityInitSnippet
from numbagenn.models.given_values import VarInit
from numbagenn.network.delays import assign_slots
from numbagenn.runtime.starting_state import kernel_size_for, variable_kind

#: Names that the engine looks for in code.
NAMES = [
    "t",
    "dt",
    "st",
    "id",
    "Isyn",
    "inSyn",
    "batch",
    "num_batch",
    "num_neurons",
    "value",
    "id_pre",
    "id_post",
    "id_syn",
    "num_pre",
    "num_post",
    "id_pre_begin",
    "id_post_begin",
    "st_pre",
    "st_post",
    "prev_st_pre",
    "prev_st_post",
    "set_pre",
    "set_post",
    "prev_set_pre",
    "prev_set_post",
]
#: Calls and assignments that it looks for.
DEEDS = [
    "addToPost(1.0);",
    "addToPostDelay(1.0, 1u);",
    "addToPre(1.0);",
    "injectCurrent(1.0);",
    "addSynapse(0u);",
    "assert(false);",
    "inSyn = 0.0;",
    "Isyn += 1.0;",
    "x /= 2;",
    "value = 1;",
    "gennrand_uniform()",
    "$(t)",
    "$(injectCurrent, 1)",
    'printf("t"',
    "{",
    ")",
]
_COMMENT = " ".join([*NAMES, *DEEDS])
_END = "\n"
_LINE = f" // {_COMMENT}\n"

_TOKEN = re.compile(
    r"//[^\n]*|/\*.*?\*/|\"[^\"\n]*\"|\$\([^)]*\)"
    r"|(?:0[xX][0-9a-fA-F]+|\d+\.?\d*(?:[eE][+-]?\d+)?)\w*|\w+"
    r"|<<=|[-+*/%&|^=!<>]=|\+\+|--|&&|\|\||<<|\s+|.",
    re.DOTALL,
)

Rewriting = Callable[[str, bool], str]


def _between(text: str, *insertions: str) -> str:
    """Return code with something more between any two words or signs, often."""
    chance = random.Random(text)
    pieces = []
    for token in _TOKEN.findall(text):
        pieces.append(token)
        if chance.random() < 0.4 and not token.startswith("//"):
            pieces.append(chance.choice(insertions))
    return "".join(pieces)


def with_comments(text: str, is_condition: bool) -> str:
    """Return code with comments in it, before it and after it, that are full of code."""
    return f"{_LINE}{_between(text, _LINE, ' //;' + _END)} // {_COMMENT}"


def with_block_comments(text: str, is_condition: bool) -> str:
    """Return code with both kinds of comments, as C++ has them."""
    block = f" /* {_COMMENT}\n// */"
    return f"{block}{_between(text, block, _LINE, ' // /*' + _END)} // {_COMMENT}"


def with_white_space(text: str, is_condition: bool) -> str:
    """Return code with more white space."""
    return f"\n\t {_between(text, ' ', _END, chr(9), chr(13) + _END)} \n\n"


def with_brackets(text: str, is_condition: bool) -> str:
    """Return code with brackets around each variable and each number."""
    if "$" in text or CodeString(text, "", of_rows=True).is_blank:
        return text
    places: set[tuple[int, int]] = set()

    def visit(node: c_ast.Node) -> None:
        is_name = isinstance(node, c_ast.ID) and node.name != EACH_SYNAPSE
        is_number = isinstance(node, c_ast.Constant) and node.type != "string"
        # What makes long chains flat is not in the text.
        if (is_name or is_number) and node.coord is not None:
            places.add((node.coord.line - _PREFIX_LINES, node.coord.column))
        for part in (node.args or ()) if isinstance(node, c_ast.FuncCall) else node:
            visit(part)

    visit(CodeString(text, "Code", is_condition, of_rows=True).tree)
    pieces = []
    line, column = 1, 1
    for token in _TOKEN.findall(text):
        pieces.append(f"({token})" if (line, column) in places else token)
        line += token.count("\n")
        column = len(token) - token.rfind("\n") if "\n" in token else column + len(token)
    return "".join(pieces)


def with_all(text: str, is_condition: bool) -> str:
    """Return code with all of that but block comments."""
    for change in (with_brackets, with_comments, with_white_space):
        text = change(text, is_condition)
    return text


@contextmanager
def code_is_written(change: Rewriting) -> Iterator[None]:
    """Have the code strings of all descriptions that are made meanwhile written differently."""
    snippet = entries.code

    def changed(
        title: str, code: Any, what: str, *, is_condition: bool = False, of_rows: bool = False
    ) -> CodeString:
        code = change(code, is_condition) if isinstance(code, str) and code.strip() else code
        return snippet(title, code, what, is_condition=is_condition, of_rows=of_rows)

    with patch.object(entries, "code", changed):
        yield


@contextmanager
def old_code_is_written(change: Rewriting) -> Iterator[None]:
    """Do the same with code strings of PyGeNN 4.9."""

    def changed(title: str, **codes: Any) -> dict[str, Any]:
        return {
            name: change(code, "condition" in name) if isinstance(code, str) else code
            for name, code in codes.items()
        }

    with (
        patch.object(descriptions, "check_codes", changed),
        patch.object(legacy_connectivity, "check_codes", changed),
    ):
        yield


def _memory(buffers: Any) -> list[tuple[Any, ...]]:
    return [
        (one.name, str(one.type), one.count, one.per_batch, one.per_element, one.columns, one.slots)
        for one in buffers
    ]


def plan_of(built: Any) -> dict[str, Any]:
    """Return all that building a model comes to: code, memory, and how they are put together."""
    assign_slots(built.neuron_populations.values(), built.synapse_populations.values())
    plan = make_plan(built)
    groups = built._groups()
    types = built.types
    inits = [
        (
            variable.name,
            variable.initial.snippet,
            (
                types,
                types.resolve(variable.type),
                variable_kind(variable),
                kernel_size_for(variable, variable.initial),
            ),
        )
        for group in groups
        for _, variable in group.buffers()
        if variable is not None and isinstance(variable.initial, VarInit)
    ]
    codes = [(name, value_code(snippet, *kind)) for name, snippet, kind in inits]
    for name, group in built.synapse_populations.items():
        if group.connectivity_init is not None:
            snippet, dims = group.connectivity_init.snippet, len(group.kernel_size)
            is_toeplitz = isinstance(snippet, ToeplitzConnectivityInitSnippet)
            translate = diagonal_code if is_toeplitz else connectivity_code
            codes.append((name, translate(snippet, built.types, dims)))
    return {
        "source": plan.source,
        "arguments": _memory(plan.buffers),
        "recorders": len(plan.recorders),
        "scratch": [(one.dtype, one.shape) for one in plan.scratch],
        "phases": [phase.timer for phase in plan.phases],
        "in_order": plan.in_order,
        "updates": {
            name: {
                key: _memory(value) if isinstance(value, tuple) and value else str(value)
                for key, value in vars(call).items()
                if not isinstance(value, Buffer)
            }
            for name, call in plan.custom_updates.items()
        },
        "memory": {group.name: _memory(group.all_buffers()) for group in groups},
        "spike times": {
            name: (pop.keeps_spike_times, pop.keeps_prev_spike_times)
            for name, pop in built.neuron_populations.items()
        },
        "initialisation": [
            (name, code.lines, code.params, code.result, code.draws, code.arrays)
            for name, code in codes
        ],
    }


class Planned(Exception):  # noqa: N818 - no error
    """Raised instead of building a model, with what it would come to."""


@contextmanager
def planned_only() -> Iterator[None]:
    """Have models planned where they would be built, and that be all."""

    def build(self: Any, *arguments: Any, **keywords: Any) -> None:
        raise Planned(plan_of(self))

    with patch.object(model.GeNNModel, "build", build):
        yield
