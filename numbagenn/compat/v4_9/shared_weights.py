"""Populations that share the weights and the connections of another one, as in PyGeNN 4.9."""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

from numbagenn.base.enumerations import VarAccess
from numbagenn.base.wording import capitalised
from numbagenn.compat.v4_9.groups import SynapseGroup
from numbagenn.memory.connections import Connectivity
from numbagenn.memory.variables import ExtraGlobalArray, VariableDict
from numbagenn.network.neuron_groups import NeuronGroup


class SlaveSynapseGroup(SynapseGroup):
    """Synapses whose connections and variables are those of another population, its master.

    It has a postsynaptic model, delays and input of its own.

    Parameters
    ----------
    master
        The other population.
    *arguments
        Those of `SynapseGroup`.
    """

    shares_synapses: ClassVar[bool] = True

    def __init__(self, master: SynapseGroup, *arguments: Any) -> None:
        self._master = master
        super().__init__(*arguments)
        if self.learns_from_spikes:
            self.connections.keep_columns()

    @property
    def weight_sharing_master(self) -> SynapseGroup:  # type: ignore[override]
        """The population whose weights it shares."""
        return self._master

    def _connectivity(self, num_pre: int, num_post: int) -> Connectivity:
        return self._master.connections

    def _synapse_variables(self, *_: Any, **__: Any) -> VariableDict:
        return self._master.vars

    def _create_arrays_and_dynamic_params(self) -> None:
        super()._create_arrays_and_dynamic_params()
        self.extra_global_params = self._master.extra_global_params

    def size_memory(self) -> None:
        """Do nothing: the other population sizes the memory of the synapses."""

    def buffers(self) -> list[Any]:
        """Return the memory of the population, without what the other population has."""
        masters = {id(buffer) for buffer, _ in self._master.buffers()}
        return [entry for entry in super().buffers() if id(entry[0]) not in masters]

    def extra_global_arrays(self) -> list[ExtraGlobalArray]:
        """Return the extra global parameters that the other population does not have."""
        masters = set(map(id, self._master.extra_global_arrays()))
        return [array for array in super().extra_global_arrays() if id(array) not in masters]

    @property
    def max_connections(self) -> int:
        """Largest number of synapses that a presynaptic neuron has, or may have."""
        return self._master.max_connections

    @max_connections.setter
    def max_connections(self, number: int) -> None:
        self._refuse("max_connections")

    @property
    def max_source_connections(self) -> int:
        """Largest number of synapses that a postsynaptic neuron may have."""
        return self._master.max_source_connections

    @max_source_connections.setter
    def max_source_connections(self, number: int) -> None:
        self._refuse("max_source_connections")

    def set_sparse_connections(self, pre_indices: object, post_indices: object) -> None:
        """Refuse: the other population has the connections."""
        self._refuse("set_sparse_connections")

    def _refuse(self, what: str) -> NoReturn:
        raise RuntimeError(
            f"{capitalised(self.title)} shares the synapses of {self._master.title}: use {what} of "
            "that one."
        )


def check_sharing(
    title: str, master: SynapseGroup, source: NeuronGroup, target: NeuronGroup
) -> None:
    """Raise if a population cannot share the weights of another.

    Raises
    ------
    ValueError
        If the sizes differ, or the code of the synapses may change what both would share.
    """
    sizes = [
        (one.num_neurons, two.num_neurons)
        for one, two in ((source, target), (master.src, master.trg))
    ]
    if sizes[0] != sizes[1]:
        raise ValueError(
            f"{capitalised(title)} shares the weights of {master.title}, so it must connect "
            f"{sizes[1][0]} to {sizes[1][1]} neurons, not {sizes[0][0]} to {sizes[0][1]}."
        )
    model = master.weight_update.model
    if model.pre_vars or model.post_vars:
        raise ValueError(
            f"{capitalised(title)} cannot share the weights of {master.title}, because "
            f"{model.title} has presynaptic or postsynaptic variables; add synapses of its own."
        )
    changing = [var.name for var in model.vars if var.access is VarAccess.READ_WRITE]
    if changing:
        raise ValueError(
            f"{capitalised(title)} cannot share variable '{changing[0]}' of {master.title}, which "
            "the code of synapses may change; make it VarAccess_READ_ONLY in "
            f"{model.title}."
        )
