"""Populations of synapses: their connections, delays, events and the two models that they use."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NoReturn

import numpy as np

from numbagenn.base.array_conventions import Array
from numbagenn.base.enumerations import (
    ParallelismHint,
    SynapseMatrixConnectivity,
    SynapseMatrixType,
    SynapseMatrixWeight,
    VarLocation,
)
from numbagenn.base.number_checks import LARGEST_COUNT, checked_integer
from numbagenn.base.types import SCALAR
from numbagenn.language.code_strings import CodeString
from numbagenn.language.usage import Usage
from numbagenn.memory.buffers import Buffer
from numbagenn.memory.connections import (
    Connectivity,
    DenseConnectivity,
    SharedConnectivity,
    SparseConnectivity,
)
from numbagenn.memory.dynamic_parameters import DynamicParams
from numbagenn.memory.events import Events, EventSide, make_events
from numbagenn.memory.variables import (
    ExtraGlobalArray,
    ExtraGlobalArrayDict,
    KernelSize,
    Variable,
)
from numbagenn.models.connection_limits import kernel_size, max_column_length, max_row_length
from numbagenn.models.descriptions import (
    PostsynapticModel,
    SparseConnectivityInitSnippet,
    ToeplitzConnectivityInitSnippet,
    WeightUpdateModel,
)
from numbagenn.models.given_values import (
    ConnectivityInit,
    PostsynapticInit,
    ToeplitzInit,
    WeightUpdateInit,
)
from numbagenn.network.bound_model import BoundModel
from numbagenn.network.groups import Group, OwningModel
from numbagenn.network.locations import checked_member, location_of
from numbagenn.network.neuron_groups import NeuronGroup, check_input


@dataclass(frozen=True, kw_only=True)
class SynapseReferences:
    """Targets of the local references of a synapse population: names of variables by reference.

    Parameters
    ----------
    psm
        References of the postsynaptic model to variables of the postsynaptic neuron.
    pre, post
        References of the weight update model to variables of the presynaptic and of the
        postsynaptic neuron.
    post_psm
        References of the weight update model to variables of the postsynaptic model.
    """

    psm: Mapping[str, str]
    pre: Mapping[str, str]
    post: Mapping[str, str]
    post_psm: Mapping[str, str]


_BLANK = CodeString("", "")
_UNINITIALISED = ConnectivityInit(
    SparseConnectivityInitSnippet(
        class_name="Uninitialised",
        params=(),
        vars=(),
        derived_params=(),
        row_build_code=_BLANK,
        col_build_code=_BLANK,
        calc_max_row_len_func=None,
        calc_max_col_len_func=None,
    ),
    {},
)

_UNINITIALISED_DIAGONALS = ToeplitzInit(
    ToeplitzConnectivityInitSnippet(
        class_name="Uninitialised",
        params=(),
        vars=(),
        derived_params=(),
        diagonal_build_code=_BLANK,
        calc_max_row_len_func=None,
        calc_kernel_size_func=None,
    ),
    {},
)


class SynapseGroup(Group):
    """Synapses from one population to another, made by `GeNNModel.add_synapse_population`."""

    kind = "synapse population"
    output_location = location_of("the input of the postsynaptic neurons")
    dendritic_delay_location = location_of("the input for later steps")
    sparse_connectivity_location = location_of("the connectivity")
    #: Extra global parameters of the postsynaptic model by name.
    psm_extra_global_params: ExtraGlobalArrayDict
    #: Extra global parameters of the snippet that builds the connections by name.
    connectivity_extra_global_params: ExtraGlobalArrayDict
    # The value of `max_dendritic_delay_timesteps` until it is set; None where it must be set.
    default_dendritic_delay_timesteps: ClassVar[int | None] = None
    #: Whether the connections and the variables of the synapses are those of another population.
    shares_synapses: ClassVar[bool] = False

    def __init__(
        self,
        model: OwningModel,
        name: str,
        matrix_type: SynapseMatrixType,
        src: NeuronGroup,
        trg: NeuronGroup,
        weight_update: WeightUpdateInit,
        postsynaptic: PostsynapticInit,
        references: SynapseReferences,
        connectivity_init: ConnectivityInit | ToeplitzInit | None = None,
    ) -> None:
        super().__init__(model, name)
        #: Presynaptic population.
        self.src = src
        #: Postsynaptic population.
        self.trg = trg
        #: How the connections are stored.
        self.matrix_type = matrix_type
        self.weight_update = weight_update
        self.postsynaptic = postsynaptic
        self.references = references
        self.connectivity_init = connectivity_init
        num_pre, num_post = src.num_neurons, trg.num_neurons
        if connectivity_init is not None:
            # This call is where a user learns that calc_max_row_len_func is wrong.
            max_row_length(connectivity_init, num_pre, num_post)
        self._kernel_size = kernel_size(connectivity_init)
        wum, psm = weight_update.model, postsynaptic.model
        #: Spike-like events of each side for which the model has a condition.
        self.events = self._events(num_pre, num_post)
        self.connections = self._connectivity(num_pre, num_post)
        #: Variables of the weight update model, one value for each synapse, by name.
        self.vars = self._synapse_variables(
            wum.vars,
            weight_update.vars,
            self.connections,
            self.shared_kernel,
            computed=self.computes_weights,
        )
        #: Variables of the weight update model that each presynaptic neuron has, by name.
        self.pre_vars = self._variables(
            wum.pre_vars, weight_update.pre_vars, num_pre, prefix="pre_"
        )
        #: Variables of the weight update model that each postsynaptic neuron has, by name.
        self.post_vars = self._variables(
            wum.post_vars, weight_update.post_vars, num_post, prefix="post_"
        )
        #: Variables of the postsynaptic model by name.
        self.psm_vars = self._variables(psm.vars, postsynaptic.vars, num_post, prefix="psm_")
        out_post = Buffer(f"{name}_out_post", SCALAR, num_post)
        self.own_out_post = self._built_in(_OutPost, "out_post", out_post)
        self.own_den_delay = Buffer(f"{name}_den_delay", SCALAR, num_post)
        self.own_out_pre = Buffer(f"{name}_out_pre", SCALAR, num_pre)
        self._create_arrays_and_dynamic_params()
        self.borrowed = self._borrowed_memory()
        self._post_target_var = "Isyn"
        self._pre_target_var = "Isyn"
        self._axonal_delay_steps = 0
        self._back_prop_delay_steps = 0
        self._max_dendritic_delay_timesteps = self.default_dendritic_delay_timesteps
        self._max_connections: int | None = None
        self._max_source_connections: int | None = None
        self._parallelism_hint = ParallelismHint.POSTSYNAPTIC
        self._num_threads_per_spike = 1
        self._narrow_sparse_ind_enabled = model.default_narrow_sparse_ind_enabled
        self.sparse_connectivity_location = model.default_sparse_connectivity_location
        self._complete = True

    def _events(self, num_pre: int, num_post: int) -> Mapping[EventSide, Events]:
        """Return the memory of the events of both sides."""
        return make_events(
            self.weight_update.model,
            self.name,
            self.title,
            {"pre": num_pre, "post": num_post},
            neurons_ask=self.src.model.knows_events,
        )

    def _connectivity(self, num_pre: int, num_post: int) -> Connectivity:
        """Return the connections of the synapses, of which only a matrix is known so far."""
        matrix_type = self.matrix_type
        if matrix_type & SynapseMatrixConnectivity.DENSE:
            return DenseConnectivity(num_pre, num_post)
        if matrix_type & SynapseMatrixWeight.KERNEL:
            return SharedConnectivity(self.title, self.name, num_pre, num_post)
        return SparseConnectivity(
            self.title,
            self.name,
            num_pre,
            num_post,
            has_columns="post" in self.events or self.learns_from_spikes,
            are_bits=bool(matrix_type & SynapseMatrixConnectivity.BITMASK),
        )

    def _create_arrays_and_dynamic_params(self) -> None:
        weight_update, postsynaptic = self.weight_update, self.postsynaptic
        self.extra_global_params = self._arrays(weight_update.model)
        self.psm_extra_global_params = self._arrays(postsynaptic.model, f"{self.name}_psm")
        self.connectivity_extra_global_params = ExtraGlobalArrayDict(self.title)
        if self.connectivity_init is not None:
            self.connectivity_extra_global_params = self._arrays(
                self.connectivity_init.snippet, f"{self.name}_connectivity"
            )
        for which, init in (("weight update", weight_update), ("postsynaptic", postsynaptic)):
            params = DynamicParams(self.title, self.name, init.model, init.params)
            self._dynamic_params[which] = params

    def _borrowed_memory(self) -> frozenset[Buffer]:
        """Return the spike times of neurons that the code of the synapses reads."""
        model = self.weight_update.model
        borrowed = set()
        for side, population in (("pre", self.src), ("post", self.trg)):
            built_in = model.built_in(model.synapse_usage | model.neuron_usage(side))
            if f"st_{side}" in built_in:
                borrowed.add(population.spike_time_buffer)
            if f"prev_st_{side}" in built_in:
                borrowed.add(population.prev_spike_time_buffer)
        return frozenset(borrowed)

    # What users set before the model is built ---------------------------------------------------

    @property
    def post_target_var(self) -> str:
        """Name of the input of the postsynaptic neurons that the synapses drive."""
        return self._post_target_var

    @post_target_var.setter
    def post_target_var(self, name: str) -> None:
        self.genn_model.refuse_if_built(f"set post_target_var of {self.title}")
        check_input(self.trg, name)
        self._post_target_var = name

    @property
    def pre_target_var(self) -> str:
        """Name of the input of the presynaptic neurons that ``addToPre`` drives."""
        return self._pre_target_var

    @pre_target_var.setter
    def pre_target_var(self, name: str) -> None:
        self.genn_model.refuse_if_built(f"set pre_target_var of {self.title}")
        check_input(self.src, name)
        self._pre_target_var = name

    @property
    def axonal_delay_steps(self) -> int:
        """Steps by which spikes are delayed beyond the one that every synapse takes."""
        return self._axonal_delay_steps

    @axonal_delay_steps.setter
    def axonal_delay_steps(self, steps: int) -> None:
        self._axonal_delay_steps = self._steps("axonal_delay_steps", steps, 0)

    @property
    def back_prop_delay_steps(self) -> int:
        """Steps by which the synapses see the postsynaptic neurons later than other synapses do.

        Their spikes, events and variables are delayed, for all code of the synapses.
        """
        return self._back_prop_delay_steps

    @back_prop_delay_steps.setter
    def back_prop_delay_steps(self, steps: int) -> None:
        self._back_prop_delay_steps = self._steps("back_prop_delay_steps", steps, 0)

    def delay_steps(self, side: EventSide) -> int:
        """Return the delay with which the synapses see the neurons on one side."""
        return self._axonal_delay_steps if side == "pre" else self._back_prop_delay_steps

    @property
    def max_dendritic_delay_timesteps(self) -> int:
        """Number of steps that ``addToPostDelay`` can address; every delay is smaller than this.

        Where code takes earlier values of postsynaptic variables, as ``x[delay]``, it is the
        longest such delay. To be set before the model is built, if the code does either; 1 if it
        does not.
        """
        return self._max_dendritic_delay_timesteps or 1

    @max_dendritic_delay_timesteps.setter
    def max_dendritic_delay_timesteps(self, steps: int) -> None:
        self._max_dendritic_delay_timesteps = self._steps("max_dendritic_delay_timesteps", steps, 1)

    def _steps(self, name: str, steps: object, least: int) -> int:
        self.genn_model.refuse_if_built(f"set {name} of {self.title}")
        what = f"{name} of {self.title}"
        return checked_integer(what, steps, least, LARGEST_COUNT, error=TypeError)

    def check_dendritic_delays(self) -> None:
        """Raise if code uses later or earlier steps and the number of these is not set.

        Raises
        ------
        RuntimeError
            If `max_dendritic_delay_timesteps` is not set.
        """
        if self._max_dendritic_delay_timesteps is not None:
            return
        if "addToPostDelay" in self.usage.called:
            raise RuntimeError(
                f"The code of {self.title} calls addToPostDelay, but maximum dendritic delay "
                "timesteps has not been set: set its max_dendritic_delay_timesteps to one more "
                "than its longest delay."
            )
        if self.indexed_variables:
            name = min(self.indexed_variables)
            raise RuntimeError(
                f"The code of {self.title} takes earlier values of {name}, as {name}[delay], but "
                "maximum dendritic delay timesteps has not been set: set its "
                "max_dendritic_delay_timesteps to its longest delay, or 1."
            )

    # Connectivity -------------------------------------------------------------------------------

    def _sparse(self, action: str) -> SparseConnectivity:
        if self.matrix_type is not SynapseMatrixType.SPARSE:
            raise RuntimeError(
                f"{action} only supports SPARSE connectivity, and {self.title} is "
                f"{self.matrix_type.name}; add it as 'SPARSE'."
            )
        assert isinstance(self.connections, SparseConnectivity)
        return self.connections

    def set_sparse_connections(self, pre_indices: object, post_indices: object) -> None:
        """Give the connections of sparse synapses: one for each pair of indices.

        Parameters
        ----------
        pre_indices, post_indices
            Index of the presynaptic and of the postsynaptic neuron of each synapse. Synapses are
            stored ordered by these; initial values of variables are in the order given here.

        Raises
        ------
        RuntimeError
            If the synapses are dense, or the model is loaded.
        TypeError, ValueError
            If the indices are not integers, differ in number, or are out of range.
        """
        connectivity = self._sparse("set_sparse_connections")
        if self.genn_model.is_loaded:
            raise RuntimeError(
                f"The connections of {self.title} cannot be set while the model is loaded; do it "
                "before model.load()."
            )
        connectivity.give(pre_indices, post_indices)
        # As in PyGeNN, it can be set to more afterwards.
        self._max_connections = None

    @property
    def synapse_order(self) -> Array | None:
        """Position of each stored connection in the list that the user gave; None without one."""
        return self._sparse("synapse_order").order

    @property
    def is_changeable(self) -> bool:
        """Whether an update can add or remove synapses while the model is loaded."""
        return self.genn_model.can_change(self)

    @property
    def row_stride(self) -> int:
        """Number of synapses that each row has room for, where updates can add some."""
        connections = self._sparse("row_stride")
        least = connections.longest_given_row
        if self.connectivity_init is not None and not connections.is_given:
            sizes = self.src.num_neurons, self.trg.num_neurons
            least = max_row_length(self.connectivity_init, *sizes)
        return max(self._max_connections or 0, least, 1)

    @property
    def max_connections(self) -> int:
        """Largest number of synapses that a presynaptic neuron has, or may have."""
        if self._max_connections is not None:
            return self._max_connections
        if self.is_changeable:
            return self.row_stride
        if self.matrix_type & SynapseMatrixConnectivity.BITMASK:
            return self.trg.num_neurons
        num_pre, num_post = self.src.num_neurons, self.trg.num_neurons
        if isinstance(self.connectivity_init, ToeplitzInit) or (
            not self.connections.is_known and self.connectivity_init is not None
        ):
            return max_row_length(self.connectivity_init, num_pre, num_post)
        return self.connections.longest_row or num_post

    @max_connections.setter
    def max_connections(self, number: int) -> None:
        self._sparse("max_connections")
        self._max_connections = self._steps("max_connections", number, 1)

    def get_sparse_pre_inds(self) -> Array:
        """Return the presynaptic neuron of each sparse synapse, in the order of storage."""
        pre, _ = self._sparse("get_sparse_pre_inds").indices()
        return pre.astype(np.int64)

    def get_sparse_post_inds(self) -> Array:
        """Return the postsynaptic neuron of each sparse synapse, in the order of storage.

        Indices that were given have the type in which they came, and all others one without a sign.
        """
        connections = self._sparse("get_sparse_post_inds")
        _, post = connections.indices()
        if connections.is_given and not self.is_changeable:
            return post.astype(connections.type_of_given)
        narrow = self._narrow_sparse_ind_enabled
        return post.astype(_narrowest(self.trg.num_neurons) if narrow else np.uint32)

    def pull_connectivity_from_device(self) -> None:
        """Let `get_sparse_pre_inds` and `get_sparse_post_inds` see what was made on the device."""
        if self.matrix_type & SynapseMatrixConnectivity.BITMASK:
            return
        self._loaded_sparse("pull_connectivity_from_device").pull()

    def push_connectivity_to_device(self) -> None:
        """Do nothing: the connectivity on the device is the one that was given."""
        self._loaded_sparse("push_connectivity_to_device")

    def _loaded_sparse(self, action: str) -> SparseConnectivity:
        connectivity = self._sparse(action)
        if not self.genn_model.is_loaded:
            raise RuntimeError(
                f"{action} of {self.title} needs a loaded model; call model.load() first."
            )
        return connectivity

    @property
    def max_source_connections(self) -> int:
        """Largest number of synapses that a postsynaptic neuron may have."""
        if self._max_source_connections is not None:
            return self._max_source_connections
        num_pre, num_post = self.src.num_neurons, self.trg.num_neurons
        if isinstance(self.connectivity_init, ToeplitzInit):
            return 0
        if self.connectivity_init is None:
            return num_pre
        return max_column_length(self.connectivity_init, num_pre, num_post)

    @max_source_connections.setter
    def max_source_connections(self, number: int) -> None:
        self._sparse("max_source_connections")
        self._max_source_connections = self._steps("max_source_connections", number, 1)

    @property
    def weight_update_var_size(self) -> int:
        """Number of values for which a variable of the synapses has memory on a GPU.

        Raises
        ------
        RuntimeError
            If the synapses have no memory for variables.
        """
        if self.shared_kernel:
            return self.num_values
        if self.matrix_type in (SynapseMatrixType.BITMASK, SynapseMatrixType.PROCEDURAL):
            raise RuntimeError(
                f"Matrix format not supported: {self.title} is {self.matrix_type.name}, which has "
                "no memory for variables."
            )
        return self.src.num_neurons * self.max_connections

    @property
    def connections_set(self) -> bool:
        """Whether `set_sparse_connections` has been called."""
        return self.connections.is_given

    @property
    def kernel_size(self) -> list[int]:
        """Size of the kernel that the connectivity uses, in each dimension; empty without one."""
        return list(self._kernel_size)

    @property
    def shared_kernel(self) -> KernelSize:
        """The same if synapses share variables in the kernel, and have none of their own."""
        shared = self.matrix_type & SynapseMatrixWeight.KERNEL
        return KernelSize(self._kernel_size if shared else ())

    @property
    def num_values(self) -> int:
        """Number of values of a variable: of synapses that can be, or of places in the kernel."""
        if self.shared_kernel:
            return math.prod(self.shared_kernel)
        return self.src.num_neurons * self.trg.num_neurons

    @property
    def computes_weights(self) -> bool:
        """Whether variables of the synapses are computed whenever they are needed on a GPU."""
        return bool(self.matrix_type & SynapseMatrixWeight.PROCEDURAL)

    # What the population is made of, and hints to a GPU -------------------------------------------

    @property
    def synapse_group(self) -> SynapseGroup:
        """The population itself, as custom updates of synapses have theirs."""
        return self

    @property
    def wu_initialiser(self) -> WeightUpdateInit:
        """What `init_weight_update` returned; its `snippet` is the weight update model."""
        return self.weight_update

    @property
    def ps_initialiser(self) -> PostsynapticInit:
        """What `init_postsynaptic` returned; its `snippet` is the postsynaptic model."""
        return self.postsynaptic

    @property
    def sparse_connectivity_initialiser(self) -> ConnectivityInit:
        """What `init_sparse_connectivity` returned; one whose snippet does nothing without it."""
        init = self.connectivity_init
        return init if isinstance(init, ConnectivityInit) else _UNINITIALISED

    @property
    def toeplitz_connectivity_initialiser(self) -> ToeplitzInit:
        """What `init_toeplitz_connectivity` returned; one whose snippet does nothing without it."""
        init = self.connectivity_init
        return init if isinstance(init, ToeplitzInit) else _UNINITIALISED_DIAGONALS

    @property
    def parallelism_hint(self) -> ParallelismHint:
        """How a GPU shares out the synapses; without effect here."""
        return self._parallelism_hint

    @parallelism_hint.setter
    def parallelism_hint(self, hint: ParallelismHint) -> None:
        what = f"parallelism_hint of {self.title}"
        self.genn_model.refuse_if_built(f"set {what}")
        self._parallelism_hint = checked_member(what, hint, ParallelismHint)

    @property
    def num_threads_per_spike(self) -> int:
        """How many threads of a GPU work on the synapses of one spike; without effect here."""
        return self._num_threads_per_spike

    @num_threads_per_spike.setter
    def num_threads_per_spike(self, number: int) -> None:
        self._num_threads_per_spike = self._steps("num_threads_per_spike", number, 0)

    @property
    def narrow_sparse_ind_enabled(self) -> bool:
        """Whether `get_sparse_post_inds` returns the narrowest type, if a snippet connects.

        PyGeNN's setting cannot be read.
        """
        return self._narrow_sparse_ind_enabled

    @narrow_sparse_ind_enabled.setter
    def narrow_sparse_ind_enabled(self, enabled: bool) -> None:
        self._sparse("narrow_sparse_ind_enabled")
        self.genn_model.refuse_if_built(f"set narrow_sparse_ind_enabled of {self.title}")
        self._narrow_sparse_ind_enabled = bool(enabled)

    def set_wu_var_location(self, name: str, location: VarLocation) -> None:
        """Say where a GPU is to hold a variable; it has no effect here, see `VarLocation`."""
        self._set_location("weight update model variable", name, self.vars, location)

    def get_wu_var_location(self, name: str) -> VarLocation:
        """Return where a GPU would hold a variable."""
        return self._locations.get("weight update model variable", name, self.vars)

    def set_wu_pre_var_location(self, name: str, location: VarLocation) -> None:
        """Say where a GPU is to hold a presynaptic variable; it has no effect here."""
        what = "weight update model presynaptic variable"
        self._set_location(what, name, self.pre_vars, location)

    def get_wu_pre_var_location(self, name: str) -> VarLocation:
        """Return where a GPU would hold a presynaptic variable."""
        return self._locations.get("weight update model presynaptic variable", name, self.pre_vars)

    def set_wu_post_var_location(self, name: str, location: VarLocation) -> None:
        """Say where a GPU is to hold a postsynaptic variable; it has no effect here."""
        what = "weight update model postsynaptic variable"
        self._set_location(what, name, self.post_vars, location)

    def get_wu_post_var_location(self, name: str) -> VarLocation:
        """Return where a GPU would hold a postsynaptic variable."""
        what = "weight update model postsynaptic variable"
        return self._locations.get(what, name, self.post_vars)

    def set_ps_var_location(self, name: str, location: VarLocation) -> None:
        """Say where a GPU is to hold a variable of the postsynaptic model; without effect here."""
        self._set_location("postsynaptic model variable", name, self.psm_vars, location)

    def get_ps_var_location(self, name: str) -> VarLocation:
        """Return where a GPU would hold a variable of the postsynaptic model."""
        return self._locations.get("postsynaptic model variable", name, self.psm_vars)

    # Old names of copies --------------------------------------------------------------------------

    def push_psm_extra_global_param_to_device(self, egp_name: str) -> None:
        """Copy one of `psm_extra_global_params` to the device: deprecated, as in PyGeNN."""
        instead = f"psm_extra_global_params['{egp_name}'].push_to_device()"
        self._deprecated("push_psm_extra_global_param_to_device", instead)
        self.psm_extra_global_params[egp_name].push_to_device()

    def pull_psm_extra_global_param_from_device(self, egp_name: str) -> None:
        """Copy one of `psm_extra_global_params` from the device: deprecated, as in PyGeNN."""
        instead = f"psm_extra_global_params['{egp_name}'].pull_from_device()"
        self._deprecated("pull_psm_extra_global_param_from_device", instead)
        self.psm_extra_global_params[egp_name].pull_from_device()

    def push_in_syn_to_device(self) -> None:
        """Copy `out_post` to the device: deprecated, as in PyGeNN."""
        self._deprecated("push_in_syn_to_device", "out_post.push_to_device()")
        self.own_out_post.push_to_device()

    def pull_in_syn_from_device(self) -> None:
        """Copy `out_post` from the device: deprecated, as in PyGeNN."""
        self._deprecated("pull_in_syn_from_device", "out_post.pull_from_device()")
        self.own_out_post.pull_from_device()

    def get_var_values(self, var_name: str) -> Array:
        """Return the values of a variable: deprecated, as in PyGeNN."""
        self._deprecated("get_var_values", f"vars['{var_name}'].values")
        return self.vars[var_name].values

    # Spike-like events --------------------------------------------------------------------------

    def records_events(self, side: EventSide) -> bool:
        """Whether spike-like events of the neurons on one side are recorded."""
        population = self.src if side == "pre" else self.trg
        return side in self.events and population.spike_event_recording_enabled

    @property
    def pre_spike_event_recording_data(self) -> list[tuple[Array, Array]]:
        """Recorded presynaptic spike-like events, in the form of `spike_recording_data`.

        Raises
        ------
        RuntimeError
            If they are not recorded, or the buffer has not been filled yet.
        """
        return self._recorded_events("pre", "source")

    @property
    def post_spike_event_recording_data(self) -> list[tuple[Array, Array]]:
        """Recorded postsynaptic spike-like events, in the form of `spike_recording_data`.

        Raises
        ------
        RuntimeError
            If they are not recorded, or the buffer has not been filled yet.
        """
        return self._recorded_events("post", "target")

    def _recorded_events(self, side: EventSide, population: str) -> list[tuple[Array, Array]]:
        if not self.records_events(side):
            raise RuntimeError(
                f"No {side}synaptic events are recorded from {self.title}; its weight update model "
                f"needs a {side}_event_threshold_condition_code, and its {population} "
                "spike_event_recording_enabled = True before model.build()."
            )
        return self.events[side].recorder.data(self.genn_model.dt)

    # Parameters ---------------------------------------------------------------------------------

    def set_param_dynamic(self, name: str, dynamic: bool = True) -> NoReturn:
        """Refuse: a synapse population uses two models, with a method for each."""
        raise AttributeError(
            f"{self.title} has two sets of parameters: use set_wu_param_dynamic for those of its "
            "weight update model, and set_ps_param_dynamic for those of its postsynaptic model."
        )

    def set_wu_param_dynamic(self, name: str, dynamic: bool = True) -> None:
        """Declare a parameter of the weight update model dynamic, see `set_param_dynamic`."""
        self._declare_dynamic("weight update", name, dynamic)

    def set_ps_param_dynamic(self, name: str, dynamic: bool = True) -> None:
        """Declare a parameter of the postsynaptic model dynamic, see `set_param_dynamic`."""
        self._declare_dynamic("postsynaptic", name, dynamic)

    # Memory that may be shared ------------------------------------------------------------------

    @property
    def out_post(self) -> Variable | None:
        """What synapses have added up and the postsynaptic model has not used up.

        None once the model is built, where the input is fused with that of other populations.
        """
        return None if self.own_out_post.buffer.is_shared else self.own_out_post

    @property
    def out_post_buffer(self) -> Buffer:
        """Memory of the input that synapses have added up."""
        return self.shared(self.own_out_post.buffer)

    @property
    def den_delay_buffer(self) -> Buffer:
        """Memory of the input that synapses have added for later steps."""
        return self.shared(self.own_den_delay)

    @property
    def out_pre_buffer(self) -> Buffer:
        """Memory of the input that synapses have added for their presynaptic neurons."""
        return self.shared(self.own_out_pre)

    # What build and load ask --------------------------------------------------------------------

    @property
    def usage(self) -> Usage:
        """What the code of the synapses uses."""
        return self.weight_update.model.synapse_usage

    @property
    def indexed_variables(self) -> frozenset[str]:
        """Names by which code of the synapses takes earlier values of postsynaptic variables."""
        references = self.references
        return self.usage.indexed.intersection(
            [*self.post_vars, *references.post, *references.post_psm]
        )

    @property
    def learns_from_spikes(self) -> bool:
        """Whether code of the synapses runs for spikes of the postsynaptic neurons."""
        return self.trg.can_spike and not self.weight_update.model.post_spike_syn_code.is_blank

    def buffers(self) -> list[tuple[Buffer, Variable | None]]:
        """Return the memory of the synapses."""
        groups = (self.vars, self.pre_vars, self.post_vars, self.psm_vars)
        variables = [variable for group in groups for variable in group.values()]
        result: list[tuple[Buffer, Variable | None]] = [
            (variable.buffer, variable) for variable in [*variables, self.own_out_post]
        ]
        hidden = self.connections.buffers()
        if "addToPostDelay" in self.usage.called:
            hidden.append(self.own_den_delay)
        if "addToPre" in self.usage.called:
            hidden.append(self.own_out_pre)
        hidden += [buffer for events in self.events.values() for buffer in events.buffers()]
        result += [(buffer, None) for buffer in hidden]
        return [(buffer, variable) for buffer, variable in result if buffer not in self.fused]

    def size_memory(self) -> None:
        """Size the memory of variables of synapses by their number."""
        size_by_connections(self.connections, self.vars)

    def extra_global_arrays(self) -> list[ExtraGlobalArray]:
        """Return the extra global parameters of both models and of what runs during load."""
        return [
            *super().extra_global_arrays(),
            *self.psm_extra_global_params.values(),
            *self.connectivity_extra_global_params.values(),
        ]

    def bound_weight_update(self) -> BoundModel[WeightUpdateModel]:
        """Return the weight update model with its values and the memory of its synapses."""
        init = self.weight_update
        variables = {**self.vars, **self.extra_global_params}
        model = init.model.with_read_only_variables() if self.computes_weights else init.model
        return self._bound("", model, init.params, variables, which="weight update")

    def bound_side(self, side: str) -> BoundModel[WeightUpdateModel]:
        """Return the weight update model as its ``"pre"`` or ``"post"`` neurons run it."""
        variables, references = (
            (self.pre_vars, self.references.pre)
            if side == "pre"
            else (self.post_vars, self.references.post)
        )
        init = self.weight_update
        prefix = f"{self.name}_{side}_"
        memory = {**variables, **self.extra_global_params}
        return self._bound(prefix, init.model, init.params, memory, references, "weight update")

    def bound_postsynaptic(self) -> BoundModel[PostsynapticModel]:
        """Return the postsynaptic model with its values and memory."""
        init = self.postsynaptic
        prefix = f"{self.name}_"
        variables = {**self.psm_vars, **self.psm_extra_global_params}
        return self._bound(
            prefix, init.model, init.params, variables, self.references.psm, "postsynaptic"
        )


class _OutPost(Variable):
    """Accumulated input of a synapse population: two-dimensional, whatever the batch size."""

    @property
    def _view(self) -> Array | None:
        host = self.buffer.host
        return None if host is None else np.atleast_2d(host)


def _narrowest(num_post: int) -> type[np.unsignedinteger[Any]]:
    """Return the type in which PyGeNN stores narrow indices of this many neurons."""
    if num_post <= np.iinfo(np.uint8).max:
        return np.uint8
    return np.uint16 if num_post <= np.iinfo(np.uint16).max else np.uint32


def size_by_connections(connections: Connectivity, variables: Mapping[str, Variable]) -> None:
    """Give variables that have a value for each synapse as much memory as there are synapses."""
    for variable in variables.values():
        if variable.buffer.per_element and variable.connections is not None:
            variable.buffer.count = connections.num_synapses
