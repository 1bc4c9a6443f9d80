"""Records the public names of PyGeNN, which a test compares with numbagenn's.

With real PyGeNN installed, ``python -m tools.names`` writes them to
``tests/numbagenn/compat/names_of_pygenn.json``.
"""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
from collections import OrderedDict
from pathlib import Path
from types import ModuleType
from typing import Any

#: Where the names are stored.
FILE = Path(__file__).parents[1] / "tests/numbagenn/compat/names_of_pygenn.json"


def objects(engine: ModuleType) -> dict[str, Any]:
    """Return an object of each kind that users meet, by the name of its kind.

    Parameters
    ----------
    engine
        PyGeNN or numbagenn.
    """
    model = engine.GeNNModel("float", "names")
    cell = engine.create_neuron_model(
        "cell",
        params=["p"],
        vars=[("V", "scalar")],
        derived_params=[("d", lambda pars, dt: 1.0)],
        sim_code="V = Isyn + e[0];",
        threshold_condition_code="V > p",
        additional_input_vars=[("other", "scalar", 0.5)],
        extra_global_params=[("e", "scalar*")],
    )
    weight = engine.create_weight_update_model(
        "weight",
        vars=[("g", "scalar")],
        pre_vars=[("a", "scalar")],
        post_vars=[("b", "scalar")],
        pre_spike_syn_code="addToPost(g);",
    )
    shape = engine.create_postsynaptic_model(
        "shape", vars=[("x", "scalar")], sim_code="injectCurrent(inSyn);"
    )
    source = engine.create_current_source_model(
        "source", vars=[("I", "scalar")], injection_code="injectCurrent(I);"
    )
    copying = engine.create_custom_update_model(
        "copying",
        vars=[("z", "scalar")],
        var_refs=[("x", "scalar", engine.VarAccessMode.READ_ONLY)],
        update_code="z = x;",
    )
    cells = model.add_neuron_population("cells", 3, cell, {"p": 1.0}, {"V": 0.0})
    weights = engine.init_weight_update(weight, {}, {"g": 1.0}, {"a": 0.0}, {"b": 0.0})
    shapes = engine.init_postsynaptic(shape, {}, {"x": 0.0})
    dense = model.add_synapse_population("dense", "DENSE", cells, cells, weights, shapes)
    sparse = model.add_synapse_population(
        "sparse",
        "SPARSE",
        cells,
        cells,
        engine.init_weight_update("StaticPulse", {}, {"g": 1.0}),
        engine.init_postsynaptic("DeltaCurr"),
        engine.init_sparse_connectivity("OneToOne"),
    )
    currents = model.add_current_source("currents", source, cells, {}, {"I": 0.0})
    of_neurons, of_synapses = (
        model.add_custom_update(name, "copy", copying, {}, {"z": 0.0}, {"x": reference})
        for name, reference in (
            ("of_neurons", engine.create_var_ref(cells, "V")),
            ("of_synapses", engine.create_wu_var_ref(dense, "g")),
        )
    )
    rewiring = engine.create_custom_connectivity_update_model("rewiring", row_update_code=";")
    rewire = model.add_custom_connectivity_update("rewire", "rewire", sparse, rewiring)
    initial = engine.init_var("Normal", {"mean": 0.0, "sd": 1.0})
    found = {
        "GeNNModel": model,
        "NeuronGroup": cells,
        "SynapseGroup": dense,
        "CurrentSource": currents,
        "CustomUpdate": of_neurons,
        "CustomUpdateWU": of_synapses,
        "CustomConnectivityUpdate": rewire,
        "CustomConnectivityUpdateModel": rewire.model,
        "Variable": cells.vars["V"],
        "SynapseVariable": sparse.vars["g"],
        "ExtraGlobalParameter": cells.extra_global_params["e"],
        "NumericValue": cells.params["p"],
        "NeuronModel": cells.model,
        "WeightUpdateModel": dense.wu_initialiser.snippet,
        "PostsynapticModel": dense.ps_initialiser.snippet,
        "CurrentSourceModel": currents.model,
        "CustomUpdateModel": of_neurons.model,
        "WeightUpdateInit": dense.wu_initialiser,
        "PostsynapticInit": dense.ps_initialiser,
        "SparseConnectivityInit": sparse.sparse_connectivity_initialiser,
        "InitSparseConnectivitySnippet": sparse.sparse_connectivity_initialiser.snippet,
        "VarInit": initial,
        "InitVarSnippet": initial.snippet,
        "Var": cell.get_vars()[0],
        "Param": cell.get_params()[0],
        "DerivedParam": cell.get_derived_params()[0],
        "EGP": cell.get_extra_global_params()[0],
        "ParamVal": cell.get_additional_input_vars()[0],
        "VarRef": copying.get_var_refs()[0],
    }
    return found | _of_diagonals(engine)


def _of_diagonals(engine: ModuleType) -> dict[str, Any]:
    one = dict.fromkeys(
        (f"conv_{name}" for name in ("kh", "kw", "ih", "iw", "ic", "oh", "ow", "oc")), 1
    )
    diagonals = engine.init_toeplitz_connectivity("Conv2D", one)
    return {
        "ToeplitzConnectivityInit": diagonals,
        "InitToeplitzConnectivitySnippet": diagonals.snippet,
    }


def public(thing: object) -> dict[str, str]:
    """Return the public attributes of an object, and what each is."""
    return {name: _kind(thing, name) for name in dir(thing) if not name.startswith("_")}


def _kind(thing: object, name: str) -> str:
    attribute = inspect.getattr_static(type(thing), name, None)
    if isinstance(attribute, property):
        return "read only" if attribute.fset is None else "settable"
    return "method" if callable(attribute) else "attribute"


def _modules(engine: ModuleType) -> dict[str, list[str]]:
    """Return the public names of each public module."""
    names = {engine.__name__: sorted(engine.__all__)}
    for _, name, _ in pkgutil.iter_modules(engine.__path__):
        if not name.startswith(("_", "lib")):
            module = importlib.import_module(f"{engine.__name__}.{name}")
            names[module.__name__] = [
                one for one in dir(module) if not one.startswith("_") and _belongs(module, one)
            ]
    return names


def _belongs(module: ModuleType, name: str) -> bool:
    """Return whether users look for a name in a module, which may have only imported it."""
    thing = getattr(module, name)
    if type(thing).__module__.startswith("pygenn") or type(thing) is OrderedDict:
        return True
    home = getattr(thing, "__module__", None)
    if isinstance(thing, ModuleType) or not callable(thing) or home == "pygenn._deprecated":
        return False
    # Built-in models are functions of no module. Models find their parts in this one.
    of_models = module.__name__.endswith(".genn_model") and str(home).startswith("pygenn")
    return of_models or home in (None, "", module.__name__)


def _enumerations(engine: ModuleType) -> dict[str, dict[str, int]]:
    """Return the members of each enumeration with their numbers."""
    return {
        name: {member: int(value) for member, value in getattr(engine, name).__members__.items()}
        for name in engine.__all__
        if hasattr(getattr(engine, name), "__members__")
    }


def main() -> None:
    """Record the names of the installed PyGeNN."""
    import pygenn

    names = {
        "modules": _modules(pygenn),
        "enumerations": _enumerations(pygenn),
        "attributes": {kind: public(thing) for kind, thing in objects(pygenn).items()},
    }
    FILE.write_text(json.dumps(names, indent=1) + "\n")


if __name__ == "__main__":
    main()
