"""Uses of what the engine does not have: each has to be refused."""

from __future__ import annotations

from types import ModuleType

from numbagenn.compat import v4_9


def custom_body(engine: ModuleType) -> None:
    """Describe a neuron with C++ of its own."""
    v4_9.create_custom_neuron_class("cell", custom_body={"get": "{ return 1; }"})


def long_support_code(engine: ModuleType) -> None:
    """Describe a neuron with a function of several statements."""
    code = "SUPPORT_CODE_FUNC scalar f(scalar x) { x += 1; return x; }"
    v4_9.create_custom_neuron_class("cell", support_code=code)


def shared_weights(engine: ModuleType) -> None:
    """Add synapses that share the weights of others."""
    v4_9.GeNNModel().add_slave_synapse_population(
        "slave", "master", 0, "a", "b", "DeltaCurr", {}, {}
    )
