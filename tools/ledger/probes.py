"""Small models in which what the engine does not have can be asked for."""

from __future__ import annotations

from types import ModuleType
from typing import Any


class Pair:
    """Two populations that can be connected."""

    def __init__(self, engine: ModuleType) -> None:
        self.engine = engine
        self.model = engine.GeNNModel("float", "pair")
        cell = engine.create_neuron_model("cell", params=["p"], vars=[("V", "scalar")])
        self.source, self.target = (
            self.model.add_neuron_population(name, 2, cell, {"p": 0.0}, {"V": 0.0})
            for name in ("source", "target")
        )

    def connect(self, matrix: str, **attributes: object) -> Any:
        """Add synapses from the one to the other, set what they are given, and return them."""
        group = self.model.add_synapse_population(
            "synapses",
            matrix,
            self.source,
            self.target,
            self.engine.init_weight_update("StaticPulse", {}, {"g": 1.0}),
            self.engine.init_postsynaptic("DeltaCurr"),
        )
        for name, value in attributes.items():
            setattr(group, name, value)
        return group
