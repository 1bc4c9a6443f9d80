"""The functions that describe models: ``create_…_model``, checked at the call.

Their signatures, the deprecated keywords in the middle included, are those of PyGeNN 5.4.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import numpy as np

from numbagenn.base.enumerations import CustomUpdateVarAccess, VarAccess, VarAccessMode
from numbagenn.base.types import SCALAR, ResolvedType, TypeLike, check_type
from numbagenn.base.user_warnings import warn_user
from numbagenn.base.wording import shown, unsupported
from numbagenn.codegen.code_checks import check_code
from numbagenn.codegen.initial_values import check_init_code
from numbagenn.language.code_strings import Snippet
from numbagenn.models.descriptions import (
    AdditionalInput,
    CountFunction,
    CurrentSourceModel,
    CustomUpdateModel,
    DerivedParameter,
    ExtraGlobalParam,
    Model,
    NeuronModel,
    Parameter,
    PostsynapticModel,
    SparseConnectivityInitSnippet,
    Var,
    VarInitSnippet,
    VarReference,
    WeightUpdateModel,
)

ParamSpec = Sequence[str | tuple[str, TypeLike]] | None
VarSpec = Sequence[tuple[Any, ...]] | None
DerivedSpec = Sequence[tuple[Any, ...]] | None
ArraySpec = Sequence[tuple[str, TypeLike]] | None
AnyModel = TypeVar("AnyModel", bound=Model)


def check_name(name: object, what: str, *, may_start_with_digit: bool = False) -> str:
    """Return `name` if it can name a variable, a parameter or (with a digit) a population.

    Raises
    ------
    RuntimeError
        If it is empty, or holds anything but letters, digits and underscores.
    TypeError
        If it is not a string.
    """
    if not isinstance(name, str):
        raise TypeError(f"{what} name must be a string, not {shown(name)}.")
    if not name:
        raise RuntimeError(f"{what} name invalid: it cannot be empty.")
    if not re.fullmatch(r"[A-Za-z0-9_]+", name):
        raise RuntimeError(
            f"{what} name invalid: {shown(name)} contains an illegal character; use letters, "
            "digits and underscores."
        )
    if name[0].isdigit() and not may_start_with_digit:
        raise RuntimeError(
            f"{what} name invalid: '{name}' starts with a digit; begin it with a letter."
        )
    return name


def _renamed(title: str, new: object, old: object, names: tuple[str, str]) -> Any:
    """Return the value of a keyword that may have been given under its deprecated name."""
    if old is None:
        return new
    warn_user(f"{title}: keyword '{names[1]}' is deprecated; use '{names[0]}'.", FutureWarning)
    if new is not None:
        raise TypeError(f"{title}: '{names[0]}' and '{names[1]}' are the same; give only one.")
    return old


def _sequence(given: object, what: str) -> Iterable[Any]:
    """Return the entries of a list argument; a lone string is the usual mistake."""
    if given is None:
        return ()
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise TypeError(f"{what} must be a list, not {shown(given)}.")
    return given


def _entry(entry: object, what: str, lengths: tuple[int, ...], form: str) -> tuple[Any, ...]:
    if not isinstance(entry, (tuple, list)) or len(entry) not in lengths:
        raise TypeError(f"{what} must be {form}, not {shown(entry)}.")
    return tuple(entry)


def _parameters(title: str, given: object) -> tuple[Parameter, ...]:
    result = []
    for entry in _sequence(given, f"params of {title}"):
        name, ctype = (
            (entry, SCALAR)
            if isinstance(entry, str)
            else _entry(entry, f"A parameter of {title}", (2,), "a name or (name, type)")
        )
        check_name(name, f"{title}: parameter")
        check_type(ctype, f"parameter '{name}' of {title}")
        result.append(Parameter(name, ctype))
    return tuple(result)


def _derived(title: str, given: object) -> tuple[DerivedParameter, ...]:
    result = []
    for entry in _sequence(given, f"derived_params of {title}"):
        name, function, *rest = _entry(
            entry, f"A derived parameter of {title}", (2, 3), "(name, function(pars, dt))"
        )
        check_name(name, f"{title}: derived parameter")
        if not callable(function):
            raise TypeError(
                f"Derived parameter '{name}' of {title} needs a function of (pars, dt), "
                f"not {shown(function)}."
            )
        ctype = rest[0] if rest else SCALAR
        check_type(ctype, f"derived parameter '{name}' of {title}")
        result.append(DerivedParameter(name, function, ctype))
    return tuple(result)


def _variables(
    title: str, given: object, family: type[VarAccess] | type[CustomUpdateVarAccess] = VarAccess
) -> tuple[Var, ...]:
    result = []
    for entry in _sequence(given, f"vars of {title}"):
        name, ctype, *rest = _entry(
            entry,
            f"A variable of {title}",
            (2, 3),
            f"(name, type) or (name, type, {family.__name__})",
        )
        check_name(name, f"{title}: variable")
        check_type(ctype, f"variable '{name}' of {title}")
        access = rest[0] if rest else family.READ_WRITE
        if not isinstance(access, family):
            raise TypeError(
                f"Access of variable '{name}' of {title} must be a {family.__name__}, "
                f"not {shown(access)}."
            )
        result.append(Var(name, ctype, access))
    return tuple(result)


def _references(title: str, given: object) -> tuple[VarReference, ...]:
    result = []
    for entry in _sequence(given, f"variable references of {title}"):
        name, ctype, *rest = _entry(
            entry,
            f"A variable reference of {title}",
            (2, 3),
            "(name, type) or (name, type, VarAccessMode)",
        )
        check_name(name, f"{title}: variable reference")
        check_type(ctype, f"variable reference '{name}' of {title}")
        mode = rest[0] if rest else VarAccessMode.READ_WRITE
        if not isinstance(mode, VarAccessMode):
            raise TypeError(
                f"Access of variable reference '{name}' of {title} must be a VarAccessMode, "
                f"not {shown(mode)}."
            )
        result.append(VarReference(name, ctype, mode))
    return tuple(result)


def _arrays(
    title: str, given: object, what: str = "extra global parameter"
) -> tuple[ExtraGlobalParam, ...]:
    """Return the arrays that a description has or refers to."""
    result = []
    for entry in _sequence(given, f"{what}s of {title}"):
        name, ctype = _entry(
            entry, f"An {what} of {title}", (2,), "(name, type), such as ('table', 'scalar*')"
        )
        check_name(name, f"{title}: {what}")
        if isinstance(ctype, str):
            if not ctype.rstrip().endswith("*"):
                raise RuntimeError(
                    f"GeNN no longer supports non-array extra global parameters: the type of "
                    f"{what} '{name}' of {title} is '{ctype}'; write '{ctype}*' for an array, or "
                    "make it a parameter, which can be dynamic."
                )
            ctype = ctype.rstrip()[:-1]
        elif not isinstance(ctype, ResolvedType):
            raise TypeError(
                f"Type of {what} '{name}' of {title} must be a string such as 'scalar*' or an "
                f"object of pygenn.types, not {shown(ctype)}."
            )
        check_type(ctype, f"the elements of {what} '{name}' of {title}")
        result.append(ExtraGlobalParam(name, ctype))
    return tuple(result)


def _inputs(title: str, given: object) -> tuple[AdditionalInput, ...]:
    result = []
    for entry in _sequence(given, f"additional_input_vars of {title}"):
        name, ctype, initial = _entry(
            entry, f"An additional input of {title}", (3,), "(name, type, initial value)"
        )
        check_name(name, f"{title}: additional input")
        check_type(ctype, f"additional input '{name}' of {title}")
        if np.ndim(initial) or np.asarray(initial).dtype.kind not in "biuf":
            raise TypeError(
                f"Additional input '{name}' of {title} must start from a number, not "
                f"{shown(initial)}."
            )
        result.append(AdditionalInput(name, ctype, float(initial)))
    return tuple(result)


def _snippet(title: str, code: object, what: str, *, is_condition: bool = False) -> Snippet:
    if code is None:
        code = ""
    if not isinstance(code, str):
        raise TypeError(f"{what} of {title} must be a string of code, not {shown(code)}.")
    return Snippet(code, f"{what[0].upper()}{what[1:]} of {title}", is_condition)


def _refuse(title: str, **parts: object) -> None:
    """Raise for parts of a description that are out of the engine's scope, if they are given."""
    for name, given in parts.items():
        if given and not (isinstance(given, str) and Snippet(given, name).is_blank):
            raise unsupported(f"'{name}' ({title})")


def _events(
    title: str, side: str, code: str | None, condition: str | None
) -> tuple[Snippet, Snippet]:
    """Return the code for spike-like events of one side, and the condition for there to be one."""
    snippet = _snippet(title, code, f"{side}synaptic event code")
    when = _snippet(title, condition, f"{side}synaptic event condition code", is_condition=True)
    if when.is_blank and not snippet.is_blank:
        raise RuntimeError(
            f"{title} has {side}_event_syn_code, but no {side}_event_threshold_condition_code that "
            "says when there is an event; give both."
        )
    if snippet.is_blank and not when.is_blank:
        raise RuntimeError(
            f"{title} has {side}_event_threshold_condition_code, but no {side}_event_syn_code that "
            "says what an event does; give both, or ';' for nothing."
        )
    return snippet, when


def _checked(model: AnyModel) -> AnyModel:
    """Return `model` once its names are unique and its code strings translate."""
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
    if isinstance(model, (VarInitSnippet, SparseConnectivityInitSnippet)):
        check_init_code(model)
    else:
        check_code(model)
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
        with a star. All neurons and all batches share them. Their values, and with them their
        length, are set before `GeNNModel.load`: ``group.extra_global_params[name]
        .set_init_values(values)``. An index outside is an error once the step has run: what is read
        there is 0, and what is assigned there is lost. Where code assigns elements, every step runs
        one batch after the other, so that a batch finds what those before it have assigned.
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
    params = _renamed(title, params, param_names, ("params", "param_names"))
    variables = _renamed(title, vars, var_name_types, ("vars", "var_name_types"))
    threshold = _snippet(
        title, threshold_condition_code, "threshold condition code", is_condition=True
    )
    return _checked(
        NeuronModel(
            class_name,
            _parameters(title, params),
            _variables(title, variables),
            _derived(title, derived_params),
            _snippet(title, sim_code, "sim code"),
            threshold,
            # Without a threshold the neuron never spikes, and its reset code is never looked at.
            _snippet(title, None if threshold.is_blank else reset_code, "reset code"),
            _inputs(title, additional_input_vars),
            bool(auto_refractory_required),
            extra_global_params=_arrays(title, extra_global_params),
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
    params = _renamed(title, params, param_names, ("params", "param_names"))
    variables = _renamed(title, vars, var_name_types, ("vars", "var_name_types"))
    return _checked(
        PostsynapticModel(
            class_name,
            _parameters(title, params),
            _variables(title, variables),
            _derived(title, derived_params),
            _references(title, neuron_var_refs),
            _snippet(title, sim_code, "sim code"),
            extra_global_params=_arrays(title, extra_global_params),
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
        model to read: ``(name, type)``.
    pre_var_name_types, post_var_name_types, sim_code, event_code, event_threshold_condition_code
        Deprecated names of `pre_vars`, `post_vars`, `pre_spike_syn_code`, `pre_event_syn_code` and
        `pre_event_threshold_condition_code`.
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
    synapse_dynamics_code
        As `pre_spike_syn_code`, run for every synapse in every step.
    pre_spike_code, post_spike_code
        Run for every presynaptic, or postsynaptic, neuron that spiked.
    pre_dynamics_code, post_dynamics_code
        Run for every presynaptic, or postsynaptic, neuron in every step.
    learn_post_code, post_spike_syn_code
        Learning from postsynaptic spikes, which the bundled engine does not support.
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

    def either(new: Any, old: Any, name: str, old_name: str) -> Any:
        return _renamed(title, new, old, (name, old_name))

    params = either(params, param_names, "params", "param_names")
    variables = either(vars, var_name_types, "vars", "var_name_types")
    pre_vars = either(pre_vars, pre_var_name_types, "pre_vars", "pre_var_name_types")
    post_vars = either(post_vars, post_var_name_types, "post_vars", "post_var_name_types")
    spike_code = either(pre_spike_syn_code, sim_code, "pre_spike_syn_code", "sim_code")
    event = either(pre_event_syn_code, event_code, "pre_event_syn_code", "event_code")
    condition = either(
        pre_event_threshold_condition_code,
        event_threshold_condition_code,
        "pre_event_threshold_condition_code",
        "event_threshold_condition_code",
    )
    _refuse(title, learn_post_code=learn_post_code, post_spike_syn_code=post_spike_syn_code)
    return _checked(
        WeightUpdateModel(
            class_name,
            _parameters(title, params),
            _variables(title, variables),
            _derived(title, derived_params),
            _variables(title, pre_vars),
            _variables(title, post_vars),
            _references(title, pre_neuron_var_refs),
            _references(title, post_neuron_var_refs),
            _references(title, psm_var_refs),
            _snippet(title, spike_code, "presynaptic spike code"),
            *_events(title, "pre", event, condition),
            *_events(title, "post", post_event_syn_code, post_event_threshold_condition_code),
            _snippet(title, synapse_dynamics_code, "synapse dynamics code"),
            _snippet(title, pre_spike_code, "code for presynaptic neurons that spiked"),
            _snippet(title, post_spike_code, "code for postsynaptic neurons that spiked"),
            _snippet(title, pre_dynamics_code, "presynaptic dynamics code"),
            _snippet(title, post_dynamics_code, "postsynaptic dynamics code"),
            extra_global_params=_arrays(title, extra_global_params),
        )
    )


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
    params = _renamed(title, params, param_names, ("params", "param_names"))
    variables = _renamed(title, vars, var_name_types, ("vars", "var_name_types"))
    return _checked(
        CurrentSourceModel(
            class_name,
            _parameters(title, params),
            _variables(title, variables),
            _derived(title, derived_params),
            _references(title, neuron_var_refs),
            _snippet(title, injection_code, "injection code"),
            extra_global_params=_arrays(title, extra_global_params),
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
    """Describe an operation on variables that runs on request, for all batches at once.

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
        ``REDUCE_SUM`` or ``REDUCE_MAX`` they have no batches, or no neurons, and the others have.
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
    params = _renamed(title, params, param_names, ("params", "param_names"))
    variables = _renamed(title, vars, var_name_types, ("vars", "var_name_types"))
    return _checked(
        CustomUpdateModel(
            class_name,
            _parameters(title, params),
            _variables(title, variables, CustomUpdateVarAccess),
            _derived(title, derived_params),
            _references(title, var_refs),
            _snippet(title, update_code, "update code"),
            extra_global_params=_arrays(title, extra_global_params),
            extra_global_param_refs=_arrays(
                title, extra_global_param_refs, "extra global parameter reference"
            ),
        )
    )


def _function(title: str, given: object, name: str) -> Any:
    if given is not None and not callable(given):
        raise TypeError(
            f"{name} of {title} must be a function of (num_pre, num_post, pars), not "
            f"{shown(given)}."
        )
    return given


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
        all batches start from the same values.
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
    params = _renamed(title, params, param_names, ("params", "param_names"))
    return _checked(
        VarInitSnippet(
            class_name,
            _parameters(title, params),
            (),
            _derived(title, derived_params),
            _snippet(title, var_init_code, "variable initialisation code"),
            extra_global_params=_arrays(title, extra_global_params),
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
    calc_kernel_size_func: Callable[..., Any] | None = None,
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
        it to a postsynaptic one, in any order, and more than once if called so. Sees ``id_pre``,
        ``num_pre``, ``num_post``, ``num_batch`` and ``dt`` (ms), and may draw random numbers.
    col_build_code
        The same for every postsynaptic neuron, with ``id_post`` and ``addSynapse(id_pre)``.
    calc_max_row_len_func, calc_max_col_len_func
        The most synapses of one presynaptic or postsynaptic neuron, from
        ``(num_pre, num_post, pars)``; without it, the number of neurons on the other side.
    calc_kernel_size_func
        Not supported by the bundled engine.
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
    params = _renamed(title, params, param_names, ("params", "param_names"))
    _refuse(title, calc_kernel_size_func=calc_kernel_size_func)
    rows = _snippet(title, row_build_code, "row build code")
    columns = _snippet(title, col_build_code, "column build code")
    if not rows.is_blank and not columns.is_blank:
        raise RuntimeError(
            f"{title} has both row_build_code and col_build_code; connectivity is built by rows or "
            "by columns: remove one."
        )
    return _checked(
        SparseConnectivityInitSnippet(
            class_name,
            _parameters(title, params),
            (),
            _derived(title, derived_params),
            rows,
            columns,
            _function(title, calc_max_row_len_func, "calc_max_row_len_func"),
            _function(title, calc_max_col_len_func, "calc_max_col_len_func"),
            extra_global_params=_arrays(title, extra_global_params),
        )
    )


__all__ = [
    "create_current_source_model",
    "create_custom_update_model",
    "create_neuron_model",
    "create_postsynaptic_model",
    "create_sparse_connect_init_snippet",
    "create_var_init_snippet",
    "create_weight_update_model",
]
