"""A plain PyGeNN script that learns by EventProp: errors go back in time, from spike to spike.

Wunderlich and Pehle, Scientific Reports 11:12829 (2021). Neurons keep the times of their spikes in
ring buffers, extra global parameters with a part for each neuron of each batch element. While one
batch runs forward, the one before runs backward.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.contestants.latencies import (
    CLASSES,
    HIDDEN,
    INPUTS,
    Adam,
    Spikes,
    add_softmax,
    push_spikes,
)

#: Steps of 1 ms for which an image is shown.
STEPS = 20

_TAU_MEM, _TAU_SYN, _RING = 20.0, 5.0, 32
_ALPHA, _BETA = float(np.exp(-1 / _TAU_MEM)), float(np.exp(-1 / _TAU_SYN))

_AT = "const int at = ((batch * num_neurons) + id) * Ring;"
# Runs before the neuron's own code; `%s` is what the jump at a spike changes.
_BACKWARD = """
    const scalar back = Length - t - dt;
    %s
    if (Back) {
        %s
        ReadAt--;
        if (ReadAt < 0) {
            ReadAt = Ring - 1;
        }
        Back = 0;
    }
    if (ReadAt != ReadEnd && fabs(back - RingTime[at + ReadAt] - dt) < 0.001 * dt) {
        Back = 1;
    }
    """
_WRITE = """
    if (WriteAt != ReadEnd) {
        RingTime[at + WriteAt] = t;
        %s
        WriteAt++;
        if (WriteAt >= Ring) {
            WriteAt = 0;
        }
    }
    """
_RING_VARS = [("WriteAt", "int"), ("ReadAt", "int"), ("WriteStart", "int"), ("ReadEnd", "int")]
_RING_START = {"WriteAt": 0, "ReadAt": _RING - 1, "WriteStart": _RING - 1, "ReadEnd": _RING - 1}
_RING_RESET = """
    ReadAt = WriteAt - 1;
    if (ReadAt < 0) {
        ReadAt = Ring - 1;
    }
    ReadEnd = WriteStart;
    WriteStart = ReadAt;
    """


def _neurons(api: Any) -> tuple[Any, Any, Any]:
    """Return the models of input, hidden and output neurons."""
    inputs = api.create_neuron_model(
        "latency_input",
        params=["Length", ("Ring", "int")],
        vars=[("Next", "unsigned int"), ("End", "unsigned int"), ("Back", "uint8_t"), *_RING_VARS],
        extra_global_params=[("SpikeTimes", "scalar*"), ("RingTime", "scalar*")],
        sim_code=_AT + _BACKWARD % ("", ""),
        threshold_condition_code="Next != End && t >= SpikeTimes[Next]",
        reset_code=_WRITE % "" + "Next++;",
    )
    hidden = api.create_neuron_model(
        "event_prop_lif",
        params=["Length", ("Ring", "int"), "Vthr", "Alpha", "Beta", "A", "Scale"],
        vars=[
            ("V", "scalar"),
            ("LambdaV", "scalar"),
            ("LambdaI", "scalar"),
            ("Back", "uint8_t"),
            *_RING_VARS,
        ],
        additional_input_vars=[("Iback", "scalar", 0.0)],
        extra_global_params=[("RingTime", "scalar*"), ("RingSlope", "scalar*")],
        sim_code=_AT
        + _BACKWARD
        % (
            """
            LambdaI = (A * LambdaV * (Beta - Alpha)) + (LambdaI * Beta);
            LambdaV *= Alpha;
            """,
            "LambdaV += (1.0 / RingSlope[at + ReadAt]) * (Vthr * LambdaV + Iback);",
        )
        + "V = (Alpha * V) + ((1.0 - Alpha) * Isyn);",
        # A spike in the last step would reach the next image, and no step goes back to it.
        threshold_condition_code="V >= Vthr && back > 0.5 * dt",
        # What is above the threshold stays: steps are long, and errors assume that none is lost.
        reset_code=_WRITE % "RingSlope[at + WriteAt] = (Isyn * Scale) - V;" + "V -= Vthr;",
    )
    output = api.create_neuron_model(
        "event_prop_output",
        params=["Length", "TauM", "Alpha", "Beta", "A", ("Trial", "unsigned int")],
        vars=[
            ("V", "scalar"),
            ("Mean", "scalar"),
            ("LambdaV", "scalar"),
            ("LambdaI", "scalar"),
            ("Softmax", "scalar"),
            ("Label", "uint8_t", api.VarAccess.READ_ONLY_SHARED_NEURON),
            ("LabelBack", "uint8_t", api.VarAccess.READ_ONLY_SHARED_NEURON),
        ],
        sim_code="""
        scalar drive = 0.0;
        if (Trial > 0) {
            const scalar missing = (id == LabelBack) ? (1.0 - Softmax) : -Softmax;
            drive = missing / (TauM * num_batch * Length);
        }
        LambdaI = drive + ((LambdaI - drive) * Beta) + (A * (LambdaV - drive) * (Alpha - Beta));
        LambdaV = drive + ((LambdaV - drive) * Alpha);
        V = (Alpha * V) + ((1.0 - Alpha) * Isyn);
        Mean += V / Length;
        """,
    )
    return inputs, hidden, output


def _synapses(api: Any) -> tuple[Any, Any]:
    """Return the weight update models of synapses to hidden and to output neurons."""
    read = api.VarAccessMode.READ_ONLY
    common: dict[str, Any] = {
        "params": ["TauSyn"],
        "vars": [("g", "scalar", api.VarAccess.READ_ONLY), ("dG", "scalar")],
        "pre_neuron_var_refs": [("Back", "uint8_t", read)],
        "pre_spike_syn_code": "addToPost(g);",
        "pre_event_threshold_condition_code": "Back",
    }
    learn = "dG -= (LambdaI * TauSyn);"
    first = api.create_weight_update_model(
        "event_prop_first",
        post_neuron_var_refs=[("LambdaI", "scalar", read)],
        pre_event_syn_code=learn,
        **common,
    )
    later = api.create_weight_update_model(
        "event_prop_later",
        post_neuron_var_refs=[("LambdaI", "scalar", read), ("LambdaV", "scalar", read)],
        pre_event_syn_code=learn + " addToPre(g * (LambdaV - LambdaI));",
        **common,
    )
    return first, later


class EventProp:
    """The network, ready to learn.

    Parameters
    ----------
    api
        The module `pygenn`, or one with its names.
    batch_size
        How many images run side by side.
    precision, seed
        Precision of the model, and of the random weights that it starts from.
    steps
        For how many steps an image is shown.
    rate
        The learning rate.
    sizes
        Numbers of input, hidden and output neurons.
    **preferences
        Further arguments of `GeNNModel`.
    """

    def __init__(
        self,
        api: Any,
        batch_size: int = 1,
        *,
        precision: str = "float",
        seed: int = 1,
        steps: int = STEPS,
        rate: float = 0.02,
        sizes: tuple[int, int, int] = (INPUTS, HIDDEN, CLASSES),
        **preferences: Any,
    ) -> None:
        rng = np.random.default_rng(seed)
        self.model = model = api.GeNNModel(precision, "event_prop", **preferences)
        model.dt, model.batch_size = 1.0, batch_size
        self._steps, self._trial, self._batch_size = steps, 0, batch_size
        models = _neurons(api)
        shared = {"Length": float(steps)}
        ring = {"Ring": _RING, **shared}
        lif = {"Alpha": _ALPHA, "Beta": _BETA}
        start = {"V": 0.0, "LambdaV": 0.0, "LambdaI": 0.0}
        self.inputs = model.add_neuron_population(
            "input", sizes[0], models[0], ring, {"Next": 0, "End": 0, "Back": 0, **_RING_START}
        )
        self.hidden = model.add_neuron_population(
            "hidden",
            sizes[1],
            models[1],
            {
                **ring,
                **lif,
                "Vthr": 1.0,
                "A": _TAU_MEM / (_TAU_SYN - _TAU_MEM),
                "Scale": 1.0 / (_TAU_SYN * (1.0 - _BETA)),
            },
            {**start, "Back": 0, **_RING_START},
        )
        self.output = model.add_neuron_population(
            "output",
            sizes[2],
            models[2],
            {**shared, **lif, "TauM": _TAU_MEM, "A": _TAU_MEM / (_TAU_MEM - _TAU_SYN), "Trial": 0},
            {**start, "Mean": 0.0, "Softmax": 0.0, "Label": 0, "LabelBack": 0},
        )
        self.output.set_param_dynamic("Trial")
        empty = np.zeros(
            batch_size * max(sizes) * _RING, np.dtype(precision.replace("float", "f4"))
        )
        for population, name in ((0, "RingTime"), (1, "RingTime"), (1, "RingSlope")):
            neurons = (self.inputs, self.hidden)[population]
            size = batch_size * sizes[population] * _RING
            neurons.extra_global_params[name].set_init_values(empty[:size])
        self.inputs.extra_global_params["SpikeTimes"].set_init_values(
            empty[: batch_size * sizes[0]]
        )
        self.synapses = []
        layers = self.inputs, self.hidden, self.output
        weights = (0.078, 0.045), (0.2, 0.37)
        for n, update in enumerate(_synapses(api)):
            pre, post = layers[n], layers[n + 1]
            refs = {"LambdaI": api.create_var_ref(post, "LambdaI")}
            if n:
                refs["LambdaV"] = api.create_var_ref(post, "LambdaV")
            g = rng.normal(*weights[n], sizes[n] * sizes[n + 1])
            self.synapses.append(
                model.add_synapse_population(
                    f"synapses{n}",
                    "DENSE",
                    pre,
                    post,
                    api.init_weight_update(
                        update,
                        {"TauSyn": _TAU_SYN},
                        {"g": g, "dG": 0.0},
                        {},
                        {},
                        {"Back": api.create_var_ref(pre, "Back")},
                        refs,
                    ),
                    api.init_postsynaptic("ExpCurr", {"tau": _TAU_SYN}),
                )
            )
        self.synapses[1].pre_target_var = "Iback"
        self._adam = Adam(api, model, self.synapses, rate)
        add_softmax(api, model, self.output, "Mean")
        self._add_resets(api)

    def _add_resets(self, api: Any) -> None:
        """Add what starts a new batch, and sends the one before backward."""

        def add(
            population: Any, code: str, variables: Sequence[tuple[Any, ...]], kind: str = ""
        ) -> None:
            reset = api.create_custom_update_model(
                f"reset_{population.name}{kind}",
                params=[("Ring", "int")],
                var_refs=list(variables),
                update_code=code,
            )
            refs = {one[0]: api.create_var_ref(population, one[0]) for one in variables}
            self.model.add_custom_update(
                f"reset_{population.name}{kind}", "Reset", reset, {"Ring": _RING}, {}, refs
            )

        state = [("V", "scalar"), ("LambdaV", "scalar"), ("LambdaI", "scalar")]
        clear = "V = 0.0; LambdaV = 0.0; LambdaI = 0.0;"
        still = api.create_custom_update_model(
            "still", var_refs=[("Current", "scalar")], update_code="Current = 0.0;"
        )
        for group in self.synapses:
            refs = {"Current": api.create_out_post_var_ref(group)}
            self.model.add_custom_update(f"still_{group.name}", "Reset", still, {}, {}, refs)
        add(self.inputs, _RING_RESET, _RING_VARS)
        add(self.hidden, clear + _RING_RESET, [*state, *_RING_VARS])
        add(self.output, clear + "Mean = 0.0;", [*state, ("Mean", "scalar")])
        # A variable that neurons share takes an update of its own.
        labels = [("Label", "uint8_t", api.VarAccessMode.READ_ONLY), ("LabelBack", "uint8_t")]
        add(self.output, "LabelBack = Label;", labels, "_label")

    def build(self) -> None:
        """Build and load the network."""
        self.model.build()
        self.model.load()

    def learn(self, spikes: Spikes) -> int:
        """Learn from all images, and return how many were right before they were learnt from."""
        size, right, mean = self._batch_size, 0, self.output.vars["Mean"]
        label = self.output.vars["Label"]
        for first in range(0, len(spikes), size):
            batch = spikes.part(first, size)
            self.model.custom_update("Reset")
            push_spikes(self.inputs, batch)
            label.view[:] = batch.labels.reshape(label.view.shape)
            label.push_to_device()
            self.output.set_dynamic_param_value("Trial", self._trial)
            self.model.timestep = 0
            for _ in range(self._steps):
                self.model.step_time()
            for number in (1, 2, 3):
                self.model.custom_update(f"Softmax{number}")
            if self._trial:
                self._adam.step()
            self._trial += 1
            mean.pull_from_device()
            answers = mean.view.reshape(size, -1).argmax(axis=1)
            right += int(np.sum((answers == batch.labels)[: len(spikes) - first]))
        return right


def latency(grey: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return when pixels spike: the brightest at once, the darkest after 8 ms of the show.

    The rest of the show is for hidden neurons, whose spikes count only if the output has time left.
    """
    return (255.0 - grey) / 254.0 * 8.0
