"""Wrong input fails at the call that is wrong, in one clear sentence, and breaks nothing."""

from __future__ import annotations

import gc
import re
import traceback
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from networks import INTEGRATE_AND_FIRE, PIXEL, RESET, START, add_cells, connect, new_model

from tutorial_helpers import engine
from tutorial_helpers.engine import (
    CustomUpdateVarAccess,
    GeNNModel,
    VarAccess,
    VarAccessMode,
    create_current_source_model,
    create_custom_update_model,
    create_neuron_model,
    create_out_post_var_ref,
    create_postsynaptic_model,
    create_psm_var_ref,
    create_spike_time_var_ref,
    create_src_spike_count_var_ref,
    create_var_ref,
    create_weight_update_model,
    create_wu_var_ref,
    init_postsynaptic,
    init_var,
    init_weight_update,
)

N = 4
IF = INTEGRATE_AND_FIRE
HOME = Path(engine.__file__).parents[1]


def scene() -> SimpleNamespace:
    """Return a model that is described but not built, and its parts."""
    model = new_model("scene")
    a, b = add_cells(model, "A", N), add_cells(model, "B", 3)
    synapses = connect(model, a, b, np.full((N, 3), 0.5))
    source = model.add_current_source("in", PIXEL, a, {}, {"magnitude": 0.5})
    references = {"V": create_var_ref(a, "V"), "count": create_var_ref(a, "count")}
    update = model.add_custom_update("reset", "Reset", RESET, {}, {}, references)
    return SimpleNamespace(m=model, a=a, b=b, s=synapses, src=source, refs=references, u=update)


def built() -> SimpleNamespace:
    parts = scene()
    parts.m.build()
    return parts


def loaded() -> SimpleNamespace:
    parts = built()
    parts.m.load()
    return parts


def new(mistake: Callable[[SimpleNamespace], object]) -> tuple[Callable, Callable]:
    return scene, mistake


def ready(mistake: Callable[[SimpleNamespace], object]) -> tuple[Callable, Callable]:
    return built, mistake


def live(mistake: Callable[[SimpleNamespace], object]) -> tuple[Callable, Callable]:
    return loaded, mistake


def alone(mistake: Callable[[], object]) -> tuple[Callable, Callable]:
    return lambda: None, lambda _: mistake()


def put(owner: Callable[[SimpleNamespace], Any], name: str, value: object) -> Callable:
    return lambda s: setattr(owner(s), name, value)


def cells(s: SimpleNamespace, **changed: Any) -> Any:
    given = {"pop_name": "C", "num_neurons": 2, "neuron": IF, "params": {"Vthr": 1.0}}
    return s.m.add_neuron_population(**given | {"vars": dict(START)} | changed)


def synapses(s: SimpleNamespace, **changed: Any) -> Any:
    given = {
        "pop_name": "BA",
        "matrix_type": "DENSE",
        "source": s.b,
        "target": s.a,
        "weight_update_init": init_weight_update("StaticPulse", {}, {"g": 1.0}),
        "postsynaptic_init": init_postsynaptic("DeltaCurr"),
    }
    return s.m.add_synapse_population(**given | changed)


def source(s: SimpleNamespace, **changed: Any) -> Any:
    given = {"cs_name": "cs", "current_source_model": PIXEL, "pop": s.a}
    return s.m.add_current_source(**given | {"vars": {"magnitude": 0.0}} | changed)


def update(s: SimpleNamespace, **changed: Any) -> Any:
    given = {"cu_name": "cu", "group_name": "G", "custom_update_model": RESET, "var_refs": s.refs}
    return s.m.add_custom_update(**given | changed)


def one_reference(ctype: str, *mode: VarAccessMode) -> Any:
    return create_custom_update_model("one", var_refs=[("x", ctype, *mode)], update_code="")


def two_references() -> Any:
    return create_custom_update_model(
        "two", var_refs=[("x", "scalar"), ("y", "scalar")], update_code="x = y;"
    )


def derived(result: object) -> Any:
    return create_neuron_model(
        "derived",
        vars=[("V", "scalar")],
        derived_params=[("x", lambda pars, dt: result)],
        sim_code="V = x;",
    )


def built_with(model: Any, params: Any = None) -> Any:
    """Return a mistake that only building can find."""

    def mistake(s: SimpleNamespace) -> None:
        given = {var.name: 0 for var in model.vars}
        s.m.add_neuron_population("C", 2, model, params or {}, given)
        try:
            s.m.build()
        finally:
            # The user takes it back.
            del s.m.neuron_populations["C"]

    return new(mistake)


def recording(steps: int | None, load: bool = True) -> SimpleNamespace:
    model = new_model("records")
    pop = add_cells(model, "A", N)
    pop.spike_recording_enabled = True
    model.build()
    if load:
        model.load(num_recording_timesteps=steps)
    return SimpleNamespace(m=model, a=pop)


typed = create_neuron_model(
    "typed", params=[("k", "uint8_t")], vars=[("n", "int"), ("c", "uint8_t")], sim_code="n = k;"
)
lookup = create_postsynaptic_model("lookup", neuron_var_refs=[("W", "scalar")], sim_code="")
cs_lookup = create_current_source_model(
    "cs_lookup", neuron_var_refs=[("W", "scalar")], injection_code="injectCurrent(W);"
)

Unsupported = NotImplementedError

# What is done, the type of the exception, and what its message says.
MISTAKES: dict[str, tuple[tuple[Callable, Callable], type[Exception], str]] = {
    # models
    "precision": (alone(lambda: GeNNModel("int")), RuntimeError, "'int' for precision"),
    "precision type": (alone(lambda: GeNNModel(engine.types.Int8)), RuntimeError, "floating"),
    "precision dtype": (alone(lambda: GeNNModel(np.dtype("float64"))), TypeError, "precision"),
    "time precision": (alone(lambda: GeNNModel(time_precision="x")), RuntimeError, "time_prec"),
    "backend": (alone(lambda: GeNNModel(backend="cuda")), KeyError, "'cuda' is not available"),
    "preference": (
        alone(lambda: GeNNModel(optimize_cod=1)), ValueError, "did you mean 'optimize_code'",
    ),
    "model name": (alone(lambda: GeNNModel("float", 5)), TypeError, "model_name"),
    "dt negative": (new(put(lambda s: s.m, "dt", -1.0)), ValueError, "dt must be a positive"),
    "dt zero": (new(put(lambda s: s.m, "dt", 0)), ValueError, "dt must be a positive"),
    "dt nan": (new(put(lambda s: s.m, "dt", float("nan"))), ValueError, "dt must be"),
    "dt text": (new(put(lambda s: s.m, "dt", "1.0")), TypeError, "dt must be a number"),
    "dt complex": (new(put(lambda s: s.m, "dt", 1j)), TypeError, "dt must be a number"),
    "batch size 0": (new(put(lambda s: s.m, "batch_size", 0)), ValueError, "at least 1"),
    "batch size -1": (new(put(lambda s: s.m, "batch_size", -1)), ValueError, "at least 1"),
    "batch size 1.5": (new(put(lambda s: s.m, "batch_size", 1.5)), TypeError, "integer"),
    "batch size True": (new(put(lambda s: s.m, "batch_size", True)), TypeError, "integer"),
    "seed": (new(put(lambda s: s.m, "seed", -3)), TypeError, "seed must be"),
    "large seed": (
        new(put(lambda s: s.m, "seed", 2**32)), TypeError, "from 0 to 4294967295, not 4294967296"
    ),
    # names
    "name empty": (new(lambda s: cells(s, pop_name="")), RuntimeError, "cannot be empty"),
    "name with hyphen": (new(lambda s: cells(s, pop_name="a-b")), RuntimeError, "'a-b'"),
    "name not text": (new(lambda s: cells(s, pop_name=7)), TypeError, "name must be a string"),
    "name with newline": (new(lambda s: cells(s, pop_name="a\n")), RuntimeError, "illegal"),
    "duplicate population": (
        new(lambda s: cells(s, pop_name="A")), RuntimeError,
        "Cannot add a neuron population with duplicate name: A",
    ),
    "duplicate synapses": (
        new(lambda s: synapses(s, pop_name="A_B")), RuntimeError,
        "a synapse population with duplicate name: A_B",
    ),
    "duplicate source": (new(lambda s: source(s, cs_name="in")), RuntimeError, "duplicate"),
    "duplicate update": (new(lambda s: update(s, cu_name="reset")), RuntimeError, "duplicate"),
    "group name": (new(lambda s: update(s, group_name="a b")), RuntimeError, "'a b'"),
    # neuron populations
    "size negative": (new(lambda s: cells(s, num_neurons=-1)), ValueError, "at least 1"),
    "size zero": (new(lambda s: cells(s, num_neurons=0)), ValueError, "at least 1"),
    "size 2.5": (new(lambda s: cells(s, num_neurons=2.5)), TypeError, "integer, not 2.5"),
    "size text": (new(lambda s: cells(s, num_neurons="5")), TypeError, "integer, not '5'"),
    "size nan": (new(lambda s: cells(s, num_neurons=float("nan"))), TypeError, "not nan"),
    "size infinite": (new(lambda s: cells(s, num_neurons=np.inf)), TypeError, "not inf"),
    "size None": (new(lambda s: cells(s, num_neurons=None)), TypeError, "not None"),
    "unknown neuron": (
        new(lambda s: cells(s, neuron="Izhikevitch")), AttributeError,
        "no attribute 'Izhikevitch'; did you mean 'Izhikevich'",
    ),
    "neuron of another family": (
        new(lambda s: cells(s, neuron=PIXEL)), TypeError,
        "expected a neuron model .* not current source model 'pixel'",
    ),
    "neuron None": (new(lambda s: cells(s, neuron=None)), TypeError, "not None"),
    "too few params": (
        new(lambda s: cells(s, params={})), RuntimeError,
        "Neuron group C expected 1 parameters but got 0: expected 'Vthr'",
    ),
    "too many params": (
        new(lambda s: cells(s, params={"Vthr": 1, "tau": 2})), RuntimeError,
        "expected 1 parameters but got 2.*'tau'",
    ),
    "misspelt param": (
        new(lambda s: cells(s, params={"Vthresh": 1.0})), RuntimeError,
        "missing value for parameter: 'Vthr'.*'Vthresh' is not one",
    ),
    "param array": (new(lambda s: cells(s, params={"Vthr": [1, 2]})), TypeError, "a number"),
    "param text": (new(lambda s: cells(s, params={"Vthr": "1"})), TypeError, "a number"),
    "param None": (new(lambda s: cells(s, params={"Vthr": None})), TypeError, "a number"),
    "params list": (new(lambda s: cells(s, params=[1.0])), TypeError, "must be a dict"),
    "too few vars": (
        new(lambda s: cells(s, vars={"V": 0.0})), RuntimeError,
        "expected 2 variable but got 1: expected 'V', 'count'",
    ),
    "misspelt var": (
        new(lambda s: cells(s, vars={"V": 0.0, "cnt": 0})), RuntimeError,
        "missing initialiser for variable: 'count'.*'cnt' is not one",
    ),
    "var text": (
        new(lambda s: cells(s, vars={"V": "x", "count": 0})), TypeError, "'V' must start",
    ),
    "var array of text": (
        new(lambda s: cells(s, vars={"V": ["x", "y"], "count": 0})), TypeError, "numbers",
    ),
    "var complex": (
        new(lambda s: cells(s, vars={"V": 1j, "count": 0})), TypeError, "numbers, not 1j",
    ),
    "var ragged": (
        new(lambda s: cells(s, vars={"V": [[1], [1, 2]], "count": 0})), TypeError,
        "different lengths",
    ),
    "var generator": (
        new(lambda s: cells(s, vars={"V": iter([1, 2]), "count": 0})), TypeError, "sequence",
    ),
    "var set": (
        new(lambda s: cells(s, vars={"V": {1, 2}, "count": 0})), TypeError, "sequence",
    ),
    "var too long": (
        new(lambda s: cells(s, vars={"V": np.zeros(3), "count": 0})), ValueError,
        r"variable 'V' of neuron population 'C' needs values of shape \(2,\), not \(3,\)",
    ),
    "var of length 1": (
        new(lambda s: cells(s, vars={"V": [0.0], "count": 0})), ValueError,
        "give the number itself",
    ),
    "var as column": (
        new(lambda s: cells(s, vars={"V": np.zeros((2, 1)), "count": 0})), ValueError, "shape",
    ),
    "var of wrong batch": (
        new(
            lambda s: (cells(s, vars={"V": np.zeros((3, 2)), "count": 0}), s.m.build(), s.m.load())
        ), ValueError, r"shape \(2,\), not \(3, 2\)",
    ),
    "input of target_var": (
        new(put(lambda s: s.src, "target_var", "Isym")), RuntimeError,
        "no input variable 'Isym': .*'Isyn'",
    ),
    "input of post_target_var": (
        new(put(lambda s: s.s, "post_target_var", "x")), RuntimeError, "no input variable 'x'",
    ),
    # synapse populations
    "unknown matrix": (
        new(lambda s: synapses(s, matrix_type="SPARS")), AttributeError, "mean 'SPARSE'",
    ),
    "matrix of GeNN 4": (
        new(lambda s: synapses(s, matrix_type="DENSE_INDIVIDUALG")), AttributeError,
        "'DENSE_INDIVIDUALG'.*; did you mean 'DENSE'",
    ),
    "matrix None": (new(lambda s: synapses(s, matrix_type=None)), TypeError, "matrix_type"),
    "source by name": (
        new(lambda s: synapses(s, source="A")), TypeError,
        "source of synapse population 'BA' must be the object that add_neuron_population returned",
    ),
    "target unknown": (new(lambda s: synapses(s, target="zz")), TypeError, "a population"),
    "target is a source": (
        new(lambda s: synapses(s, target=s.src)), TypeError, "current source 'in'",
    ),
    "target of another model": (
        new(lambda s: synapses(s, target=scene().a)), ValueError, "belongs to another model",
    ),
    "weight update by name": (
        new(lambda s: synapses(s, weight_update_init="StaticPulse")), TypeError,
        r"init_weight_update\(…\) returns, not 'StaticPulse'",
    ),
    "postsynaptic by name": (
        new(lambda s: synapses(s, postsynaptic_init="DeltaCurr")), TypeError,
        r"init_postsynaptic\(…\)",
    ),
    "connectivity": (
        new(lambda s: synapses(
            s, connectivity_init=engine.init_sparse_connectivity("OneToOne")
        )), RuntimeError, "Cannot use DENSE connectivity with connectivity init",
    ),
    "no connectivity": (
        new(lambda s: synapses(s, matrix_type="SPARSE", connectivity_init="OneToOne")), TypeError,
        "needs what init_sparse_connectivity",
    ),
    "rows of half a synapse": (
        new(lambda s: synapses(
            s, matrix_type="SPARSE", connectivity_init=engine.init_sparse_connectivity(
                engine.create_sparse_connect_init_snippet(
                    "half", calc_max_row_len_func=lambda num_pre, num_post, pars: 0.5
                )
            )
        )), RuntimeError, "calc_max_row_len_func of .*'half' must return an integer",
    ),
    "impossible values": (
        alone(lambda: init_var("Gamma", {"a": -1.0, "b": 1.0})), ValueError,
        "'Gamma': the shape a must be above 0, not -1",
    ),
    "impossible connections": (
        alone(lambda: engine.init_sparse_connectivity("FixedProbability", {"prob": 2.0})),
        ValueError, "'FixedProbability': prob must be from 0 to 1, not 2",
    ),
    "weights as a matrix": (
        new(lambda s: synapses(
            s, weight_update_init=init_weight_update("StaticPulse", {}, {"g": np.zeros((3, N))})
        )), ValueError, r"flatten\(\)",
    ),
    "weights too few": (
        new(lambda s: synapses(
            s, weight_update_init=init_weight_update("StaticPulse", {}, {"g": np.zeros(5)})
        )), ValueError, r"'g' of synapse population 'BA' needs values of shape \(12,\), not \(5,\)",
    ),
    "unknown weight update": (
        alone(lambda: init_weight_update("StaticPuls")), AttributeError, "mean 'StaticPulse'",
    ),
    "unknown postsynaptic": (
        alone(lambda: init_postsynaptic("DeltaCur")), AttributeError, "mean 'DeltaCurr'",
    ),
    "unknown initialiser": (alone(lambda: init_var("Constnt")), AttributeError, "mean 'Constant'"),
    "weights missing": (
        alone(lambda: init_weight_update("StaticPulse")), RuntimeError, "expected 1 variable but",
    ),
    "tau missing": (
        alone(lambda: init_postsynaptic("ExpCurr")), RuntimeError,
        "Postsynaptic model expected 1 parameters but got 0: expected 'tau'",
    ),
    "reference missing": (
        alone(lambda: init_postsynaptic("ExpCond", {"tau": 5, "E": 0})), RuntimeError,
        "expected 1 Neuron variable reference but got 0: expected 'V'",
    ),
    "reference to nothing": (
        new(lambda s: synapses(s, postsynaptic_init=init_postsynaptic(
            lookup, {}, {}, {"W": "U"}
        ))), RuntimeError, "Variable 'U' not found: .*'V', 'count'",
    ),
    "reference to another population": (
        new(lambda s: synapses(s, postsynaptic_init=init_postsynaptic(
            lookup, {}, {}, {"W": create_var_ref(s.b, "V")}
        ))), RuntimeError, "must be to a variable of neuron population 'A', not of .*'B'",
    ),
    "reference of another type": (
        new(lambda s: synapses(s, postsynaptic_init=init_postsynaptic(
            lookup, {}, {}, {"W": "count"}
        ))), RuntimeError, "Incompatible type for variable reference 'W'.*'scalar'.*'unsigned int'",
    ),
    "delay negative": (new(put(lambda s: s.s, "axonal_delay_steps", -1)), TypeError, "delay"),
    # current sources
    "source's population": (new(lambda s: source(s, pop="A")), TypeError, "not the string 'A'"),
    "unknown source": (
        new(lambda s: source(s, current_source_model="CD")), AttributeError, "mean 'DC'",
    ),
    "source's reference": (
        new(lambda s: source(
            s, current_source_model=cs_lookup, vars={}, var_refs={"W": "nope"}
        )), RuntimeError, "Variable 'nope' not found",
    ),
    # custom updates
    "unknown custom update": (
        new(lambda s: update(s, custom_update_model="Rest")), AttributeError,
        "'Rest'; built in are Transpose",
    ),
    "no references": (
        new(lambda s: update(
            s, custom_update_model=create_custom_update_model("none", update_code=""), var_refs={}
        )), RuntimeError, "must reference variables: custom update 'cu' has none",
    ),
    "references missing": (
        new(lambda s: update(s, var_refs={})), RuntimeError,
        "expected 2 Variable reference but got 0: expected 'V', 'count'",
    ),
    "reference misspelt": (
        new(lambda s: update(s, var_refs={"V": s.refs["V"], "cnt": s.refs["count"]})),
        RuntimeError, "missing target for Variable reference: 'count'.*'cnt'",
    ),
    "reference by name": (
        new(lambda s: update(s, var_refs={"V": "V", "count": "count"})), TypeError,
        r"create_var_ref\(…\) returns, not 'V'",
    ),
    "reference to a variable": (
        new(lambda s: update(s, var_refs=s.a.vars)), TypeError, r"create_var_ref\(…\)",
    ),
    "reference into another model": (
        new(lambda s: update(s, var_refs=scene_kept().refs)), ValueError, "another model",
    ),
    "references of two sizes": (
        new(lambda s: update(s, custom_update_model=two_references(), var_refs={
            "x": create_var_ref(s.a, "V"), "y": create_var_ref(s.b, "V")
        })), RuntimeError, "must have the same size: .*'x' 4, 'y' 3",
    ),
    "neurons and synapses": (
        new(lambda s: update(s, custom_update_model=two_references(), var_refs={
            "x": create_var_ref(s.a, "V"), "y": create_wu_var_ref(s.s, "g")
        })), TypeError, "all to variables of neurons or all to variables of synapses",
    ),
    "update's type": (
        new(lambda s: update(
            s, custom_update_model=one_reference("float"), var_refs={"x": create_var_ref(s.a, "V")}
        )), RuntimeError, "Incompatible type .*'x'.* declared 'float'.*is 'scalar'",
    ),
    "lower-dimensional": (
        new(lambda s: update(
            s,
            custom_update_model=create_custom_update_model(
                "mixed", var_refs=[("V", "scalar"), ("k", "uint32_t")], update_code="V = k;"
            ),
            var_refs={"V": s.refs["V"], "k": create_src_spike_count_var_ref(s.s)},
        )), RuntimeError, "'k' in .* to lower-dimensional variables cannot be read-write",
    ),
    "name of a synapse in neurons": (
        new(lambda s: (
            update(
                s,
                custom_update_model=create_custom_update_model(
                    "pre", var_refs=[("x", "scalar")], update_code="x = id_pre;"
                ),
                var_refs={"x": create_var_ref(s.a, "V")},
            ),
            s.m.build(),
        )), RuntimeError, "Undefined name 'id_pre'",
    ),
    # references
    "var ref": (new(lambda s: create_var_ref(s.a, "U")), RuntimeError, "'U' not found: .*'V'"),
    "var ref of synapses": (
        new(lambda s: create_var_ref(s.s, "g")), TypeError,
        "needs a neuron population or current source or custom update, not synapse population",
    ),
    "wu ref": (new(lambda s: create_wu_var_ref(s.s, "w")), RuntimeError, "'w' not found.*'g'"),
    "wu ref of neurons": (new(lambda s: create_wu_var_ref(s.a, "V")), TypeError, "synapse pop"),
    "psm ref": (new(lambda s: create_psm_var_ref(s.s, "x")), RuntimeError, "are none"),
    "out_post ref": (new(lambda s: create_out_post_var_ref(s.a)), TypeError, "synapse pop"),
    "count ref": (new(lambda s: create_src_spike_count_var_ref(s.a)), TypeError, "synapse"),
    "spike time ref": (new(lambda s: create_spike_time_var_ref(s.s)), TypeError, "neuron pop"),
    "ref of nothing": (alone(lambda: create_var_ref(None, "V")), TypeError, "not None"),
    # attributes
    "misspelt recording": (
        new(put(lambda s: s.a, "spike_recording_enable", True)), AttributeError,
        "neuron population 'A' has no attribute 'spike_recording_enable'; did you mean 'spike_rec",
    ),
    "misspelt target": (
        new(put(lambda s: s.s, "post_target_vars", "x")), AttributeError, "'post_target_var'",
    ),
    "size after creation": (
        new(put(lambda s: s.a, "num_neurons", 9)), AttributeError, "cannot be assigned",
    ),
    "vars after creation": (new(put(lambda s: s.a, "vars", {})), AttributeError, "cannot be"),
    "unknown variable": (
        new(lambda s: s.a.vars["v"]), KeyError, "Neuron population 'A' has no variable 'v'.*'V'",
    ),
    # life
    "load before build": (new(lambda s: s.m.load()), RuntimeError, r"call model\.build\(\)"),
    "unload before load": (ready(lambda s: s.m.unload()), RuntimeError, "nothing to unload"),
    "step before load": (ready(lambda s: s.m.step_time()), RuntimeError, "loaded before stepping"),
    "step before build": (new(lambda s: s.m.step_time()), RuntimeError, r"model\.load\(\)"),
    "update before load": (
        ready(lambda s: s.m.custom_update("Reset")), RuntimeError, "before performing custom",
    ),
    "t before load": (ready(lambda s: s.m.t), RuntimeError, "before reading t"),
    "timestep before load": (
        ready(lambda s: s.m.timestep), RuntimeError,
        "before reading timestep",
    ),
    "timer before load": (ready(lambda s: s.m.neuron_update_time), RuntimeError, "timer"),
    "pull before load": (
        ready(lambda s: s.a.vars["V"].pull_from_device()), RuntimeError,
        "Cannot pull variable 'V' of neuron population 'A': the model is not loaded",
    ),
    "push before load": (
        ready(lambda s: s.a.vars["V"].push_to_device()), RuntimeError, "Cannot push variable 'V'",
    ),
    "values before load": (ready(lambda s: s.a.vars["V"].values), RuntimeError, "Cannot read"),
    "assignment before load": (
        ready(put(lambda s: s.a.vars["V"], "values", 1.0)), RuntimeError, "Cannot write",
    ),
    "build twice": (ready(lambda s: s.m.build()), RuntimeError, "already built"),
    "load twice": (live(lambda s: s.m.load()), RuntimeError, "already loaded"),
    "neurons after build": (
        ready(cells), RuntimeError,
        "already built: cannot add neuron pop.*'C'",
    ),
    "synapses after build": (ready(synapses), RuntimeError, "already built: .*'BA'"),
    "source after build": (ready(source), RuntimeError, "already built: .*'cs'"),
    "update after build": (ready(update), RuntimeError, "already built: .*'cu'"),
    "dt after build": (ready(put(lambda s: s.m, "dt", 0.1)), RuntimeError, "cannot set dt"),
    "batch size after build": (
        ready(put(lambda s: s.m, "batch_size", 2)), RuntimeError, "cannot set batch_size",
    ),
    "timing after build": (
        ready(put(lambda s: s.m, "timing_enabled", True)), RuntimeError, "set timing_enabled",
    ),
    "recording after build": (
        ready(put(lambda s: s.a, "spike_recording_enabled", True)), RuntimeError,
        "cannot set spike_recording_enabled of neuron population 'A'",
    ),
    "target after build": (
        ready(put(lambda s: s.src, "target_var", "Isyn")), RuntimeError, "cannot set target_var",
    ),
    "timestep": (live(put(lambda s: s.m, "timestep", -1)), TypeError, "timestep must be"),
    "unknown update group": (
        live(lambda s: s.m.custom_update("reset")), IndexError,
        "Unknown custom update group 'reset'; the groups are 'Reset'",
    ),
    "timer of unknown group": (
        live(lambda s: s.m.get_custom_update_time("x")), RuntimeError, "group 'x'",
    ),
    "values too long": (
        live(put(lambda s: s.a.vars["V"], "values", np.zeros(5))), ValueError, r"not \(5,\)",
    ),
    "values of batches": (
        live(put(lambda s: s.a.vars["V"], "values", np.zeros((2, N)))), ValueError, "shape",
    ),
    "values None": (
        live(put(lambda s: s.a.vars["V"], "values", None)), TypeError, "numbers, not None",
    ),
    "values initialiser": (
        live(put(lambda s: s.a.vars["V"], "values", init_var("Constant", {"constant": 1}))),
        TypeError, "must be set to numbers",
    ),
    "values text": (live(put(lambda s: s.a.vars["V"], "values", "x")), TypeError, "numbers"),
    "init values": (
        new(lambda s: s.a.vars["V"].set_init_values([1, 2])), ValueError, r"not \(2,\)",
    ),
    "init values text": (new(lambda s: s.a.vars["V"].set_init_values("x")), TypeError, "numbers"),
    "spike times": (live(lambda s: s.a.spike_times), RuntimeError, "not kept.*use 'st'"),
    # recording
    "load without steps": (
        (lambda: recording(None, load=False), lambda s: s.m.load()), RuntimeError,
        "without passing number of recording timesteps",
    ),
    "load with 0 steps": (
        (lambda: recording(None, load=False), lambda s: s.m.load(0)), ValueError, "at least 1",
    ),
    "load with 2.0 steps": (ready(lambda s: s.m.load(2.0)), TypeError, "integer, not 2.0"),
    "nothing records": (
        live(lambda s: s.m.pull_recording_buffers_from_device()), RuntimeError, "not in use",
    ),
    "recording before load": (
        ready(lambda s: s.m.pull_recording_buffers_from_device()), RuntimeError, "be loaded",
    ),
    "data of what does not record": (
        live(lambda s: s.a.spike_recording_data), RuntimeError, "Nothing is recorded",
    ),
    "data before load": (
        (lambda: recording(None, load=False), lambda s: s.a.spike_recording_data), RuntimeError,
        "not loaded",
    ),
    "data before pull": (
        (lambda: recording(2), lambda s: s.a.spike_recording_data), RuntimeError,
        "call model.pull_r",
    ),
    "data before full": (
        (lambda: recording(2), lambda s: (
            s.m.step_time(), s.m.pull_recording_buffers_from_device(), s.a.spike_recording_data
        )), RuntimeError, "once buffer is full: 1 of 2 steps",
    ),
    # numbers that do not fit, found when building
    "param too large": (
        built_with(typed, {"k": 256}), RuntimeError, "too large .* uint8_t: parameter 'k'.* is 256",
    ),
    "param too small": (built_with(typed, {"k": -1}), RuntimeError, "too small"),
    "param infinite": (built_with(IF, {"Vthr": np.inf}), RuntimeError, "too large .* float"),
    "param beyond float": (
        built_with(IF, {"Vthr": 1e39}), RuntimeError,
        "too large .* const float",
    ),
    "derived None": (built_with(derived(None)), TypeError, "'x' of .* must be a number.*None"),
    "derived text": (built_with(derived("1")), TypeError, "returned '1'"),
    "derived array": (built_with(derived(np.zeros(2))), TypeError, "'x' of .* must be a number"),
    "derived infinite": (built_with(derived(np.inf)), RuntimeError, "too large"),
    # descriptions
    "params text": (
        alone(lambda: create_neuron_model("x", params="ab")), TypeError,
        "must be a list",
    ),
    "param triple": (
        alone(lambda: create_neuron_model("x", params=[("a", "int", 1)])), TypeError,
        r"\(name, type\)",
    ),
    "var alone": (alone(lambda: create_neuron_model("x", vars=["V"])), TypeError, "not 'V'"),
    "var digit": (
        alone(lambda: create_neuron_model("x", vars=[("1x", "scalar")])), RuntimeError,
        "with a digit",
    ),
    "var type": (
        alone(lambda: create_neuron_model("x", vars=[("V", "scaler")])), RuntimeError, "'scalar'",
    ),
    "var access": (
        alone(lambda: create_neuron_model("x", vars=[("V", "scalar", "READ_ONLY")])), TypeError,
        "must be a VarAccess",
    ),
    "var access of updates": (
        alone(lambda: create_neuron_model(
            "x", vars=[("V", "scalar", CustomUpdateVarAccess.READ_ONLY)]
        )), TypeError, "must be a VarAccess",
    ),
    "update access of vars": (
        alone(lambda: create_custom_update_model(
            "x", vars=[("V", "scalar", VarAccess.READ_ONLY)]
        )), TypeError, "must be a CustomUpdateVarAccess",
    ),
    "reference mode": (
        alone(lambda: create_custom_update_model(
            "x", var_refs=[("V", "scalar", VarAccess.READ_ONLY)]
        )), TypeError, "must be a VarAccessMode",
    ),
    "twice": (
        alone(lambda: create_neuron_model("x", params=["a"], vars=[("a", "int")])), RuntimeError,
        "Redeclaration of 'a' in neuron model 'x'",
    ),
    "Isyn": (
        alone(lambda: create_neuron_model("x", vars=[("Isyn", "int")])), RuntimeError, "'Isyn'",
    ),
    "derived not callable": (
        alone(lambda: create_neuron_model("x", derived_params=[("d", 1.0)])), TypeError,
        "a function",
    ),
    "additional input": (
        alone(lambda: create_neuron_model("x", additional_input_vars=[("y", "scalar", "a")])),
        TypeError, "must start from a number, not 'a'",
    ),
    "code not text": (
        alone(lambda: create_neuron_model("x", sim_code=1)), TypeError,
        "of code, not 1",
    ),
    "code wrong": (
        alone(lambda: create_neuron_model("x", vars=[("V", "scalar")], sim_code="V = W;")),
        RuntimeError, "Undefined name 'W'",
    ),
    # what only real PyGeNN has
    "bit masks": (new(lambda s: synapses(s, matrix_type="BITMASK")), Unsupported, "'BITMASK'"),
    "delays of learning": (
        new(put(lambda s: s.s, "back_prop_delay_steps", 3)), Unsupported, "back-propagation delays",
    ),
    "built-in neuron": (
        new(lambda s: cells(s, neuron="Poison")), AttributeError,
        r"has no attribute 'Poison'; did you mean 'Poisson'\?",
    ),
    "built-in source": (
        new(lambda s: source(s, current_source_model="GausianNoise")), AttributeError,
        r"did you mean 'GaussianNoise'\?",
    ),
    "learning": (alone(lambda: init_weight_update("STDP")), Unsupported, "'STDP'"),
    "kernels": (
        alone(lambda: engine.init_sparse_connectivity("Conv2D")), Unsupported, "'Conv2D'",
    ),
    "postsynaptic spikes": (
        alone(lambda: create_weight_update_model("x", post_spike_syn_code="addToPre(1);")),
        Unsupported, "'post_spike_syn_code'",
    ),
    "init snippets": (
        alone(lambda: engine.create_var_init_snippet("ramp", var_init_code="value = idd;")),
        RuntimeError, r"snippet 'ramp', line 1: Undefined name 'idd'; did you mean 'id'\?",
    ),
    "random numbers": (
        alone(lambda: create_neuron_model(
            "x", vars=[("V", "scalar")], sim_code="V = gennrand_gamma();"
        )), RuntimeError, "gennrand_gamma': it takes 1 argument, 0 given",
    ),
    "random update": (
        alone(lambda: create_custom_update_model(
            "x", var_refs=[("V", "scalar")], update_code="V = gennrand_normal();"
        )), RuntimeError, "'gennrand_normal' cannot be used here: random numbers are not drawn",
    ),
    "random weights": (
        alone(lambda: create_weight_update_model(
            "x", pre_spike_syn_code="addToPost(gennrand_uniform());"
        )), RuntimeError, "'gennrand_uniform' cannot be used here",
    ),
    # threads
    "no threads": (alone(lambda: engine.set_num_threads(0)), ValueError, "at least 1"),
    "half a thread": (alone(lambda: engine.set_num_threads(1.5)), TypeError, "integer or None"),
}  # fmt: skip

KEPT: list[SimpleNamespace] = []


def scene_kept() -> SimpleNamespace:
    """Return a scene whose model stays alive after the call."""
    KEPT.append(scene())
    return KEPT[-1]


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_are_named(mistake: str) -> None:
    (prepare, make), kind, message = MISTAKES[mistake]
    parts = prepare()
    before = None if parts is None else state_of(parts.m)
    with pytest.raises(kind) as caught:
        make(parts)
    text = str(caught.value.args[0])
    assert re.search(message, text, re.DOTALL), text
    first, *shown = text.split("\n")
    assert first[-1] in ".?" or (shown and shown[-1].endswith("^")), text
    assert len(text) < 500
    # Nothing of how the engine is made, and not an error of the libraries below it.
    assert not re.search(r"NoneType|object at 0x|\b_[a-z]|tutorial_helpers|numba|ndarray", text), (
        text
    )
    where = traceback.extract_tb(caught.value.__traceback__)[-1].filename
    assert HOME in Path(where).parents
    if parts is not None and not mistake.startswith(("var of wrong batch", "name of a synapse")):
        assert state_of(parts.m) == before
        finish(parts)


def state_of(model: Any) -> tuple[object, ...]:
    groups = (
        model.neuron_populations,
        model.synapse_populations,
        model.current_sources,
        model.custom_updates,
    )
    return (*map(tuple, groups), model.dt, model.batch_size, model._built)


def finish(parts: SimpleNamespace) -> None:
    """Go on with the model as if nothing had happened."""
    model = parts.m
    if not model._built:
        model.build()
    if not model._loaded:
        model.load(num_recording_timesteps=2)
    timestep = model.timestep
    model.step_time()
    parts.a.vars["V"].pull_from_device()
    assert np.isfinite(parts.a.vars["V"].view).all()
    assert model.timestep == timestep + 1


def test_after_a_failed_build_the_model_can_be_mended() -> None:
    s = scene()
    s.m.add_neuron_population("C", 2, typed, {"k": 256}, {"n": 0, "c": 0})
    for _ in range(2):
        with pytest.raises(RuntimeError, match="too large"):
            s.m.build()
        assert not s.m._built
    del s.m.neuron_populations["C"]
    cells(s)
    s.m.dt = 2.0
    s.m.build()
    s.m.load()
    s.m.step_time()
    assert s.m.t == 2.0


def test_after_a_failed_load_the_model_can_be_mended() -> None:
    s = scene()
    s.a.vars["V"].set_init_values(np.zeros((3, N)))
    s.m.build()
    with pytest.raises(ValueError, match=r"needs values of shape \(4,\)"):
        s.m.load()
    assert not s.m._loaded
    assert s.a.vars["V"].view is None
    assert s.a.vars["count"].view is None
    s.a.vars["V"].set_init_values(np.full(N, 0.25))
    s.m.load()
    assert s.a.vars["V"].values.tolist() == [0.25] * N


def test_a_batch_size_that_references_do_not_allow_is_found_when_building() -> None:
    s = scene()
    model = create_custom_update_model(
        "both", var_refs=[("w", "scalar"), ("g", "scalar")], update_code="w = g;"
    )
    recurrent = create_weight_update_model(
        "two", vars=[("w", "scalar"), ("g", "scalar", VarAccess.READ_ONLY)],
        pre_spike_syn_code="addToPost(g + w);",
    )  # fmt: skip
    group = synapses(s, weight_update_init=init_weight_update(recurrent, {}, {"w": 0, "g": 0}))
    references = {name: create_wu_var_ref(group, name) for name in ("w", "g")}
    s.m.add_custom_update("cu", "G", model, {}, {}, references)
    s.m.batch_size = 2
    with pytest.raises(RuntimeError, match=r"'g' .* lower-dimensional"):
        s.m.build()
    s.m.batch_size = 1
    s.m.build()


def test_initial_values_out_of_range() -> None:
    s = scene()
    s.a.vars["V"].set_init_values(1e39)
    s.m.build()
    with pytest.raises(RuntimeError, match=r"too large .* initial value of variable 'V'"):
        s.m.load()


def test_a_group_outlives_its_model_only_by_name() -> None:
    s = loaded()
    pop = s.a
    del s
    gc.collect()
    with pytest.raises(ReferenceError, match="model of neuron population 'A' is gone"):
        pop.vars["V"].pull_from_device()


def test_flags_of_pygenn_are_accepted() -> None:
    model = GeNNModel("float", "x", optimize_code=True, genn_log_level=2)
    model.anything = 1
    assert model.anything == 1


def test_deprecated_keywords_work_and_warn() -> None:
    with pytest.warns(FutureWarning, match="'param_names' is deprecated; use 'params'"):
        model = create_neuron_model("x", param_names=["a"], sim_code="scalar y = a;")
    assert model.params[0].name == "a"
    with pytest.warns(FutureWarning), pytest.raises(TypeError, match="are the same"):
        create_neuron_model("x", vars=[("V", "int")], var_name_types=[("V", "int")])
    model = new_model()
    with pytest.warns(FutureWarning, match="dT is deprecated"):
        model.dT = 0.25
    assert model.dt == 0.25
