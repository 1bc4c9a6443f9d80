"""Uses of what the engine does not have: each has to be refused."""

from __future__ import annotations

from types import ModuleType

from numbagenn.compat import v4_9


def custom_body(engine: ModuleType) -> None:
    """Describe a neuron with C++ of its own."""
    v4_9.create_custom_neuron_class("cell", custom_body={"get": "{ return 1; }"})


def pointers_in_support_code(engine: ModuleType) -> None:
    """Describe a neuron with a function of a pointer."""
    code = "SUPPORT_CODE_FUNC scalar first(const scalar *x) { return x[0]; }"
    v4_9.create_custom_neuron_class("cell", support_code=code)
