"""Random models, valid by construction, that can be built in any batch size and run as often.

What is drawn is a `RandomModel`: descriptions, sizes and values, and a script of steps, pushes and
custom updates. Names are partly such as the engine itself uses in what it generates.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from hypothesis import strategies as st

import numbagenn as engine
from numbagenn.base import type_checks, types
from numbagenn.base.types import ResolvedType
from tests.numbagenn.language.c_programs import ARRAY_SIZE, Writer

#: Batch size of the batched run.
BATCH_SIZE = 3
#: Sizes on both sides of what the engine handles at once.
SIZES = [1, 2, 7, 8, 9, 31, 32, 33, 40, 63, 64, 65, 70]

_ACCESS = engine.VarAccess
_READ_ONLY = engine.VarAccessMode.READ_ONLY
_POPULATION_NAMES = ["A", "1st", "spikes", "simulate", "np", "update", "lowest", "step", "V"]
_OTHER_NAMES = [
    "x",
    "spike",
    "total",
    "rng",
    "bits",
    "arriving",
    "lowest_bit",
    "neuron",
    "pre",
    "k",
]


@dataclass
class RandomModel:
    """A model to be built as often as needed.

    Parameters
    ----------
    precision, dt
        Properties of the model.
    parts
        Each adds something to a model.
    script
        Numbers of steps to run, each with what is done then, see `act`.
    updates
        Names of groups of custom updates.
    dynamic
        Names of populations whose threshold can be changed.
    text
        What the model is made of, for messages.
    values
        What is pushed once the model is loaded: what finds a variable in a model, and one row of
        values for each batch element.
    draws
        Whether it draws random numbers in its steps.
    mixes
        Whether batch elements depend on each other, as in a reduction over the batch.
    """

    precision: str
    dt: float
    parts: list[Callable[[Any], None]] = field(default_factory=list)
    values: list[tuple[Callable[[Any], Any], np.ndarray]] = field(default_factory=list)
    script: list[tuple[int, str]] = field(default_factory=list)
    updates: list[str] = field(default_factory=list)
    dynamic: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    draws: bool = False
    mixes: bool = False

    def __repr__(self) -> str:
        return "\n".join([f"{self.precision}, dt = {self.dt}", *self.text, f"{self.script}"])

    @property
    def steps(self) -> int:
        """Number of steps of the script."""
        return sum(steps for steps, _ in self.script)

    def build(self, batch_size: int, *, timing: bool = False) -> Any:
        """Return the model, built and not loaded."""
        model = engine.GeNNModel(self.precision, "random")
        model.dt = self.dt
        model.seed = 7
        model.batch_size = batch_size
        model.timing_enabled = timing
        for part in self.parts:
            part(model)
        model.build()
        return model

    def load(self, model: Any, elements: list[int]) -> None:
        """Load a model, and push the values of some of the batch elements into it."""
        model.load(num_recording_timesteps=self.steps)
        for find, rows in self.values:
            variable = find(model)
            chosen = rows[elements] if variable.buffer.per_batch else rows[0]
            variable.values = chosen if len(elements) > 1 or chosen.ndim == 1 else chosen[0]
            variable.push_to_device()


def act(model: Any, action: str) -> None:
    """Do what a script says."""
    if action == "push":
        for variable in variables(model).values():
            variable.pull_from_device()
            variable.push_to_device()
    elif action == "jump":
        model.timestep += 100
    elif action.startswith("theta of "):
        population = model.neuron_populations[action.removeprefix("theta of ")]
        population.set_dynamic_param_value("theta", 0.5)
    elif action != "look":
        model.custom_update(action)


def variables(model: Any) -> dict[str, Any]:
    """Return all that has values in a loaded model, by name."""
    found = {}
    for name, pop in model.neuron_populations.items():
        found |= {f"{name}.{key}": variable for key, variable in pop.vars.items()}
        if pop.keeps_spike_times:
            found[f"{name}.st"] = pop.spike_times
        if pop.keeps_prev_spike_times:
            found[f"{name}.prev_st"] = pop.prev_spike_times
    for name, group in model.synapse_populations.items():
        for side in ("vars", "pre_vars", "post_vars", "psm_vars"):
            own = getattr(group, side).items()
            found |= {f"{name}.{side}.{key}": variable for key, variable in own}
        found[f"{name}.out_post"] = group.out_post
    for groups in (model.current_sources, model.custom_updates):
        for name, group in groups.items():
            found |= {f"{name}.{key}": variable for key, variable in group.vars.items()}
    return found


class _Maker:
    """Draws one model, part by part."""

    def __init__(self, draw: Any) -> None:
        self.draw = draw
        self.rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
        self.model = RandomModel(self.pick(["float", "double"]), self.pick([1.0, 0.5, 0.1]))
        self.scalar = type_checks.precision_type(self.model.precision, "precision")
        self.populations: dict[str, tuple[int, dict[str, str], list[str]]] = {}
        # By update: number of neurons, or name of the synapses, that it is of.
        self.names = 0

    def pick(self, items: Any) -> Any:
        return self.draw(st.sampled_from(list(items)))

    def chance(self, one_in: int = 2) -> bool:
        return bool(self.draw(st.integers(0, one_in - 1)) == one_in - 1)

    def name(self, wish: str) -> str:
        self.names += 1
        return f"{wish}{self.names}"

    def told(self, what: str, *code: str) -> None:
        """Keep what a part is, for whoever has to read a failure."""
        self.model.text.append("\n    ".join([what, *(one for one in code if one)]))

    # Values --------------------------------------------------------------------------------

    def numbers(self, ctype: str, count: int) -> np.ndarray:
        shape = (BATCH_SIZE, count)
        if ctype == "bool":
            return self.rng.integers(0, 2, shape).astype(bool)
        if ctype in ("scalar", "double"):
            return self.rng.uniform(-1.5, 1.5, shape)
        low = 0 if ctype.startswith("u") else -5
        return self.rng.integers(low, 9, shape)

    def initial(self, ctype: str, count: int, find: Callable[[Any], Any]) -> Any:
        """Return an initial value, and arrange for others to be pushed."""
        how = self.pick(["number", "array", "push", "push", "snippet"])
        if how == "snippet" and ctype == "scalar":
            name, params = self.pick(
                [
                    ("Uniform", {"min": -1.0, "max": 1.0}),
                    ("Normal", {"mean": 0.0, "sd": 0.5}),
                    ("Constant", {"constant": 0.25}),
                ]
            )
            return engine.init_var(name, params)
        values = self.numbers(ctype, count)
        if how == "push":
            self.model.values.append((find, values))
        return values[0] if how == "array" else values[0, 0].item()

    # Code ----------------------------------------------------------------------------------

    def code(
        self,
        variables: dict[str, str],
        read_only: tuple[str, ...] = (),
        arrays: dict[str, ResolvedType] | None = None,
    ) -> str:
        """Return statements over some variables, or none."""
        return "\n".join(self.writer(variables, read_only, arrays).block(1, 2).lines)

    def condition(self, variables: dict[str, str]) -> str:
        return self.writer(variables, tuple(variables), None).expression(2).text

    def writer(
        self,
        variables: dict[str, str],
        read_only: tuple[str, ...],
        arrays: dict[str, ResolvedType] | None,
    ) -> Writer:
        resolve = types.Precision(self.scalar, self.scalar).resolve
        resolved = {name: resolve(ctype) for name, ctype in variables.items()}
        names = (*read_only, *(arrays or ()))
        return Writer(self.draw, self.scalar, resolved, arrays or {}, names)

    # Neurons -------------------------------------------------------------------------------

    def add_population(self, name: str) -> None:
        size = self.pick(SIZES)
        others = self.draw(
            st.lists(
                st.tuples(
                    st.sampled_from(_OTHER_NAMES),
                    st.sampled_from(["scalar", "unsigned int", "int", "bool", "int8_t", "double"]),
                    st.sampled_from([_ACCESS.READ_WRITE] * 3 + list(_ACCESS)),
                ),
                max_size=3,
                unique_by=lambda var: var[0],
            )
        )
        own = [("V", "scalar", _ACCESS.READ_WRITE), *others]
        constant = tuple(var for var, _, access in own if access is not _ACCESS.READ_WRITE)
        visible = {var: ctype for var, ctype, _ in own}
        built_in = {"t": "scalar", "dt": "scalar", "id": "unsigned int", "theta": "scalar"}
        inputs = {"Isyn": "scalar", "extra": "scalar"}
        if self.chance():
            built_in["st"] = "scalar"
        arrays = {"table": types.Float} if self.chance(4) else None
        everything = {**visible, **inputs, **built_in}
        reads = (*inputs, *built_in, *constant)
        sim = [self.code(everything, reads, arrays)]
        if self.chance(4):
            self.model.draws = True
            draw = self.pick(["gennrand_uniform()", "0.2 * gennrand_normal()"])
            sim.append(f"V += {draw};")
        leak, drive = self.pick(["0.9", "0.5", "1.0"]), self.pick(["0.15", "0.4", "dt"])
        sim.append(f"V = {leak} * V + 0.5 * Isyn + 0.25 * extra + {drive};")
        # Whatever the code above made of it is brought back to where something happens.
        sim.append("V = fmin(fmax(V, -2.0), 2.0);")
        threshold = self.pick(["V >= theta", "V >= theta", "", "V > theta && id % 3u != 1u"])
        if threshold and self.chance(4):
            threshold += f" || {self.condition({**visible, **built_in})}"
        reset = ["V = -0.25;"]
        if self.chance():
            # In braces, as the locals of the code before are still there.
            reset.append("{\n" + self.code(everything, reads, arrays) + "\n}")
        refractory = self.chance(5)
        neuron = engine.create_neuron_model(
            "neuron",
            params=["theta"],
            vars=own,
            sim_code="\n".join(sim),
            threshold_condition_code=threshold,
            reset_code="\n".join(reset),
            additional_input_vars=[("extra", "scalar", 0.125)],
            extra_global_params=[("table", "float*")] if arrays else [],
            auto_refractory_required=refractory,
        )
        self.told(f"{name}: {size} x {own}", *sim, threshold, *reset)
        start = {}
        for var, ctype, access in own:

            def find(model: Any, var: str = var) -> Any:
                return model.neuron_populations[name].vars[var]

            shared = access is _ACCESS.READ_ONLY_SHARED_NEURON
            start[var] = self.initial(ctype, 1 if shared else size, find)
        params = {"theta": self.pick([0.25, 0.75, 1.5])}
        records, dynamic = self.chance(), self.chance(3)

        def add(model: Any) -> None:
            pop = model.add_neuron_population(name, size, neuron, params, start)
            pop.spike_recording_enabled = records
            if dynamic:
                pop.set_param_dynamic("theta")
            if arrays:
                table = np.linspace(-1.0, 1.0, ARRAY_SIZE)
                pop.extra_global_params["table"].set_init_values(table)

        self.model.parts.append(add)
        if dynamic:
            self.model.dynamic.append(name)
        writable = [var for var, _, access in own if access is _ACCESS.READ_WRITE]
        self.populations[name] = (size, visible, writable)

    # Synapses ------------------------------------------------------------------------------

    def add_synapses(self) -> None:
        name = self.name("syn")
        source, target = self.pick(self.populations), self.pick(self.populations)
        (num_pre, *_), (num_post, *_) = self.populations[source], self.populations[target]
        matrix, connect, count = self.connectivity(num_pre, num_post)
        delay = self.pick([0, 0, 0, 1, 2, 5])
        dendritic = self.pick([1, 2, 4])
        psm, psm_text, psm_var = self.postsynaptic()
        psm_refs = {"V_ref": "V"}
        weight_update, described = self.weight_update(name, count, dendritic, psm_var)
        targets = self.pick([("Isyn", "Isyn"), ("extra", "Isyn"), ("Isyn", "extra")])
        event_recording = self.chance()
        self.told(
            f"{name}: {matrix} {source} -> {target}, {count} synapses, delay {delay}, {dendritic}, "
            f"{targets}",
            *described,
            *psm_text,
        )

        def add(model: Any) -> None:
            pops = model.neuron_populations
            init, pairs = connect()
            group = model.add_synapse_population(
                name,
                matrix,
                pops[source],
                pops[target],
                weight_update(),
                engine.init_postsynaptic(psm[0], psm[1], psm[2], psm_refs if psm[3] else {}),
                init,
            )
            if pairs is not None:
                group.set_sparse_connections(*pairs)
            group.axonal_delay_steps = delay
            group.max_dendritic_delay_timesteps = dendritic
            group.post_target_var, group.pre_target_var = targets
            if event_recording:
                pops[source].spike_event_recording_enabled = True
                pops[target].spike_event_recording_enabled = True

        self.model.parts.append(add)
        if psm_var:

            def find(model: Any) -> Any:
                return model.synapse_populations[name].psm_vars["y"]

            self.model.values.append((find, self.numbers("scalar", num_post)))
        self.synapse_updates(name, target, has_weights=described != ["constant"])

    def connectivity(
        self, num_pre: int, num_post: int
    ) -> tuple[str, Callable[[], Any], int | None]:
        """Return the matrix type, what gives initialiser and pairs, and the number of synapses."""
        how = self.pick(["dense", "dense", "pairs", "probability", "number", "rows", "columns"])
        if how == "dense":
            return "DENSE", lambda: (None, None), num_pre * num_post
        if how == "pairs":
            count = self.pick([1, 5, num_pre, 3 * num_pre])
            pre = self.rng.integers(0, num_pre, count)
            post = self.rng.integers(0, num_post, count)
            return "SPARSE", lambda: (None, (pre, post)), count
        if how == "probability":
            init = engine.init_sparse_connectivity("FixedProbability", {"prob": 0.3})
        elif how == "number":
            snippet = self.pick(["FixedNumberPostWithReplacement", "FixedNumberPreWithReplacement"])
            init = engine.init_sparse_connectivity(snippet, {"num": 2})
        elif how == "rows":
            init = engine.init_sparse_connectivity(_BAND)
        else:
            init = engine.init_sparse_connectivity(_COMB)
        return "SPARSE", lambda: (init, None), None

    def weight_update(
        self, name: str, count: int | None, dendritic: int, psm_var: bool
    ) -> tuple[Callable[[], Any], list[str]]:
        """Return what gives an initialised weight update model, and its code."""
        kind = self.pick(["static", "constant", "delayed", "own", "own", "own"])
        small = 0.3 * (-1.0 if self.chance(4) else 1.0)

        def find(model: Any) -> Any:
            return model.synapse_populations[name].vars["g"]

        g: Any = engine.init_var("Uniform", {"min": -0.2, "max": 0.6})
        if count is not None and kind != "constant" and self.chance():
            g = small
            self.model.values.append((find, 0.4 * self.numbers("scalar", count)))
        if kind == "constant":
            return lambda: engine.init_weight_update("StaticPulseConstantWeight", {"g": small}), [
                "constant"
            ]
        if kind == "static":
            return lambda: engine.init_weight_update("StaticPulse", {}, {"g": g}), ["static"]
        if kind == "delayed":
            start = {"g": g, "d": dendritic - 1}
            return lambda: engine.init_weight_update("StaticPulseDendriticDelay", {}, start), [
                "delayed"
            ]
        return self.own_weight_update(g, dendritic, psm_var)

    def own_weight_update(
        self, g: Any, dendritic: int, psm_var: bool
    ) -> tuple[Callable[[], Any], list[str]]:
        other = self.pick(["n", *_OTHER_NAMES])
        own = {"g": "scalar", other: "unsigned int"}
        read = {"w": "scalar", "dt": "scalar", "id_pre": "unsigned int", "id_post": "unsigned int"}
        arguments: dict[str, Any] = {}
        given: dict[str, Any] = {}
        for side in ("pre", "post"):
            if self.chance():
                arguments[f"{side}_vars"] = [(f"{side}_x", "scalar")]
                given[f"{side}_vars"] = {f"{side}_x": 0.5}
                read[f"{side}_x"] = "scalar"
            if self.chance(3):
                arguments[f"{side}_neuron_var_refs"] = [(f"{side}_V", "scalar", _READ_ONLY)]
                given[f"{side}_var_refs"] = {f"{side}_V": "V"}
                read[f"{side}_V"] = "scalar"
            if self.chance(4):
                read[f"st_{side}"] = "scalar"
            if self.chance(6):
                read[f"prev_st_{side}"] = "scalar"
        if self.chance(4):
            read["t"] = "scalar"
        if psm_var and self.chance(3):
            arguments["psm_var_refs"] = [("psm_y", "scalar", _READ_ONLY)]
            given["psm_var_refs"] = {"psm_y": "y"}
            read["psm_y"] = "scalar"

        snippets = {}
        events = []
        for side in ("pre", "post"):
            seen = [name for name in (f"{side}_x", f"{side}_V") if name in read]
            if seen and self.chance(3):
                events.append(side)
                condition = f"{self.pick(seen)} > 0.25"
                snippets[f"{side}_event_threshold_condition_code"] = condition
                for times in ("set", "prev_set"):
                    if self.chance(3):
                        read[f"{times}_{side}"] = "scalar"

        forward = [
            "addToPost(g);",
            "addToPost(g * w);",
            f"addToPostDelay(0.5 * g, {other} % {dendritic}u); {other}++;",
            "addToPre(0.1 * g); addToPost(g);",
        ]
        backward = ["addToPre(0.1 * g);", f"addToPre(0.1 * g * w); {other}++;", f"{other}++;"]

        def synapse_code(calls: list[str]) -> str:
            call = self.pick(calls)
            code = "" if self.chance(3) else self.code({**own, **read}, tuple(read))
            return f"{code}\n{call}\ng = fmin(fmax(g, -1.0), 1.0);"

        snippets["pre_spike_syn_code"] = synapse_code(forward)
        for side in events:
            calls = forward if side == "pre" else backward
            snippets[f"{side}_event_syn_code"] = synapse_code(calls)
        if self.chance(4):
            snippets["synapse_dynamics_code"] = f"g *= 0.75; {self.code(own, ())}" + (
                "addToPost(0.01 * g);" if self.chance() else ""
            )
        for side in ("pre", "post"):
            if f"{side}_vars" not in arguments:
                continue
            var = f"{side}_x"
            neuron = {var: "scalar", "w": "scalar", "t": "scalar", "id": "unsigned int"}
            if self.chance(3):
                neuron[f"st_{side}"] = "scalar"
            if self.chance():
                code = self.code(neuron, tuple(name for name in neuron if name != var))
                snippets[f"{side}_dynamics_code"] = f"{code}\n{var} = fmin(fmax({var}, 0.0), 1.0);"
            if self.chance():
                snippets[f"{side}_spike_code"] = f"{var} = 0.5 * {var} + 0.5;"
        model = engine.create_weight_update_model(
            "own", params=["w"], vars=list(own.items()), **arguments, **snippets
        )
        start = {"g": g, other: 0}
        return lambda: engine.init_weight_update(model, {"w": 0.5}, start, **given), [
            f"{kind}: {code}" for kind, code in snippets.items()
        ]

    def postsynaptic(self) -> tuple[Any, list[str], bool]:
        kind = self.pick(["DeltaCurr", "DeltaCurr", "ExpCurr", "ExpCond", "own", "own"])
        if kind == "DeltaCurr":
            return ("DeltaCurr", {}, {}, False), [kind], False
        if kind == "ExpCurr":
            return ("ExpCurr", {"tau": 3.0}, {}, False), [kind], False
        if kind == "ExpCond":
            cond = engine.create_postsynaptic_model(
                "cond",
                neuron_var_refs=[("V_ref", "scalar", _READ_ONLY)],
                sim_code="injectCurrent(inSyn * (1.0 - V_ref)); inSyn *= 0.5;",
            )
            return (cond, {}, {}, True), [kind], False
        visible = {"inSyn": "scalar", "y": "scalar", "dt": "scalar", "id": "unsigned int"}
        code = self.code(visible, ("dt", "id"))
        ending = self.pick(["inSyn = 0.0;", "inSyn = 0.0;", "inSyn *= 0.25;"])
        code += f"\ny = fmin(fmax(y, -1.0), 1.0);\ninjectCurrent(inSyn + 0.1 * y);\n{ending}"
        own = engine.create_postsynaptic_model("own", vars=[("y", "scalar")], sim_code=code)
        return (own, {}, {"y": 0.0}, False), [code], True

    def synapse_updates(self, name: str, target: str, *, has_weights: bool) -> None:
        """Maybe have custom updates change what the synapses hold."""
        if has_weights and self.chance(3):
            visible = {"g": "scalar", "m": "int", "t": "scalar", "id_pre": "unsigned int"}
            visible["id_post"] = "unsigned int"
            code = self.code(visible, ("t", "id_pre", "id_post"))
            weaken = engine.create_custom_update_model(
                "weaken",
                vars=[("m", "int")],
                var_refs=[("g", "scalar")],
                update_code=f"{code}\ng = fmin(fmax(0.75 * g, -0.5), 0.5);",
            )

            def refer_to_weights(model: Any) -> dict[str, Any]:
                return {"g": engine.create_wu_var_ref(model.synapse_populations[name], "g")}

            self.add_update(weaken, refer_to_weights, {"m": 0})
        if self.chance(4):
            clear = engine.create_custom_update_model(
                "clear", var_refs=[("out", "scalar"), ("V", "scalar")], update_code="out = 0.0;"
            )

            def refer(model: Any) -> dict[str, Any]:
                return {
                    "out": engine.create_out_post_var_ref(model.synapse_populations[name]),
                    "V": engine.create_var_ref(model.neuron_populations[target], "V"),
                }

            self.add_update(clear, refer)
        if self.chance(4):
            forget = engine.create_custom_update_model(
                "forget",
                var_refs=[
                    ("spikes", "uint32_t", engine.VarAccessMode.BROADCAST),
                ],
                update_code="spikes = 0u;",
            )

            def refer_to_count(model: Any) -> dict[str, Any]:
                group = model.synapse_populations[name]
                return {"spikes": engine.create_src_spike_count_var_ref(group)}

            self.add_update(forget, refer_to_count)

    # Currents and updates ------------------------------------------------------------------

    def add_source(self) -> None:
        name, population = self.name("cs"), self.pick(self.populations)
        size = self.populations[population][0]
        visible = {"mag": "scalar", "V_ref": "scalar", "t": "scalar", "id": "unsigned int"}
        code = self.code(visible, ("V_ref", "t", "id"))
        call = self.pick(["injectCurrent(mag);", "if (id % 2u) injectCurrent(0.5 - 0.1 * V_ref);"])
        code += f"\nmag = fmin(fmax(mag, -0.5), 1.0);\n{call}"
        if self.chance(5):
            self.model.draws = True
            code += "\ninjectCurrent(0.1 * gennrand_uniform());"
        source = engine.create_current_source_model(
            "source",
            vars=[("mag", "scalar")],
            neuron_var_refs=[("V_ref", "scalar", _READ_ONLY)],
            injection_code=code,
        )
        target = self.pick(["Isyn", "extra"])
        self.told(f"{name} of {population}.{target}", code)

        def find(model: Any) -> Any:
            return model.current_sources[name].vars["mag"]

        start = self.initial("scalar", size, find)

        def add(model: Any) -> None:
            pop = model.neuron_populations[population]
            group = model.add_current_source(name, source, pop, {}, {"mag": start}, {"V_ref": "V"})
            group.target_var = target

        self.model.parts.append(add)

    def add_update(
        self,
        update: Any,
        refer: Callable[[Any], dict[str, Any]],
        start: dict[str, float] | None = None,
    ) -> None:
        name = self.name("cu")
        self.told(f"{name}: {update.update_code.text}")

        def add(model: Any) -> None:
            model.add_custom_update(name, name, update, {}, start or {}, refer(model))

        self.model.parts.append(add)
        self.model.updates.append(name)

    def add_neuron_update(self) -> None:
        population = self.pick(self.populations)
        access = engine.CustomUpdateVarAccess
        kind = self.pick(["reset", "code", "REDUCE_NEURON_SUM", "REDUCE_NEURON_MAX", "batch"])

        def refer(model: Any) -> dict[str, Any]:
            return {"V": engine.create_var_ref(model.neuron_populations[population], "V")}

        if kind in ("reset", "code"):
            visible = {"V": "scalar", "m": "int", "t": "scalar", "id": "unsigned int"}
            code = "V = 0.125;" if kind == "reset" else self.code(visible, ("t", "id"))
            code += "\nV = fmin(fmax(V, -2.0), 2.0);"
            update = engine.create_custom_update_model(
                "update", vars=[("m", "int")], var_refs=[("V", "scalar")], update_code=code
            )
        else:
            if kind == "batch":
                self.model.mixes = True
                kind = self.pick(["REDUCE_BATCH_SUM", "REDUCE_BATCH_MAX"])
            update = engine.create_custom_update_model(
                "reduction",
                vars=[("m", "scalar", getattr(access, kind))],
                var_refs=[("V", "scalar", _READ_ONLY)],
                update_code="m = V * V;",
            )
        self.add_update(update, refer, {"m": 0})

    def write_script(self) -> None:
        actions = [*self.model.updates, "look", "push", "jump"]
        actions += [f"theta of {name}" for name in self.model.dynamic]
        self.model.script = self.draw(
            st.lists(
                st.tuples(st.sampled_from([1, 2, 5, 12, 31, 32, 33]), st.sampled_from(actions)),
                min_size=1,
                max_size=4,
            )
        )


_BAND = engine.create_sparse_connect_init_snippet(
    "band",
    row_build_code="""
        for (unsigned int k = 0; k < 3u; k++) {
            if ((id_pre + k) % 4u != 1u) { addSynapse((id_pre * 5u + k) % num_post); }
        }
    """,
    calc_max_row_len_func=lambda num_pre, num_post, pars: 3,
)
_COMB = engine.create_sparse_connect_init_snippet(
    "comb",
    col_build_code="for (unsigned int k = id_post % 3u; k < num_pre; k += 7u) { addSynapse(k); }",
)


@st.composite
def random_models(draw: Any) -> RandomModel:
    """Draw a model of one to four populations."""
    return drawn_model(draw)


def drawn_model(draw: Any) -> RandomModel:
    """Return the model that a function such as that of Hypothesis draws."""
    maker = _Maker(draw)
    names = draw(st.lists(st.sampled_from(_POPULATION_NAMES), min_size=1, max_size=4, unique=True))
    least = 0 if len(names) == 1 else 1
    for name in names:
        maker.add_population(name)
    for _ in range(draw(st.integers(least, 4))):
        maker.add_synapses()
    for _ in range(draw(st.integers(0, 2))):
        maker.add_source()
    for _ in range(draw(st.integers(0, 2))):
        maker.add_neuron_update()
    maker.write_script()
    return maker.model
