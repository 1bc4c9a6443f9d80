"""Names that generated code uses for itself are kept from models."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

import pytest

import numbagenn as engine
from numbagenn import model
from numbagenn.codegen.initialisation import connectivity_module, diagonal_module, value_module
from numbagenn.codegen.plan import make_plan
from numbagenn.codegen.rendering import rendered
from numbagenn.codegen.reserved_names import INITIALISER_NAMES, LOOP_NAMES, SIMULATE_NAMES
from numbagenn.language.kernel_names import FAULTS, IMPORTED, IMPORTS
from numbagenn.language.symbols import Namer
from numbagenn.models.given_values import ToeplitzInit, VarInit
from numbagenn.network.delays import assign_slots
from numbagenn.runtime.starting_state import kernel_size_for, variable_kind
from tests import a_few
from tests.conformance.cases import CASES
from tests.numbagenn.language.disturbed_code import Planned

# Which names are kept in a function; all others run code of neurons, synapses or updates.
KEPT = {
    "simulate": SIMULATE_NAMES,
    "initialise": INITIALISER_NAMES,
    "connect": INITIALISER_NAMES,
}
#: Functions without any code of models.
WITHOUT_CODE = {"add_synapse", "place_in_kernel", "count_synapse"}


def sources(built: Any) -> Iterator[str]:
    """Yield the text of all modules that a model needs."""
    assign_slots(built.neuron_populations.values(), built.synapse_populations.values())
    yield make_plan(built).source
    types = built.types
    for group in built._groups():
        for _, variable in group.buffers():
            if variable is not None and isinstance(variable.initial, VarInit):
                ctype, kind = types.resolve(variable.type), variable_kind(variable)
                size = kernel_size_for(variable, variable.initial)
                yield value_module(variable.initial.snippet, types, ctype, kind, size).source
    for group in built.synapse_populations.values():
        init, dims = group.connectivity_init, len(group.kernel_size)
        if isinstance(init, ToeplitzInit):
            yield diagonal_module(init.snippet, types, dims).source
        elif init is not None:
            yield connectivity_module(init.snippet, types, dims).source


def unreserved(source: str, given: set[str]) -> set[tuple[str, str]]:
    """Return the names of a module that were neither given out nor are kept, by function."""
    found = set()
    for function in ast.parse(source).body:
        if not isinstance(function, ast.FunctionDef) or function.name in WITHOUT_CODE:
            continue
        kept = {*KEPT.get(function.name, LOOP_NAMES), *given, FAULTS}
        bound = {node.arg for node in ast.walk(function) if isinstance(node, ast.arg)}
        for node in ast.walk(function):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                bound.add(node.id)
        found |= {(function.name, name) for name in bound - kept}
        numbered = function.name.startswith(("custom_update_", "connectivity_update_"))
        if function.name not in {*KEPT, *given} and not numbered:
            found.add(("", function.name))
    return found


@pytest.mark.parametrize(("batch_size", "optimize_code"), a_few([(1, False), (3, True)]))
def test_all_names_in_generated_code_are_kept_or_given_out(
    monkeypatch: pytest.MonkeyPatch, batch_size: int, optimize_code: bool
) -> None:
    """A template that calls something by a name of its own could take that of a variable."""
    given: set[str] = set()
    found: set[tuple[str, str]] = set()
    unique = Namer.unique

    def noted(self: Namer, wish: str) -> str:
        name = unique(self, wish)
        given.add(name)
        return name

    def build(self: Any) -> None:
        self._batch_size, self._optimize_code = batch_size, optimize_code
        for source in sources(self):
            found.update(unreserved(source, given))
        raise Planned

    monkeypatch.setattr(Namer, "unique", noted)
    monkeypatch.setattr(model.GeNNModel, "build", build)
    for run in {case.function: case.run for case in CASES.values()}.values():
        given.clear()
        try:
            run(engine)
        except (Planned, ValueError):  # the engine refuses what one of the cases is about
            continue
    assert not found, sorted(found)


def test_imported_names_are_kept() -> None:
    imported = {
        alias.asname or alias.name
        for node in ast.parse(rendered("imports.jinja", title="All", imports=IMPORTS)).body
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for alias in node.names
    }
    assert imported == {*IMPORTED}
    namer = Namer()
    assert not {name for name in imported if namer.unique(name) == name}
