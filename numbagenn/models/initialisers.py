"""The ``init_…`` functions: a model or snippet with its parameters and initial values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from numbagenn.models.builtin_models import find_model
from numbagenn.models.descriptions import (
    DeclaredReference,
    PostsynapticModel,
    SparseConnectivityInitSnippet,
    ToeplitzConnectivityInitSnippet,
    VarInitSnippet,
    WeightUpdateModel,
)
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


def init_var(snippet: object, params: Mapping[str, float] | None = None) -> VarInit:
    """Initialise a variable by a snippet.

    Parameters
    ----------
    snippet
        A snippet, or the name of a built-in one: ``"Constant"``, ``"Uniform"``, ``"Normal"``,
        ``"NormalClipped"``, ``"NormalClippedDelay"``, ``"Exponential"``, ``"Gamma"``,
        ``"Binomial"``, ``"Kernel"``, ``"Uninitialised"``.
    params
        Parameters of the snippet.

    Raises
    ------
    ValueError
        If a built-in distribution does not exist for these parameters.

    Examples
    --------
    >>> init_var("Uniform", {"min": -65.0, "max": -50.0}).params
    {'min': -65.0, 'max': -50.0}
    """
    model = find_model(snippet, VarInitSnippet, "a variable")
    values = check_parameters(f"Variable initialiser '{model.class_name}'", model, params)
    _check_meaning(model, values)
    constant = find_model("Constant", VarInitSnippet, "a variable")
    number = 0.0 if model.var_init_code.is_blank else None
    return VarInit(model, values, values["constant"] if model is constant else number)


def init_sparse_connectivity(
    snippet: object, params: Mapping[str, float] | None = None
) -> ConnectivityInit:
    """Initialise sparse connectivity by a snippet.

    Parameters
    ----------
    snippet
        A snippet, or the name of a built-in one: ``"OneToOne"``, ``"FixedProbability"``,
        ``"FixedProbabilityNoAutapse"``, ``"FixedNumberPostWithReplacement"``,
        ``"FixedNumberPreWithReplacement"``, ``"FixedNumberTotalWithReplacement"``, ``"Conv2D"``,
        ``"Uninitialised"``.
    params
        Parameters of the snippet.

    Raises
    ------
    ValueError
        If a parameter of a built-in snippet is out of range.

    Examples
    --------
    >>> init_sparse_connectivity("FixedProbability", {"prob": 0.1}).params
    {'prob': 0.1}
    """
    model = find_model(snippet, SparseConnectivityInitSnippet, "sparse connectivity")
    prefix = f"Sparse connectivity initialiser '{model.class_name}'"
    values = check_parameters(prefix, model, params)
    _check_meaning(model, values)
    return ConnectivityInit(model, values)


def init_toeplitz_connectivity(
    snippet: object, params: Mapping[str, float] | None = None
) -> ToeplitzInit:
    """Initialise Toeplitz connectivity, that of a convolution, by a snippet.

    Parameters
    ----------
    snippet
        A snippet, or the name of a built-in one: ``"Conv2D"``, ``"AvgPoolConv2D"``,
        ``"Uninitialised"``.
    params
        Parameters of the snippet.

    Examples
    --------
    >>> sizes = {"conv_kh": 3, "conv_kw": 3, "conv_ih": 8, "conv_iw": 8, "conv_ic": 1}
    >>> sizes |= {"conv_oh": 6, "conv_ow": 6, "conv_oc": 4}
    >>> init_toeplitz_connectivity("Conv2D", sizes).snippet.class_name
    'Conv2D'
    """
    model = find_model(snippet, ToeplitzConnectivityInitSnippet, "Toeplitz connectivity")
    prefix = f"Toeplitz connectivity initialiser '{model.class_name}'"
    return ToeplitzInit(model, check_parameters(prefix, model, params))


def _check_meaning(
    snippet: VarInitSnippet | SparseConnectivityInitSnippet, params: Mapping[str, float]
) -> None:
    mistake = snippet.mistake(params) if snippet.mistake else ""
    if mistake:
        raise ValueError(f"{snippet.title}: {mistake}.")


def init_weight_update(
    snippet: object,
    params: Mapping[str, float] | None = None,
    vars: Mapping[str, Any] | None = None,
    pre_vars: Mapping[str, Any] | None = None,
    post_vars: Mapping[str, Any] | None = None,
    pre_var_refs: Mapping[str, Any] | None = None,
    post_var_refs: Mapping[str, Any] | None = None,
    psm_var_refs: Mapping[str, Any] | None = None,
) -> WeightUpdateInit:
    """Give a weight update model its parameters and the initial values of its variables.

    Parameters
    ----------
    snippet
        A model, or the name of a built-in one such as ``"StaticPulse"``.
    params
        Parameters by name.
    vars
        Initial values by name: a number, or ``num_pre * num_post`` numbers in rows of one
        presynaptic neuron each (``weights.flatten()``).
    pre_vars, post_vars
        Initial values of the variables of the presynaptic and postsynaptic neurons.
    pre_var_refs, post_var_refs
        For each neuron variable reference of the model: the name of a variable of the presynaptic,
        or postsynaptic, neuron, or a `create_var_ref` to one.
    psm_var_refs
        For each reference to the postsynaptic model: the name of a variable of it, or a
        `create_psm_var_ref` to one.

    Examples
    --------
    >>> init_weight_update("StaticPulse", {}, {"g": 0.5}).model.class_name
    'StaticPulse'
    """
    model = find_model(snippet, WeightUpdateModel, "a synapse population")
    prefix = f"Weight update model '{model.class_name}'"

    def references(
        kind: str, declared: Sequence[DeclaredReference], given: Mapping[str, Any] | None
    ) -> dict[str, Any]:
        names = [reference.name for reference in declared]
        return check_names(prefix, f"{kind} variable reference", "target", names, given)

    return WeightUpdateInit(
        model=model,
        params=check_parameters(prefix, model, params),
        vars=check_variables(prefix, model.vars, vars),
        pre_vars=check_variables(f"{prefix}, presynaptic neuron", model.pre_vars, pre_vars),
        post_vars=check_variables(f"{prefix}, postsynaptic neuron", model.post_vars, post_vars),
        pre_var_refs=references("Presynaptic neuron", model.pre_neuron_var_refs, pre_var_refs),
        post_var_refs=references("Postsynaptic neuron", model.post_neuron_var_refs, post_var_refs),
        psm_var_refs=references("Postsynaptic model", model.psm_var_refs, psm_var_refs),
    )


def init_postsynaptic(
    snippet: object,
    params: Mapping[str, float] | None = None,
    vars: Mapping[str, Any] | None = None,
    var_refs: Mapping[str, Any] | None = None,
) -> PostsynapticInit:
    """Give a postsynaptic model its parameters and the initial values of its variables.

    Parameters
    ----------
    snippet
        A model, or the name of a built-in one such as ``"DeltaCurr"``.
    params
        Parameters by name.
    vars
        Initial values by name: a number, or one for each postsynaptic neuron.
    var_refs
        For each neuron variable reference of the model: the name of a variable of the
        postsynaptic neuron, or a `create_var_ref` to one.

    Examples
    --------
    >>> init_postsynaptic("ExpCurr", {"tau": 5.0}).params
    {'tau': 5.0}
    """
    model = find_model(snippet, PostsynapticModel, "a synapse population")
    prefix = f"Postsynaptic model '{model.class_name}'"
    values = check_parameters(prefix, model, params)
    variables = check_variables(prefix, model.vars, vars)
    names = [reference.name for reference in model.neuron_var_refs]
    references = check_names(prefix, "Neuron variable reference", "target", names, var_refs)
    return PostsynapticInit(model=model, params=values, vars=variables, var_refs=references)
