"""What code prints: the text, and the order in which it comes."""

from __future__ import annotations

import contextlib
import ctypes
import io
import os
import sys
import tempfile
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import numpy as np

from tests.conformance.case_parts import keep
from tests.conformance.casebook import Arrays, case


@contextlib.contextmanager
def caught() -> Iterator[dict[str, np.ndarray]]:
    """Catch what Python prints, and what C writes to the descriptor itself, as bytes."""
    result: dict[str, np.ndarray] = {}
    sys.stdout.flush()
    before = os.dup(1)
    with tempfile.TemporaryFile() as file:
        os.dup2(file.fileno(), 1)
        try:
            stream = io.TextIOWrapper(io.FileIO(1, "w", closefd=False), "utf-8", write_through=True)
            with contextlib.redirect_stdout(stream):
                yield result
            if os.name == "posix":
                ctypes.CDLL(None).fflush(None)
        finally:
            os.dup2(before, 1)
            os.close(before)
        file.seek(0)
        result["printed"] = np.frombuffer(file.read(), np.uint8)


def printing_network(pygenn: ModuleType, name: str, precision: str) -> Any:
    """Describe neurons and synapses that print in whatever they do."""
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.3
    cell = pygenn.create_neuron_model(
        "cell",
        vars=[("V", "scalar")],
        sim_code=r'V += 0.25 * (id + 1) + Isyn; printf("step %u: V = %g, t = %.2f\n", id, V, t);',
        threshold_condition_code="V >= 1.0",
        reset_code=r'V -= 1.0; printf("spike of %u\n", id);',
    )
    source = pygenn.create_current_source_model(
        "source", injection_code=r'printf("source of %u\n", id); injectCurrent(0.0);'
    )
    received = pygenn.create_postsynaptic_model(
        "received",
        sim_code=r'injectCurrent(inSyn); printf("input of %u: %g\n", id, inSyn); inSyn = 0.0;',
    )
    synapse = pygenn.create_weight_update_model(
        "synapse",
        vars=[("g", "scalar")],
        pre_vars=[("x", "scalar")],
        pre_spike_syn_code=r'addToPost(g); printf("pre %u -> %u\n", id_pre, id_post);',
        post_spike_syn_code=r'printf("post %u <- %u\n", id_post, id_pre); g *= 0.5;',
        synapse_dynamics_code=r'g += 0.125; printf("%u - %u: g = %g\n", id_pre, id_post, g);',
        pre_spike_code=r'x += 1.0; printf("x of %u: %g\n", id, x);',
    )
    start = pygenn.create_var_init_snippet(
        "start", var_init_code=r'value = 0.25 * id_post; printf("start %u %u\n", id_pre, id_post);'
    )
    row = pygenn.create_sparse_connect_init_snippet(
        "row",
        row_build_code=r"""
        for (unsigned int j = id_pre % 2u; j < num_post; j += 2u) {
            printf("add %u %u\n", id_pre, j);
            addSynapse(j);
        }
        """,
        calc_max_row_len_func=lambda num_pre, num_post, pars: num_post,
    )
    kept = (cell, source, received, synapse, start, row, pygenn.init_var(start))
    keep(model, kept)
    cells = model.add_neuron_population("cells", 3, cell, {}, {"V": [0.0, 0.25, 0.125]})
    model.add_current_source("source", source, cells)
    group = model.add_synapse_population(
        "synapses",
        "SPARSE",
        cells,
        cells,
        pygenn.init_weight_update(synapse, {}, {"g": kept[-1]}, {"x": 0.0}),
        pygenn.init_postsynaptic(received),
        pygenn.init_sparse_connectivity(row),
    )
    return model, cells, group


def add_updates(pygenn: ModuleType, model: Any, cells: Any, group: Any) -> None:
    """Add updates that print, of neurons, of synapses, and of connections."""
    of_neurons = pygenn.create_custom_update_model(
        "neurons", var_refs=[("V", "scalar")], update_code=r'printf("V of %u: %g\n", id, V);'
    )
    of_synapses = pygenn.create_custom_update_model(
        "synapses",
        var_refs=[("g", "scalar")],
        update_code=r'printf("g of %u %u: %g\n", id_pre, id_post, g);',
    )
    of_rows = pygenn.create_custom_connectivity_update_model(
        "rows",
        row_update_code=r"""
        printf("row %u: %u\n", id_pre, row_length);
        for_each_synapse {
            printf("to %u\n", id_post);
        }
        """,
        host_update_code=r'printf("host, %u\n", num_pre);',
    )
    keep(model, (of_neurons, of_synapses, of_rows))
    references = {"V": pygenn.create_var_ref(cells, "V")}
    model.add_custom_update("neurons", "OfNeurons", of_neurons, {}, {}, references)
    references = {"g": pygenn.create_wu_var_ref(group, "g")}
    model.add_custom_update("synapses", "OfSynapses", of_synapses, {}, {}, references)
    model.add_custom_connectivity_update("rows", "OfRows", group, of_rows)


@case("float", "double")
def printing(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Code of every kind prints, step by step and in updates between steps."""
    model, cells, group = printing_network(pygenn, name, precision)
    add_updates(pygenn, model, cells, group)
    model.build()
    with caught() as arrays:
        model.load()
        for _ in range(5):
            model.step_time()
        for update in ("OfNeurons", "OfSynapses", "OfRows"):
            print(update, flush=True)
            if os.name == "posix":
                ctypes.CDLL(None).fflush(None)
            model.custom_update(update)
        model.step_time()
    model.unload()
    return arrays


#: What is printed in each place, and conversions that show it.
SHOWN = {
    "V": ("f", ".2f", "10.3f", "-10.3f", "+g", " g", "e", ".3E", "G", "010.1f", "#.0f", ".0f"),
    "k": ("d", "i", "5d", "-5d|", "05d", "+d", " d", ".4d", "8.3d", "u", "x", "#X", "o", "hd"),
    "b": ("u", "d", "hhd", "c", "x", "3u", "u%%"),
    "w": ("ld", "lld", "lx", "lu", "20ld", "-20ld|"),
    "V > 0.5": ("d",),
    "true": ("d",),
}


@case("float", "double")
def printed_formats(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Numbers of several types by the conversions that C has for them."""
    calls = [
        rf'printf("%{place}\n", {value});' for value, places in SHOWN.items() for place in places
    ]
    calls += [r'printf("%*d|%-*.*f|\n", 4, k, 9, 2, V); printf("\ttab \\ \x41\102 100%%\n");']
    cell = pygenn.create_neuron_model(
        "cell",
        vars=[("V", "scalar"), ("k", "int"), ("b", "uint8_t"), ("w", "int64_t")],
        sim_code="".join(calls),
    )
    model = pygenn.GeNNModel(precision, name)
    state = {"V": [0.3, -1e20, 1234567.0], "k": [7, -3, 0], "b": [65, 120, 77], "w": [1, -2, 3]}
    model.add_neuron_population("cells", 3, keep(model, cell), {}, state)
    model.build()
    with caught() as arrays:
        model.load()
        model.step_time()
    model.unload()
    return arrays
