"""The functions that describe models: ``create_…_model``, except for the check of their code.

Their signatures are those of PyGeNN 5.4, including the deprecated keywords in the middle. Users
call `numbagenn.create`, which also checks the code of what these functions return.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TypedDict

from numbagenn.base.enumerations import CustomUpdateVarAccess, VarAccess
from numbagenn.base.types import TypeLike
from numbagenn.models import entries
from numbagenn.models.descriptions import (
    AnyModel,
    CountFunction,
    CurrentSourceModel,
    CustomConnectivityUpdateModel,
    CustomUpdateModel,
    DerivedParameter,
    KernelFunction,
    NeuronModel,
    Parameter,
    PostsynapticModel,
    SparseConnectivityInitSnippet,
    ToeplitzConnectivityInitSnippet,
    Var,
    VarInitSnippet,
    WeightUpdateModel,
)
from numbagenn.models.entries import ArraySpec, DerivedSpec, ParamSpec, VarSpec


class _Shared(TypedDict):
    """What every description has."""

    class_name: str
    params: tuple[Parameter, ...]
    vars: tuple[Var, ...]
    derived_params: tuple[DerivedParameter, ...]


def _shared(
    title: str,
    class_name: str,
    params: ParamSpec,
    param_names: ParamSpec,
    variables: VarSpec,
    var_name_types: VarSpec,
    derived_params: DerivedSpec,
    family: type[VarAccess] | type[CustomUpdateVarAccess] = VarAccess,
) -> _Shared:
    """Return the parts that every description has, by name."""
    params = entries.renamed(title, params, param_names, "params", "param_names")
    variables = entries.renamed(title, variables, var_name_types, "vars", "var_name_types")
    return {
        "class_name": class_name,
        "params": entries.parameters(title, params),
        "vars": entries.variables(title, variables, family),
        "derived_params": entries.derived_parameters(title, derived_params),
    }


def _named_once(model: AnyModel) -> AnyModel:
    """Return `model` after checking that no two of its parts have the same name."""
    seen: set[str] = set()
    names = model.names
    if isinstance(model, NeuronModel):
        names += ["Isyn", "st"]
    if isinstance(model, VarInitSnippet):
        names.append("value")
    for name in names:
        if name in seen:
            raise RuntimeError(f"Redeclaration of '{name}' in {model.title}; rename one of them.")
        seen.add(name)
    return model


def create_neuron_model(
    class_name: str,
    params: ParamSpec = None,
    param_names: ParamSpec = None,
    vars: VarSpec = None,
    var_name_types: VarSpec = None,
    derived_params: DerivedSpec = None,
    sim_code: str | None = None,
    threshold_condition_code: str | None = None,
    reset_code: str | None = None,
    extra_global_params: ArraySpec = None,
    additional_input_vars: Sequence[tuple[str, TypeLike, float]] | None = None,
    auto_refractory_required: bool = False,
) -> NeuronModel:
    """Describe a neuron.

    Parameters
    ----------
    class_name
        Name for messages.
    params
        Parameters: names, or ``(name, type)``.
    param_names, var_name_types
        Deprecated names of `params` and `vars`.
    vars
        State variables: ``(name, type)`` or ``(name, type, VarAccess)``.
    derived_params
        Constants computed at build: ``(name, function(pars, dt))``.
    sim_code
        Run every step. Sees the variables and parameters, the summed input ``Isyn``, and
        ``t``, ``dt`` (ms), ``id``, ``batch``, ``num_neurons``, ``num_batch``, ``st``.
        Draws random numbers by ``gennrand_uniform()``, which is never 0 and never 1,
        ``gennrand_normal()``, ``gennrand_exponential()``, ``gennrand_log_normal(mean, sd)``,
        ``gennrand_gamma(shape)``, ``gennrand_binomial(n, p)``, and ``gennrand()`` (32 bits).
    threshold_condition_code
        One expression; the neuron spikes in every step in which it is true.
    reset_code
        Run after a spike.
    extra_global_params
        Arrays that the code indexes, such as ``table[id]``: ``(name, "scalar*")`` or another type
        with a star. All neurons and the whole batch share them. Their values, and with them their
        length, are set before `GeNNModel.load`: ``group.extra_global_params[name]
        .set_init_values(values)``. An index outside is an error once the step has run: what is read
        there is 0, and what is assigned there is lost. Where code assigns elements, every step runs
        one batch element after the other, so that each finds what those before it have assigned.
    additional_input_vars
        Inputs beside ``Isyn``: ``(name, type, initial value)``.
    auto_refractory_required
        Whether the condition must also have been false before `sim_code`.

    Returns
    -------
    NeuronModel
        The description, to be passed to `GeNNModel.add_neuron_population`.

    Raises
    ------
    RuntimeError
        If a name, a type or a code string is wrong (the last with line and caret).
    TypeError
        If an argument has the wrong form.

    Examples
    --------
    >>> create_neuron_model(
    ...     "if", params=["Vthr"], vars=[("V", "scalar")],
    ...     sim_code="V += Isyn;", threshold_condition_code="V >= Vthr", reset_code="V = 0.0;",
    ... ).class_name
    'if'
    """
    title = f"neuron model '{class_name}'"
    threshold = entries.code(
        title, threshold_condition_code, "threshold condition code", is_condition=True
    )
    return _named_once(
        NeuronModel(
            **_shared(title, class_name, params, param_names, vars, var_name_types, derived_params),
            sim_code=entries.code(title, sim_code, "sim code"),
            threshold_condition_code=threshold,
            # Without a threshold the neuron never spikes, and its reset code is never read.
            reset_code=entries.code(
                title, None if threshold.is_blank else reset_code, "reset code"
            ),
            additional_input_vars=entries.additional_inputs(title, additional_input_vars),
            auto_refractory_required=bool(auto_refractory_required),
            extra_global_params=entries.arrays(title, extra_global_params),
        )
    )


def create_postsynaptic_model(
    class_name: str,
    params: ParamSpec = None,
    param_names: ParamSpec = None,
    vars: VarSpec = None,
    var_name_types: VarSpec = None,
    neuron_var_refs: VarSpec = None,
    derived_params: DerivedSpec = None,
    sim_code: str | None = None,
    extra_global_params: ArraySpec = None,
) -> PostsynapticModel:
    """Describe how the summed input of a synapse population becomes a current.

    Parameters
    ----------
    class_name
        Name for messages.
    params, param_names, vars, var_name_types, derived_params
        As for `create_neuron_model`.
    neuron_var_refs
        Variables of the postsynaptic neuron to read: ``(name, type)``.
    sim_code
        Run every step for every neuron; ``inSyn`` holds what the synapses added, and
        ``injectCurrent(x)`` adds to the neuron's input. Input is kept until the code clears it.
    extra_global_params
        As for `create_neuron_model`; to be found in ``group.psm_extra_global_params``.

    Returns
    -------
    PostsynapticModel
        The description, to be passed to `init_postsynaptic`.

    Examples
    --------
    >>> create_postsynaptic_model(
    ...     "half", sim_code="injectCurrent(0.5 * inSyn); inSyn = 0.0;"
    ... ).class_name
    'half'
    """
    title = f"postsynaptic model '{class_name}'"
    return _named_once(
        PostsynapticModel(
            **_shared(title, class_name, params, param_names, vars, var_name_types, derived_params),
            neuron_var_refs=entries.references(title, neuron_var_refs),
            sim_code=entries.code(title, sim_code, "sim code"),
            extra_global_params=entries.arrays(title, extra_global_params),
        )
    )


def create_weight_update_model(
    class_name: str,
    params: ParamSpec = None,
    param_names: ParamSpec = None,
    vars: VarSpec = None,
    var_name_types: VarSpec = None,
    pre_vars: VarSpec = None,
    pre_var_name_types: VarSpec = None,
    post_vars: VarSpec = None,
    post_var_name_types: VarSpec = None,
    pre_neuron_var_refs: VarSpec = None,
    post_neuron_var_refs: VarSpec = None,
    psm_var_refs: VarSpec = None,
    derived_params: DerivedSpec = None,
    sim_code: str | None = None,
    pre_spike_syn_code: str | None = None,
    event_code: str | None = None,
    pre_event_syn_code: str | None = None,
    post_event_syn_code: str | None = None,
    learn_post_code: str | None = None,
    post_spike_syn_code: str | None = None,
    synapse_dynamics_code: str | None = None,
    event_threshold_condition_code: str | None = None,
    pre_event_threshold_condition_code: str | None = None,
    post_event_threshold_condition_code: str | None = None,
    pre_spike_code: str | None = None,
    post_spike_code: str | None = None,
    pre_dynamics_code: str | None = None,
    post_dynamics_code: str | None = None,
    extra_global_params: ArraySpec = None,
) -> WeightUpdateModel:
    """Describe what happens at a synapse.

    Parameters
    ----------
    class_name
        Name for messages.
    params, param_names, vars, var_name_types, derived_params
        As for `create_neuron_model`; each synapse has its own variables.
    pre_vars, post_vars
        Variables that each presynaptic, or postsynaptic, neuron has for these synapses.
    pre_neuron_var_refs, post_neuron_var_refs, psm_var_refs
        Variables of the presynaptic neuron, of the postsynaptic neuron, and of the postsynaptic
        model to read: ``(name, type)``. Code of synapses can take earlier values of the latter two,
        and of `post_vars`: ``x[d]`` is the value that `x` had `d` steps before the last one, for
        which `SynapseGroup.max_dendritic_delay_timesteps` has to be set.
    pre_var_name_types, post_var_name_types, sim_code, event_code, event_threshold_condition_code,
    learn_post_code
        Deprecated names of `pre_vars`, `post_vars`, `pre_spike_syn_code`, `pre_event_syn_code`,
        `pre_event_threshold_condition_code` and `post_spike_syn_code`.
    pre_spike_syn_code
        Run for every synapse of a neuron that spiked; ``addToPost(x)`` adds to the postsynaptic
        input, ``addToPostDelay(x, steps)`` does so a number of steps later, and ``addToPre(x)``
        adds to the presynaptic input. Sees ``id_pre``, ``id_post``, ``id_syn``, ``num_pre``,
        ``num_post``, ``st_pre``, ``st_post``, ``prev_st_pre``, ``prev_st_post``.
    pre_event_threshold_condition_code
        One expression; a presynaptic neuron has a spike-like event in every step in which it is
        true.
    pre_event_syn_code
        As `pre_spike_syn_code`, for spike-like events. Code of synapses sees the times of such
        events as ``set_pre``, ``set_post``, ``prev_set_pre`` and ``prev_set_post``.
    post_event_threshold_condition_code, post_event_syn_code
        The same for spike-like events of postsynaptic neurons, after what presynaptic neurons did
        in the same step. All that such an event can reach is the synapses of its neuron and, by
        ``addToPre``, the presynaptic input.
    post_spike_syn_code
        Run for every synapse of a postsynaptic neuron that spiked, for learning. It sees and
        reaches what `post_event_syn_code` does, and runs after that.
    synapse_dynamics_code
        As `pre_spike_syn_code`, run for every synapse in every step.
    pre_spike_code, post_spike_code
        Run for every presynaptic, or postsynaptic, neuron that spiked.
    pre_dynamics_code, post_dynamics_code
        Run for every presynaptic, or postsynaptic, neuron in every step.
    extra_global_params
        As for `create_neuron_model`.

    Returns
    -------
    WeightUpdateModel
        The description, to be passed to `init_weight_update`.

    Examples
    --------
    >>> create_weight_update_model(
    ...     "doubled", vars=[("g", "scalar")], pre_spike_syn_code="addToPost(2.0 * g);"
    ... ).class_name
    'doubled'
    """
    title = f"weight update model '{class_name}'"
    renamed, code = partial(entries.renamed, title), partial(entries.code, title)
    pre_vars = renamed(pre_vars, pre_var_name_types, "pre_vars", "pre_var_name_types")
    post_vars = renamed(post_vars, post_var_name_types, "post_vars", "post_var_name_types")
    spike_code = renamed(pre_spike_syn_code, sim_code, "pre_spike_syn_code", "sim_code")
    pre_event = renamed(pre_event_syn_code, event_code, "pre_event_syn_code", "event_code")
    learn = renamed(post_spike_syn_code, learn_post_code, "post_spike_syn_code", "learn_post_code")
    pre_when, post_when = pre_event_threshold_condition_code, post_event_threshold_condition_code
    when, name = event_threshold_condition_code, "event_threshold_condition_code"
    pre_when = renamed(pre_when, when, f"pre_{name}", name)
    model = WeightUpdateModel(
        **_shared(title, class_name, params, param_names, vars, var_name_types, derived_params),
        pre_vars=entries.variables(title, pre_vars),
        post_vars=entries.variables(title, post_vars),
        pre_neuron_var_refs=entries.references(title, pre_neuron_var_refs),
        post_neuron_var_refs=entries.references(title, post_neuron_var_refs),
        psm_var_refs=entries.references(title, psm_var_refs),
        pre_spike_syn_code=code(spike_code, "presynaptic spike code"),
        **entries.event_code(title, "pre", pre_event, pre_when),
        **entries.event_code(title, "post", post_event_syn_code, post_when),
        post_spike_syn_code=code(learn, "postsynaptic spike code"),
        synapse_dynamics_code=code(synapse_dynamics_code, "synapse dynamics code"),
        pre_spike_code=code(pre_spike_code, "code for presynaptic neurons that spiked"),
        post_spike_code=code(post_spike_code, "code for postsynaptic neurons that spiked"),
        pre_dynamics_code=code(pre_dynamics_code, "presynaptic dynamics code"),
        post_dynamics_code=code(post_dynamics_code, "postsynaptic dynamics code"),
        extra_global_params=entries.arrays(title, extra_global_params),
    )
    return _named_once(model)


def create_current_source_model(
    class_name: str,
    params: ParamSpec = None,
    param_names: ParamSpec = None,
    vars: VarSpec = None,
    var_name_types: VarSpec = None,
    neuron_var_refs: VarSpec = None,
    derived_params: DerivedSpec = None,
    injection_code: str | None = None,
    extra_global_params: ArraySpec = None,
) -> CurrentSourceModel:
    """Describe a source that injects a current into every neuron of a population.

    Parameters
    ----------
    class_name
        Name for messages.
    params, param_names, vars, var_name_types, derived_params, neuron_var_refs
        As for `create_postsynaptic_model`; each neuron has its own variables.
    injection_code
        Run every step for every neuron; ``injectCurrent(x)`` adds to the neuron's input.
    extra_global_params
        As for `create_neuron_model`.

    Returns
    -------
    CurrentSourceModel
        The description, to be passed to `GeNNModel.add_current_source`.

    Examples
    --------
    >>> create_current_source_model(
    ...     "pixel", vars=[("magnitude", "scalar")], injection_code="injectCurrent(magnitude);"
    ... ).class_name
    'pixel'
    """
    title = f"current source model '{class_name}'"
    return _named_once(
        CurrentSourceModel(
            **_shared(title, class_name, params, param_names, vars, var_name_types, derived_params),
            neuron_var_refs=entries.references(title, neuron_var_refs),
            injection_code=entries.code(title, injection_code, "injection code"),
            extra_global_params=entries.arrays(title, extra_global_params),
        )
    )


def create_custom_update_model(
    class_name: str,
    params: ParamSpec = None,
    param_names: ParamSpec = None,
    vars: VarSpec = None,
    var_name_types: VarSpec = None,
    derived_params: DerivedSpec = None,
    var_refs: VarSpec = None,
    update_code: str | None = None,
    extra_global_params: ArraySpec = None,
    extra_global_param_refs: ArraySpec = None,
) -> CustomUpdateModel:
    """Describe an operation on variables that runs on request, for the whole batch at once.

    Parameters
    ----------
    class_name
        Name for messages.
    params, param_names, derived_params
        As for `create_neuron_model`.
    vars, var_name_types
        Variables of its own: ``(name, type)`` or ``(name, type, CustomUpdateVarAccess)``.
    var_refs
        Variables of others: ``(name, type)`` or ``(name, type, VarAccessMode)``. With
        ``REDUCE_SUM`` or ``REDUCE_MAX`` they have one value for the whole batch, or for all
        neurons, where the others have several.
    update_code
        Run for every element. Sees ``t``, ``dt`` (ms), ``batch``, ``num_batch``, and ``id`` and
        ``num_neurons``, or ``id_pre`` and its relatives where the variables are of synapses.
        Targets of reductions can only be assigned by ``=``: all that is assigned to one is summed,
        or the largest taken, and the result is stored once the code has run for every element.
        Where the code assigns nothing, nothing is added. In PyGeNN it would be whatever was there.
    extra_global_params
        As for `create_neuron_model`.
    extra_global_param_refs
        Extra global parameters of others: ``(name, "scalar*")`` or another type with a star.

    Returns
    -------
    CustomUpdateModel
        The description, to be passed to `GeNNModel.add_custom_update`.

    Examples
    --------
    >>> create_custom_update_model(
    ...     "reset", var_refs=[("V", "scalar")], update_code="V = 0.0;"
    ... ).class_name
    'reset'
    >>> create_custom_update_model(
    ...     "largest",
    ...     vars=[("peak", "scalar", CustomUpdateVarAccess.REDUCE_NEURON_MAX)],
    ...     var_refs=[("V", "scalar", VarAccessMode.READ_ONLY)],
    ...     update_code="peak = V;",
    ... ).reductions
    {'peak': 'max'}
    """
    title = f"custom update model '{class_name}'"
    return _named_once(
        CustomUpdateModel(
            **_shared(
                title,
                class_name,
                params,
                param_names,
                vars,
                var_name_types,
                derived_params,
                CustomUpdateVarAccess,
            ),
            var_refs=entries.references(title, var_refs),
            update_code=entries.code(title, update_code, "update code"),
            extra_global_params=entries.arrays(title, extra_global_params),
            extra_global_param_refs=entries.arrays(
                title, extra_global_param_refs, "extra global parameter reference"
            ),
        )
    )


def create_custom_connectivity_update_model(
    class_name: str,
    params: ParamSpec = None,
    vars: VarSpec = None,
    pre_vars: VarSpec = None,
    post_vars: VarSpec = None,
    derived_params: DerivedSpec = None,
    var_refs: VarSpec = None,
    pre_var_refs: VarSpec = None,
    post_var_refs: VarSpec = None,
    row_update_code: str | None = None,
    host_update_code: str | None = None,
    extra_global_params: ArraySpec = None,
    extra_global_param_refs: ArraySpec = None,
) -> CustomConnectivityUpdateModel:
    """Describe an operation that adds and removes synapses on request.

    Parameters
    ----------
    class_name
        Name for messages.
    params, derived_params
        As for `create_neuron_model`.
    vars, pre_vars, post_vars
        Variables of its own, which each synapse, presynaptic or postsynaptic neuron has:
        ``(name, type)`` or ``(name, type, VarAccess)``. The batch shares them.
    var_refs, pre_var_refs, post_var_refs
        Variables of others: ``(name, type)`` or ``(name, type, VarAccessMode)``.
    row_update_code
        Run for the row of each presynaptic neuron, from 0 on. ``for_each_synapse { … }`` loops over
        its synapses; ``remove_synapse()`` in it removes the current one, and moves the last one of
        the row into its place, which comes next. ``add_synapse(id_post, …)`` adds a synapse at the
        end of the row, with a value for each of `vars` and then of `var_refs`; its other variables
        are 0. Sees ``id_pre``, ``num_pre``, ``num_post``, ``row_length``, ``row_stride``, ``t``,
        ``dt``, `pre_vars` and `pre_var_refs`; in the loop also ``id_post``, ``id_syn`` and all
        other variables. May draw random numbers.
    host_update_code
        Run once before that, on the copies of the host. It sees the arrays `pre_vars`,
        `post_vars`, `extra_global_params` and ``row_length``; for each of them but the last,
        ``pushXToDevice()`` and ``pullXFromDevice()`` copy it, with the number of elements for extra
        global parameters. ``pullRowLengthFromDevice()`` does nothing, as ``row_length`` is always
        that of the device.
    extra_global_params
        As for `create_neuron_model`.
    extra_global_param_refs
        As for `create_custom_update_model`.

    Returns
    -------
    CustomConnectivityUpdateModel
        The description, to be passed to `GeNNModel.add_custom_connectivity_update`.

    Examples
    --------
    >>> create_custom_connectivity_update_model(
    ...     "prune", var_refs=[("g", "scalar")],
    ...     row_update_code="for_each_synapse { if(g < 0.01) { remove_synapse(); } }",
    ... ).class_name
    'prune'
    """
    title = f"custom connectivity update model '{class_name}'"
    code, references = partial(entries.code, title), partial(entries.references, title)
    return _named_once(
        CustomConnectivityUpdateModel(
            **_shared(title, class_name, params, None, vars, None, derived_params),
            pre_vars=entries.variables(title, pre_vars),
            post_vars=entries.variables(title, post_vars),
            var_refs=references(var_refs),
            pre_var_refs=references(pre_var_refs),
            post_var_refs=references(post_var_refs),
            row_update_code=code(row_update_code, "row update code", of_rows=True),
            host_update_code=code(host_update_code, "host update code"),
            extra_global_params=entries.arrays(title, extra_global_params),
            extra_global_param_refs=entries.arrays(
                title, extra_global_param_refs, "extra global parameter reference"
            ),
        )
    )


def create_var_init_snippet(
    class_name: str,
    params: ParamSpec = None,
    param_names: ParamSpec = None,
    derived_params: DerivedSpec = None,
    var_init_code: str | None = None,
    extra_global_params: ArraySpec = None,
) -> VarInitSnippet:
    """Describe how a variable gets its initial values.

    Parameters
    ----------
    class_name
        Name for messages.
    params, param_names, derived_params
        As for `create_neuron_model`.
    var_init_code
        Run for every element when the model is loaded, and assigns ``value``. Sees ``dt`` (ms),
        ``num_batch``, and ``id`` and ``num_neurons``, or ``id_pre``, ``id_post``, ``id_syn``,
        ``num_pre`` and ``num_post`` where the variable is one of synapses. May draw random numbers;
        all batch elements start from the same values.
    extra_global_params
        As for `create_neuron_model`, to be read only; their values are set in
        ``group.vars[variable].extra_global_params[name]``.

    Returns
    -------
    VarInitSnippet
        The description, to be passed to `init_var`.

    Examples
    --------
    >>> create_var_init_snippet(
    ...     "ramp", params=["slope"], var_init_code="value = slope * id;"
    ... ).class_name
    'ramp'
    """
    title = f"variable initialisation snippet '{class_name}'"
    return _named_once(
        VarInitSnippet(
            **_shared(title, class_name, params, param_names, None, None, derived_params),
            var_init_code=entries.code(title, var_init_code, "variable initialisation code"),
            extra_global_params=entries.arrays(title, extra_global_params),
        )
    )


def create_sparse_connect_init_snippet(
    class_name: str,
    params: ParamSpec = None,
    param_names: ParamSpec = None,
    derived_params: DerivedSpec = None,
    row_build_code: str | None = None,
    col_build_code: str | None = None,
    calc_max_row_len_func: CountFunction | None = None,
    calc_max_col_len_func: CountFunction | None = None,
    calc_kernel_size_func: KernelFunction | None = None,
    extra_global_params: ArraySpec = None,
) -> SparseConnectivityInitSnippet:
    """Describe which neurons are connected.

    Parameters
    ----------
    class_name
        Name for messages.
    params, param_names, derived_params
        As for `create_neuron_model`.
    row_build_code
        Run for every presynaptic neuron when the model is loaded; ``addSynapse(id_post)`` connects
        it to a postsynaptic one, in any order, and more than once if it is called again. Sees
        ``id_pre``, ``num_pre``, ``num_post``, ``num_batch`` and ``dt`` (ms), and may draw random
        numbers.
    col_build_code
        The same for every postsynaptic neuron, with ``id_post`` and ``addSynapse(id_pre)``.
    calc_max_row_len_func, calc_max_col_len_func
        The most synapses of one presynaptic or postsynaptic neuron, from
        ``(num_pre, num_post, pars)``; without it, the number of neurons on the other side.
    calc_kernel_size_func
        The size of a kernel that synapses share, a whole number for each dimension, from
        ``pars``. ``addSynapse(id_post, k0, k1, …)`` then takes the place in the kernel, too.
    extra_global_params
        As for `create_neuron_model`, to be read only; their values are set in
        ``group.connectivity_extra_global_params[name]``.

    Returns
    -------
    SparseConnectivityInitSnippet
        The description, to be passed to `init_sparse_connectivity`.

    Examples
    --------
    >>> create_sparse_connect_init_snippet(
    ...     "ring", row_build_code="addSynapse((id_pre + 1) % num_post);",
    ...     calc_max_row_len_func=lambda num_pre, num_post, pars: 1,
    ... ).class_name
    'ring'
    """
    title = f"sparse connectivity initialisation snippet '{class_name}'"
    rows = entries.code(title, row_build_code, "row build code")
    columns = entries.code(title, col_build_code, "column build code")
    if not rows.is_blank and not columns.is_blank:
        raise RuntimeError(
            f"{title} has both row_build_code and col_build_code; connectivity is built by rows or "
            "by columns: remove one."
        )
    return _named_once(
        SparseConnectivityInitSnippet(
            **_shared(title, class_name, params, param_names, None, None, derived_params),
            row_build_code=rows,
            col_build_code=columns,
            calc_max_row_len_func=entries.count_function(
                title, calc_max_row_len_func, "calc_max_row_len_func"
            ),
            calc_max_col_len_func=entries.count_function(
                title, calc_max_col_len_func, "calc_max_col_len_func"
            ),
            calc_kernel_size_func=entries.count_function(
                title, calc_kernel_size_func, "calc_kernel_size_func", "(pars)"
            ),
            extra_global_params=entries.arrays(title, extra_global_params),
        )
    )


def create_toeplitz_connect_init_snippet(
    class_name: str,
    params: ParamSpec = None,
    param_names: ParamSpec = None,
    derived_params: DerivedSpec = None,
    diagonal_build_code: str | None = None,
    calc_max_row_len_func: CountFunction | None = None,
    calc_kernel_size_func: KernelFunction | None = None,
    extra_global_params: ArraySpec = None,
) -> ToeplitzConnectivityInitSnippet:
    """Describe which neurons a convolution connects.

    Parameters
    ----------
    class_name
        Name for messages.
    params, param_names, derived_params
        As for `create_neuron_model`.
    diagonal_build_code
        Run for every diagonal, ``id_diag``. In ``for_each_synapse { … }``, it runs for presynaptic
        neuron ``id_pre``, and ``addSynapse(id_post, k0, k1, …)`` connects it to a postsynaptic one
        by the weight at that place in the kernel. Sees ``num_pre``, ``num_post`` and ``dt`` (ms).
    calc_max_row_len_func
        The number of diagonals, from ``(num_pre, num_post, pars)``.
    calc_kernel_size_func
        The size of the kernel, a whole number for each dimension, from ``pars``.
    extra_global_params
        As for `create_neuron_model`, to be read only; their values are set in
        ``group.connectivity_extra_global_params[name]``.

    Returns
    -------
    ToeplitzConnectivityInitSnippet
        The description, to be passed to `init_toeplitz_connectivity`.

    Examples
    --------
    >>> create_toeplitz_connect_init_snippet(
    ...     "shift",
    ...     diagonal_build_code="for_each_synapse { addSynapse(id_pre + id_diag, id_diag); }",
    ...     calc_max_row_len_func=lambda num_pre, num_post, pars: 3,
    ...     calc_kernel_size_func=lambda pars: [3],
    ... ).class_name
    'shift'
    """
    title = f"toeplitz connectivity initialisation snippet '{class_name}'"
    code = entries.code(title, diagonal_build_code, "diagonal build code")
    return _named_once(
        ToeplitzConnectivityInitSnippet(
            **_shared(title, class_name, params, param_names, None, None, derived_params),
            diagonal_build_code=replace(code, of_rows=True),
            calc_max_row_len_func=entries.count_function(
                title, calc_max_row_len_func, "calc_max_row_len_func"
            ),
            calc_kernel_size_func=entries.count_function(
                title, calc_kernel_size_func, "calc_kernel_size_func", "(pars)"
            ),
            extra_global_params=entries.arrays(title, extra_global_params),
        )
    )
