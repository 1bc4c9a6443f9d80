"""What Numba knows when it compiles kernels, which is a small part of what it knows by itself.

Numba compiles for a *target*. Ours is this processor, as Numba's own is. It lacks lists, strings,
linear algebra and whatever else no kernel needs, which would take longer to import than the whole
engine. Some of the rest it does in its own way: see `instructions`. Code that users compile with
Numba themselves is not affected.
"""

from __future__ import annotations

from functools import cached_property, partial
from typing import Any

import numba
from numba import types
from numba.core import datamodel, optional, typing  # noqa: F401
from numba.core.cpu import CPUContext
from numba.core.registry import CPUDispatcher, CPUTarget
from numba.core.runtime import rtsys
from numba.core.target_extension import (
    CPU,
    dispatcher_registry,
    jit_registry,
    target_override,
    target_registry,
)
from numba.core.typing import mathdecl, npydecl

# What these define is known as soon as they are imported.
from numba.cpython import (  # noqa: F401
    builtins,
    iterators,
    mathimpl,
    numbers,
    rangeobj,
    tupleobj,
)
from numba.np import arrayobj, npyimpl  # noqa: F401

from numbagenn.kernels import instructions

#: The name of the target.
NAME = "numbagenn"


class _Function(types.Function):  # type: ignore[misc]
    """A function that Numba itself has, such as a sum, with the types of calls that were found.

    Numba would go through all ways to add two numbers again for each sum.
    """

    def __init__(self, template: Any) -> None:
        super().__init__(template)
        self._found: dict[tuple[Any, ...], Any] = {}

    def augment(self, other: Any) -> Any:
        """Return a function with the ways of both."""
        return types.Function(self.templates).augment(other)

    def get_call_type(self, context: Any, args: Any, kws: Any) -> Any:
        """Return the types of a call."""
        if kws:
            return super().get_call_type(context, args, kws)
        given = tuple(args)
        if given not in self._found:
            self._found[given] = super().get_call_type(context, args, kws)
        return self._found[given]


class _TypingContext(typing.Context):  # type: ignore[misc]
    """The types of what kernels call."""

    def __init__(self) -> None:
        super().__init__()
        self._functions_of_numba: dict[Any, _Function] = {}

    def refresh(self) -> None:
        with target_override(NAME):
            super().refresh()

    def _lookup_global(self, gv: Any) -> Any:
        kind = super()._lookup_global(gv)
        if type(kind) is not types.Function:
            return kind
        if kind not in self._functions_of_numba:
            self._functions_of_numba[kind] = _Function(kind.templates)
        return self._functions_of_numba[kind]

    def load_additional_registries(self) -> None:
        # Of two types of the same call, the first one counts.
        for registry in (instructions.TYPES, mathdecl.registry, npydecl.registry):
            self.install_registry(registry)


class _Context(CPUContext):  # type: ignore[misc]
    """The code of what kernels call."""

    def init(self) -> None:
        super().init()
        self.data_model_manager = datamodel.default_manager.copy()
        self.data_model_manager.register(types.Array, instructions.ArrayModel)
        self.data_model_manager.register(_Function, datamodel.models.OpaqueModel)

    def refresh(self) -> None:
        with target_override(NAME):
            super().refresh()
        # Of two ways to do the same thing, the last one counts.
        self.install_registry(instructions.REGISTRY)

    def load_additional_registries(self) -> None:
        rtsys.initialize(self)
        for module in (mathimpl, npyimpl):
            self.install_registry(module.registry)

    def post_lowering(self, mod: Any, library: Any) -> None:
        """Link what counts references only where there are any; the rest of it has other uses."""
        if self.enable_nrt or self.is32bit or self.fastmath:
            super().post_lowering(mod, library)

    def pair_first(self, builder: Any, value: Any, kind: Any) -> Any:
        """Return what an iterator gave."""
        return instructions.part(builder, value, 0)

    def pair_second(self, builder: Any, value: Any, kind: Any) -> Any:
        """Return whether an iterator gave something."""
        return instructions.part(builder, value, 1)


class _Target(CPUTarget):  # type: ignore[misc]
    @cached_property
    def _toplevel_target_context(self) -> _Context:
        return _Context(self.typing_context, self._target_name)

    @cached_property
    def _toplevel_typing_context(self) -> _TypingContext:
        return _TypingContext()


class _Processor(CPU):  # type: ignore[misc]
    """What Numba knows the target by."""


target_registry[NAME] = _Processor


class Dispatcher(CPUDispatcher):  # type: ignore[misc]
    """A function that is compiled for the target."""

    targetdescr = _Target(NAME)


dispatcher_registry[_Processor] = Dispatcher
jit_registry[_Processor] = partial(numba.jit, _target=NAME)

context: _Context = Dispatcher.targetdescr.target_context
