"""`GeNNModel`: a network is described, built, loaded, and stepped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import ClassVar

from numbagenn.base.enumerations import SynapseMatrixType
from numbagenn.base.number_checks import LARGEST, checked_integer
from numbagenn.base.suggestions import did_you_mean
from numbagenn.base.types import ResolvedType
from numbagenn.base.user_warnings import warn_user
from numbagenn.base.wording import shown
from numbagenn.codegen.code_checks import check_connectivity_code, check_update_code
from numbagenn.codegen.plan import Plan, make_plan
from numbagenn.memory.buffers import Buffer
from numbagenn.memory.variables import Variable
from numbagenn.models.builtin_models import find_model
from numbagenn.models.descriptions import (
    CurrentSourceModel,
    CustomConnectivityUpdateModel,
    CustomUpdateModel,
    DeclaredReference,
    ExtraGlobalParam,
    NeuronModel,
)
from numbagenn.models.entries import check_name
from numbagenn.models.given_values import (
    ConnectivityInit,
    PostsynapticInit,
    ToeplitzInit,
    VarInit,
    WeightUpdateInit,
    check_names,
    check_parameters,
    check_variables,
)
from numbagenn.network.addition_checks import (
    check_kind,
    check_new,
    check_population,
    population_size,
)
from numbagenn.network.connectivity_updates import (
    CustomConnectivityUpdate,
    check_batch,
    check_references,
    check_synapses,
)
from numbagenn.network.current_sources import CurrentSource
from numbagenn.network.custom_updates import (
    CustomUpdate,
    CustomUpdateBase,
    CustomUpdateWU,
    names_in_group,
)
from numbagenn.network.delays import assign_slots
from numbagenn.network.fusing import fuse
from numbagenn.network.groups import Group, GroupDict, Values
from numbagenn.network.matrix_checks import check_matrix_type, matrix_type_of
from numbagenn.network.neuron_groups import NeuronGroup
from numbagenn.network.reference_checks import (
    check_array_references,
    neuron_references,
    synapse_references,
    update_references,
)
from numbagenn.network.reference_types import ExtraGlobalParamReference, VariableReference
from numbagenn.network.settings import ModelSpec
from numbagenn.network.synapse_groups import SynapseGroup
from numbagenn.network.update_shapes import check_dimensions, check_targets
from numbagenn.runtime.compilation import compiled
from numbagenn.runtime.loaded_model import LoadedModel
from numbagenn.runtime.starting_state import check_initialiser, compile_initialisers, warn_of_nan
from numbagenn.runtime.timers import Timers

Params = Mapping[str, float]

# Attributes that cannot be assigned, and what to do instead.
_FIXED = {
    "types": "give precision and time_precision to GeNNModel(…)",
    "neuron_populations": "call add_neuron_population",
    "synapse_populations": "call add_synapse_population",
    "current_sources": "call add_current_source",
    "custom_updates": "call add_custom_update",
    "custom_connectivity_updates": "call add_custom_connectivity_update",
}


class GeNNModel(ModelSpec, Timers):
    """A network of spiking neurons.

    The life of a model: set `dt` and `batch_size`, add populations, `build`, `load`, then
    `step_time` and `custom_update` as often as needed, pushing and pulling variables in between.

    Parameters
    ----------
    precision
        What ``scalar`` stands for: ``"float"`` or ``"double"``.
    model_name
        Name of the model.
    backend
        None or ``"bundled"``: the only backend here.
    time_precision
        What ``timepoint`` stands for; the same as `precision` by default.
    **preferences
        Preferences of PyGeNN's backends. With ``optimize_code=True``, PyGeNN lets the compiler take
        sums in another order. Here, weights of neurons with the same spike train are summed up
        first, which is faster and rounds differently. The last bits then also depend on how many
        steps run before a result is read. They never depend on the batch or the threads. All other
        preferences are accepted and have no effect.

    Raises
    ------
    KeyError
        If `backend` is one that only real PyGeNN has.
    ValueError
        If a preference is unknown.

    Examples
    --------
    >>> model = GeNNModel("float", "demo")
    >>> model.dt = 1.0
    >>> cell = create_neuron_model(
    ...     "if", vars=[("V", "scalar")], sim_code="V += Isyn;",
    ...     threshold_condition_code="V >= 5.0", reset_code="V = 0.0;",
    ... )
    >>> pop = model.add_neuron_population("pop", 3, cell, {}, {"V": [0.0, 1.0, 2.0]})
    >>> source = model.add_current_source("dc", "DC", pop, {"amp": 1.5})
    >>> model.build()
    >>> model.load()
    >>> for _ in range(3):
    ...     model.step_time()
    >>> pop.vars["V"].pull_from_device()
    >>> pop.vars["V"].values
    array([4.5, 0. , 1.5], dtype=float32)
    """

    # Classes of its parts; models for another version of the API have their own.
    neuron_class: ClassVar[type[NeuronGroup]] = NeuronGroup
    synapse_class: ClassVar[type[SynapseGroup]] = SynapseGroup
    source_class: ClassVar[type[CurrentSource]] = CurrentSource
    update_class: ClassVar[type[CustomUpdateBase]] = CustomUpdate
    synapse_update_class: ClassVar[type[CustomUpdateBase]] = CustomUpdateWU

    def __init__(
        self,
        precision: str | ResolvedType = "float",
        model_name: str = "GeNNModel",
        backend: str | None = None,
        time_precision: str | ResolvedType | None = None,
        **preferences: object,
    ) -> None:
        super().__init__(precision, model_name, backend, time_precision, preferences)
        #: Populations of neurons by name.
        self.neuron_populations: dict[str, NeuronGroup] = GroupDict("neuron population")
        #: Populations of synapses by name.
        self.synapse_populations: dict[str, SynapseGroup] = GroupDict("synapse population")
        #: Current sources by name.
        self.current_sources: dict[str, CurrentSource] = GroupDict("current source")
        #: Custom updates by name.
        self.custom_updates: dict[str, CustomUpdateBase] = GroupDict("custom update")
        #: Custom connectivity updates by name.
        self.custom_connectivity_updates: dict[str, CustomConnectivityUpdate] = GroupDict(
            "custom connectivity update"
        )
        # How many synapse populations and custom updates need this memory of another group. Asking
        # them all, for each population, would take as long as the square of their number.
        self._borrowed: Counter[Buffer] = Counter()
        self._plan: Plan | None = None
        self._kernels: ModuleType | None = None
        self._runtime: LoadedModel | None = None

    def __setattr__(self, name: str, value: object) -> None:
        attribute = getattr(type(self), name, None)
        if isinstance(attribute, property) and attribute.fset is None:
            fix = "; set timestep" if name == "t" else ""
            raise AttributeError(f"'{name}' of a GeNNModel can only be read, not assigned{fix}.")
        if name in _FIXED and name in vars(self):
            raise AttributeError(f"'{name}' of a GeNNModel cannot be assigned; {_FIXED[name]}.")
        # As in PyGeNN any attribute may be set. One that resembles a setting is probably a typo.
        new = not (name.startswith("_") or name in vars(self) or hasattr(type(self), name))
        if new and "_runtime" in vars(self):
            known = [one for one in dir(self) if not one.startswith("_")]
            hint = did_you_mean(name, known, "", cutoff=0.8)
            if hint:
                warn_user(f"GeNNModel has no setting '{name}', so it is without effect{hint}")
        super().__setattr__(name, value)

    def __repr__(self) -> str:
        state = "loaded" if self._loaded else "built" if self._built else "not built"
        return (
            f"<GeNNModel '{self.name}': {len(self.neuron_populations)} neuron and "
            f"{len(self.synapse_populations)} synapse populations, {state}>"
        )

    # Properties ------------------------------------------------------------------------------

    @property
    def _built(self) -> bool:
        return self._plan is not None

    @property
    def _loaded(self) -> bool:
        return self._runtime is not None

    def refuse_if_built(self, action: str) -> None:
        """Raise if the model is built, which is too late for an action."""
        if self._built:
            raise RuntimeError(
                f"GeNN model already built: cannot {action}; do it before model.build(). In a "
                "notebook, run the cells again from the one that makes the model."
            )

    def check_initialiser(self, variable: Variable, init: VarInit) -> None:
        """Raise if a variable cannot start from what the code of an initialiser computes."""
        check_initialiser(variable, init, self.types)

    def needs(self, buffer: Buffer) -> bool:
        """Return whether synapses or custom updates need memory of another group."""
        return self._borrowed[buffer] > 0

    def can_change(self, synapses: object) -> bool:
        """Return whether an update can change the connections of a synapse population."""
        updates = self.custom_connectivity_updates.values()
        return any(update.synapse_group is synapses for update in updates)

    @property
    def num_neurons(self) -> int:
        """Number of neurons of all populations."""
        return sum(group.num_neurons for group in self.neuron_populations.values())

    @property
    def timestep(self) -> int:
        """Number of the next step, counted from 0 at `load`."""
        return self._require_loaded("reading timestep").timestep

    @timestep.setter
    def timestep(self, value: int) -> None:
        loaded = self._require_loaded("setting timestep")
        loaded.timestep = checked_integer("timestep", value, 0, LARGEST, error=TypeError)

    @property
    def is_loaded(self) -> bool:
        """Whether the model is in memory, between `load` and `unload`."""
        return self._loaded

    @property
    def steps_asked(self) -> int:
        """Number of steps asked for since `load`, whatever `timestep` was set to."""
        return self._require_loaded("reading steps_asked").steps_asked

    @property
    def t(self) -> float:
        """Time of the next step in ms."""
        return self._require_loaded("reading t").timestep * self._dt

    # Description -----------------------------------------------------------------------------

    def add_neuron_population(
        self,
        pop_name: str,
        num_neurons: int,
        neuron: NeuronModel | str,
        params: Params | None = None,
        vars: Values | None = None,
    ) -> NeuronGroup:
        """Add a population of neurons.

        Parameters
        ----------
        pop_name
            Name of the population: letters, digits and underscores.
        num_neurons
            Number of neurons.
        neuron
            A neuron model, or the name of a built-in one.
        params
            Parameters by name.
        vars
            Initial values by name: a number, or one for each neuron.

        Returns
        -------
        NeuronGroup
            The population.

        Raises
        ------
        RuntimeError
            If the name is taken or invalid, or parameters or variables are missing or unknown.
        TypeError, ValueError
            If a value has the wrong type or shape.
        """
        self._check_new("neuron population", pop_name, self.neuron_populations)
        prefix = f"Neuron group {pop_name}"
        size = population_size(prefix, num_neurons)
        model = find_model(neuron, NeuronModel, f"neuron population '{pop_name}'")
        values = check_parameters(prefix, model, params)
        initial = check_variables(prefix, model.vars, vars)
        group = self.neuron_class(self, pop_name, size, model, values, initial)
        self.neuron_populations[pop_name] = group
        return group

    def add_synapse_population(
        self,
        pop_name: str,
        matrix_type: str | SynapseMatrixType,
        source: NeuronGroup,
        target: NeuronGroup,
        weight_update_init: WeightUpdateInit,
        postsynaptic_init: PostsynapticInit,
        connectivity_init: ConnectivityInit | ToeplitzInit | None = None,
    ) -> SynapseGroup:
        """Add synapses from the neurons of one population to those of another.

        Parameters
        ----------
        pop_name
            Name of the synapse population.
        matrix_type
            ``"DENSE"``: from every neuron to every neuron; ``"SPARSE"``: between some of them; or
            another `SynapseMatrixType`.
        source
            Presynaptic population.
        target
            Postsynaptic population, which may be the same.
        weight_update_init
            From `init_weight_update`.
        postsynaptic_init
            From `init_postsynaptic`.
        connectivity_init
            For sparse synapses, from `init_sparse_connectivity`, unless
            `SynapseGroup.set_sparse_connections` is called; for those of a convolution, from
            `init_toeplitz_connectivity`; None for dense ones.

        Returns
        -------
        SynapseGroup
            The synapse population. Its spikes arrive one step after they are emitted, and later if
            its `axonal_delay_steps` is set.
        """
        self._check_new("synapse population", pop_name, self.synapse_populations)
        matrix = matrix_type_of(pop_name, matrix_type)
        title = f"synapse population '{pop_name}'"
        check_population(self.neuron_populations, source, f"source of {title}")
        check_population(self.neuron_populations, target, f"target of {title}")
        check_kind(title, weight_update_init, WeightUpdateInit, "init_weight_update")
        check_kind(title, postsynaptic_init, PostsynapticInit, "init_postsynaptic")
        if connectivity_init is not None:
            kinds = (ConnectivityInit, ToeplitzInit)
            check_kind(title, connectivity_init, kinds, "init_sparse_connectivity")
        check_matrix_type(title, matrix, weight_update_init, connectivity_init)
        group = self.synapse_class(
            self,
            pop_name,
            matrix,
            source,
            target,
            weight_update_init,
            postsynaptic_init,
            synapse_references(title, source, target, weight_update_init, postsynaptic_init),
            connectivity_init,
        )
        if connectivity_init is not None:
            check_connectivity_code(connectivity_init, len(group.kernel_size))
        self._borrowed.update(group.borrowed)
        self.synapse_populations[pop_name] = group
        return group

    def add_current_source(
        self,
        cs_name: str,
        current_source_model: CurrentSourceModel | str,
        pop: NeuronGroup,
        params: Params | None = None,
        vars: Values | None = None,
        var_refs: Values | None = None,
    ) -> CurrentSource:
        """Add a source that injects a current into every neuron of a population.

        Parameters
        ----------
        cs_name
            Name of the current source.
        current_source_model
            A current source model, or the name of a built-in one.
        pop
            The population.
        params
            Parameters by name.
        vars
            Initial values by name: a number, or one for each neuron.
        var_refs
            For each neuron variable reference of the model: the name of a variable of `pop`, or a
            `create_var_ref` to one.

        Returns
        -------
        CurrentSource
            The current source.
        """
        self._check_new("current source", cs_name, self.current_sources)
        title = f"current source '{cs_name}'"
        check_population(self.neuron_populations, pop, f"population of {title}")
        model = find_model(current_source_model, CurrentSourceModel, title)
        prefix = f"Current source {cs_name}"
        values = check_parameters(prefix, model, params)
        initial = check_variables(prefix, model.vars, vars)
        names = [reference.name for reference in model.neuron_var_refs]
        given = check_names(prefix, "Neuron variable reference", "target", names, var_refs)
        references = neuron_references(title, model.neuron_var_refs, given, pop)
        group = self.source_class(self, cs_name, model, pop, values, initial, references)
        self.current_sources[cs_name] = group
        return group

    def add_custom_update(
        self,
        cu_name: str,
        group_name: str,
        custom_update_model: CustomUpdateModel | str,
        params: Params | None = None,
        vars: Values | None = None,
        var_refs: Values | None = None,
        egp_refs: Values | None = None,
    ) -> CustomUpdateBase:
        """Add an operation that `custom_update` runs on the device.

        Parameters
        ----------
        cu_name
            Name of the custom update.
        group_name
            Name under which it is run, together with all other updates of this group.
        custom_update_model
            A custom update model, or ``"Transpose"``.
        params
            Parameters by name.
        vars
            Initial values of its own variables.
        var_refs
            For each variable reference of the model, what `create_var_ref` or a relative returns.
            All have to refer to the same number of neurons, or to synapses of one population.
        egp_refs
            For each extra global parameter reference of the model, what `create_egp_ref` or a
            relative returns.

        Returns
        -------
        CustomUpdate or CustomUpdateWU
            The custom update, of neurons or of synapses.

        Raises
        ------
        RuntimeError
            If references are missing, differ in size or type, or cannot be written.
        """
        self._check_new("custom update", cu_name, self.custom_updates)
        check_name(group_name, "Custom update group", may_start_with_digit=True)
        title = f"custom update '{cu_name}'"
        model = find_model(custom_update_model, CustomUpdateModel, title)
        prefix = f"Custom update {cu_name}"
        values = check_parameters(prefix, model, params)
        initial = check_variables(prefix, model.vars, vars)
        names = [reference.name for reference in model.var_refs]
        references = check_names(prefix, "Variable reference", "target", names, var_refs)
        if not references:
            raise RuntimeError(f"Custom update models must reference variables: {title} has none.")
        targets = update_references(title, model.var_refs, references, self)
        check_targets(title, model, targets)
        arrays = self._array_targets(title, prefix, model.extra_global_param_refs, egp_refs)
        of_synapses = any(target.synapses is not None for target in targets.values())
        create = self.synapse_update_class if of_synapses else self.update_class
        group = create(self, cu_name, group_name, model, values, initial, targets, arrays)
        check_dimensions(group, self._batch_size)
        check_update_code(model, of_synapses=group.of_synapses, kernel=group.kernel)
        self._borrowed.update(group.borrowed)
        self.custom_updates[cu_name] = group
        return group

    def add_custom_connectivity_update(
        self,
        cu_name: str,
        group_name: str,
        syn_group: SynapseGroup,
        custom_conn_update_model: CustomConnectivityUpdateModel | str,
        params: Params | None = None,
        vars: Values | None = None,
        pre_vars: Values | None = None,
        post_vars: Values | None = None,
        var_refs: Values | None = None,
        pre_var_refs: Values | None = None,
        post_var_refs: Values | None = None,
        egp_refs: Values | None = None,
    ) -> CustomConnectivityUpdate:
        """Add an operation on the connections of a population, which `custom_update` runs.

        Parameters
        ----------
        cu_name
            Name of the update.
        group_name
            Name under which it is run, together with all other updates of this group.
        syn_group
            The synapse population, which has to be ``"SPARSE"``.
        custom_conn_update_model
            A custom connectivity update model.
        params
            Parameters by name.
        vars, pre_vars, post_vars
            Initial values of its own variables.
        var_refs
            For each variable reference of the model, a `create_wu_var_ref` to a variable of the
            synapses, or of an update of these.
        pre_var_refs, post_var_refs
            For each reference to a variable of the presynaptic, or postsynaptic, neurons: what
            `create_var_ref`, `create_pre_var_ref` or a relative returns.
        egp_refs
            As for `add_custom_update`.

        Returns
        -------
        CustomConnectivityUpdate
            The update.

        Raises
        ------
        RuntimeError
            If the population is not sparse, or references are missing or do not fit it.
        """
        self._check_new("custom connectivity update", cu_name, self.custom_connectivity_updates)
        check_name(group_name, "Custom update group", may_start_with_digit=True)
        title = f"custom connectivity update '{cu_name}'"
        check_synapses(title, syn_group, self.synapse_populations)
        model = find_model(custom_conn_update_model, CustomConnectivityUpdateModel, title)
        prefix = f"Custom connectivity update {cu_name}"
        values = check_parameters(prefix, model, params)
        initial = (
            check_variables(prefix, model.vars, vars),
            check_variables(prefix, model.pre_vars, pre_vars),
            check_variables(prefix, model.post_vars, post_vars),
        )
        given = (var_refs, pre_var_refs, post_var_refs)
        of_synapses, of_pre, of_post = (
            self._targets(title, prefix, kind, declared, targets)
            for kind, declared, targets in zip(
                ("Variable", "Presynaptic variable", "Postsynaptic variable"),
                (model.var_refs, model.pre_var_refs, model.post_var_refs),
                given,
                strict=True,
            )
        )
        references = (of_synapses, of_pre, of_post)
        check_references(title, model, syn_group, references)
        arrays = self._array_targets(title, prefix, model.extra_global_param_refs, egp_refs)
        group = CustomConnectivityUpdate(
            self, cu_name, group_name, syn_group, model, values, initial, references, arrays
        )
        self._borrowed.update(group.borrowed)
        self.custom_connectivity_updates[cu_name] = group
        return group

    def _targets(
        self,
        title: str,
        prefix: str,
        kind: str,
        declared: Sequence[DeclaredReference],
        given: Values | None,
    ) -> dict[str, VariableReference]:
        """Return the targets of variable references, after checking them."""
        names = [reference.name for reference in declared]
        references = check_names(prefix, f"{kind} reference", "target", names, given)
        return update_references(title, declared, references, self)

    def _array_targets(
        self,
        title: str,
        prefix: str,
        declared: Sequence[ExtraGlobalParam],
        given: Values | None,
    ) -> dict[str, ExtraGlobalParamReference]:
        """Return the targets of references to extra global parameters, after checking them."""
        kind, names = "Extra global parameter reference", [item.name for item in declared]
        arrays = check_names(prefix, kind, "target", names, given)
        check_array_references(title, declared, arrays, self)
        return arrays

    def _check_new(self, kind: str, name: str, existing: Mapping[str, Group]) -> None:
        self.refuse_if_built(f"add {kind} {shown(name)}")
        check_new(kind, name, existing)

    # Life ------------------------------------------------------------------------------------

    def build(
        self, path_to_model: str = "./", always_rebuild: bool = False, never_rebuild: bool = False
    ) -> None:
        """Generate and compile the code of the model.

        Code that was compiled before, on this machine, is taken from a cache. If building fails,
        you can correct the model and build it again.

        Parameters
        ----------
        path_to_model, always_rebuild, never_rebuild
            Accepted for compatibility; no files are written beside the model.

        Raises
        ------
        RuntimeError
            If the model is built already, or a parameter does not fit into its type.
        """
        if self._built:
            raise RuntimeError(
                "GeNN model already built: call model.load() next, or make another (in a notebook, "
                "run the cell that makes the model again)."
            )
        for update in self.custom_updates.values():
            # The batch size may have been set since the update was added.
            check_dimensions(update, self._batch_size)
        assign_slots(self.neuron_populations.values(), self.synapse_populations.values())
        fuse(self.synapse_populations.values(), wanted=self.fuse_postsynaptic_models)
        for connectivity_update in self.custom_connectivity_updates.values():
            check_batch(connectivity_update, self._batch_size)
        plan = make_plan(self)
        compile_initialisers(self._groups())
        self._kernels = compiled(plan.source)
        self._plan = plan

    @property
    def generated_code(self) -> str:
        """Python text of the kernels that were built from the model.

        PyGeNN has no such property: it writes its C++ or CUDA to a folder.

        Raises
        ------
        RuntimeError
            If the model is not built.
        """
        if self._plan is None:
            raise RuntimeError(
                "GeNN model has not been built: call model.build() before generated_code."
            )
        return self._plan.source

    def load(self, num_recording_timesteps: int | None = None) -> None:
        """Allocate the memory of the model and initialise it.

        Parameters
        ----------
        num_recording_timesteps
            Number of steps that recordings hold; needed if any population records.

        Raises
        ------
        RuntimeError
            If the model is not built, is loaded already, or records without a number of steps.
        ValueError
            If initial values have the wrong shape.
        """
        if self._plan is None or self._kernels is None:
            raise RuntimeError("GeNN model has not been built: call model.build() before load().")
        if self._loaded:
            raise RuntimeError(
                "GeNN model already loaded: call model.unload() first, or go on with the loaded "
                "model."
            )
        steps = num_recording_timesteps
        if steps is not None:
            steps = checked_integer("num_recording_timesteps", steps, 1, LARGEST)
        elif self._plan.recorders:
            raise RuntimeError(
                "Cannot use recording system without passing number of recording timesteps to "
                "GeNNModel.load: call model.load(num_recording_timesteps=…)."
            )
        groups = self._groups()
        try:
            self._runtime = LoadedModel(
                self._plan,
                self._kernels,
                groups,
                batch_size=self._batch_size,
                precision=self.types,
                timing_enabled=self._timing_enabled,
                seed=self._seed,
                num_recording_timesteps=steps,
            )
            warn_of_nan(groups)
            for population in self.neuron_populations.values():
                population.warn_of_suspicious_values()
        except BaseException as error:
            # Ctrl-C, or a warning that is raised as an error, may come at any line.
            self._runtime = None
            for group in groups:
                for buffer in group.all_buffers():
                    buffer.release()
            if isinstance(error, MemoryError) and type(error) is not MemoryError:
                # NumPy's own error: the process may use less memory than the system has.
                raise MemoryError(
                    f"The model needs more memory than this process may use ({error}); make it or "
                    "its batch_size smaller."
                ) from error
            raise

    def _groups(self) -> list[Group]:
        return [
            *self.neuron_populations.values(),
            *self.synapse_populations.values(),
            *self.current_sources.values(),
            *self.custom_updates.values(),
            *self.custom_connectivity_updates.values(),
        ]

    def unload(self) -> None:
        """Drop the memory of the model; `load` starts afresh.

        Raises
        ------
        RuntimeError
            If the model is not loaded.
        """
        loaded, self._runtime = self._runtime, None
        if loaded is None:
            raise RuntimeError("GeNN model has not been loaded: there is nothing to unload.")
        loaded.release()

    def step_time(self) -> None:
        """Simulate one step of `dt`, of the whole batch.

        The step may run later, together with others: at the latest when something is pulled,
        pushed, recorded, timed or updated. If Ctrl-C interrupts them, the remaining steps run at
        the next such call. An endless loop in the code of the model is stopped in the middle of a
        step. After that the model has to be loaded again, and says so.
        """
        loaded = self._runtime
        if loaded is None:
            raise RuntimeError(
                "GeNN model has to be loaded before stepping: call model.load() first."
            )
        # The step is counted here, because calling a method would double the time.
        loaded.steps_asked = asked = loaded.steps_asked + 1
        if asked >= loaded.steps_at_flush:
            loaded.flush()

    def custom_update(self, group_name: str) -> None:
        """Run all custom updates that were added under a name.

        On a GPU they all run at once, so no update should read what another one of the same group
        writes. Here code of the host of custom connectivity updates runs first, then updates of
        neurons, then those of synapses, then transposes, and then the row code of custom
        connectivity updates. Within each kind they run in the order in which they were added.

        Raises
        ------
        IndexError
            If there are none.
        RuntimeError
            If the model is not loaded.
        """
        loaded = self._runtime or self._require_loaded("performing custom update")
        queued, queue = loaded.queued_groups.get(group_name), loaded.queue
        # Like a step, an update that waits is counted here.
        if queued and len(queue) < loaded.most_queued:
            queue.append((queued, loaded.steps_asked))
        else:
            loaded.custom_update(group_name, self._updates_of)

    def pull_recording_buffers_from_device(self) -> None:
        """Copy the recorded spikes of all populations to the host.

        Raises
        ------
        RuntimeError
            If the model is not loaded or nothing records.
        """
        loaded = self._require_loaded("pulling recording buffers")
        if not any(
            group.spike_recording_enabled or group.spike_event_recording_enabled
            for group in self.neuron_populations.values()
        ):
            raise RuntimeError(
                "Cannot pull recording buffer if recording system is not in use: set "
                "spike_recording_enabled = True on a population before model.build()."
            )
        loaded.pull_recordings()

    def flush(self) -> None:
        """Run all steps that have been asked for and are still waiting."""
        if self._runtime is not None:
            self._runtime.flush()

    def _require_loaded(self, action: str) -> LoadedModel:
        if self._runtime is None:
            raise RuntimeError(
                f"GeNN model has to be loaded before {action}: call model.load() first."
            )
        return self._runtime

    def _updates_of(self, group_name: str, error: type[Exception] = IndexError) -> list[str]:
        others = self.custom_connectivity_updates
        return names_in_group(self.custom_updates, others, group_name, error)
