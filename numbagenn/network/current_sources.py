"""Sources of current for populations of neurons."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from numbagenn.memory.buffers import Buffer
from numbagenn.memory.dynamic_parameters import DynamicParams
from numbagenn.memory.variables import Variable
from numbagenn.models.descriptions import CurrentSourceModel
from numbagenn.network.bound_model import BoundModel
from numbagenn.network.groups import GroupOfOneModel, OwningModel, ParamDict, Values
from numbagenn.network.neuron_groups import NeuronGroup, check_input


class CurrentSource(GroupOfOneModel):
    """A source of current for a population, made by `GeNNModel.add_current_source`."""

    kind = "current source"
    model: CurrentSourceModel

    def __init__(
        self,
        model: OwningModel,
        name: str,
        source: CurrentSourceModel,
        pop: NeuronGroup,
        params: Mapping[str, float],
        initial: Values,
        references: Mapping[str, str],
    ) -> None:
        super().__init__(model, name)
        self.model = source
        #: Population that the source drives.
        self.target_pop = pop
        #: Parameters by name.
        self.params = ParamDict(self.title, params)
        #: Variables by name.
        self.vars = self._variables(source.vars, initial, pop.num_neurons)
        self.extra_global_params = self._arrays(source)
        self._dynamic_params[""] = DynamicParams(self.title, name, source, self.params)
        self.references = MappingProxyType(dict(references))
        self._target_var = "Isyn"
        self._complete = True

    @property
    def target_var(self) -> str:
        """Name of the input of the neurons that the source drives."""
        return self._target_var

    @target_var.setter
    def target_var(self, name: str) -> None:
        self.genn_model.refuse_if_built(f"set target_var of {self.title}")
        check_input(self.target_pop, name)
        self._target_var = name

    def buffers(self) -> list[tuple[Buffer, Variable | None]]:
        """Return the memory of the source."""
        return [(variable.buffer, variable) for variable in self.vars.values()]

    def bound(self) -> BoundModel[CurrentSourceModel]:
        """Return the model with its values and memory."""
        variables = {**self.vars, **self.extra_global_params}
        return self._bound(f"{self.name}_", self.model, self.params, variables, self.references)
