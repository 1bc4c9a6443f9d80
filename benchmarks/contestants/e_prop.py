"""A plain PyGeNN script that learns by e-prop: each synapse keeps a trace of what it contributed.

Bellec et al., Nature Communications 11:3625 (2020). All synapses are visited in every step, and the
error of the output is known in every step, too.
"""

from __future__ import annotations

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

#: Steps of 1 ms for which an image is shown, and the grey level up to which a pixel has no spike.
STEPS, DARKEST = 80, 51

_TAU, _TAU_RATE, _TARGET, _REG = 20.0, 500.0, 10.0, 0.001
_ALPHA = float(np.exp(-1 / _TAU))


def _neurons(api: Any) -> tuple[Any, Any, Any]:
    """Return the models of input, hidden and output neurons."""
    inputs = api.create_neuron_model(
        "latency_input",
        vars=[("Next", "unsigned int"), ("End", "unsigned int")],
        extra_global_params=[("SpikeTimes", "scalar*")],
        threshold_condition_code="Next != End && t >= SpikeTimes[Next]",
        reset_code="Next++;",
    )
    hidden = api.create_neuron_model(
        "e_prop_lif",
        params=["Vthr", "Alpha", "Pause"],
        vars=[("V", "scalar"), ("Left", "scalar"), ("E", "scalar")],
        additional_input_vars=[("Feedback", "scalar", 0.0)],
        sim_code="""
        E = Feedback;
        V = (Alpha * V) + Isyn;
        if (Left > 0.0) {
            Left -= dt;
        }
        """,
        threshold_condition_code="V >= Vthr && Left <= 0.0",
        reset_code="V -= Vthr; Left = Pause;",
    )
    output = api.create_neuron_model(
        "e_prop_output",
        params=["Alpha"],
        vars=[
            ("V", "scalar"),
            ("Sum", "scalar"),
            ("E", "scalar"),
            ("Softmax", "scalar"),
            ("Bias", "scalar", api.VarAccess.READ_ONLY),
            ("dG", "scalar"),
            ("Label", "uint8_t", api.VarAccess.READ_ONLY_SHARED_NEURON),
        ],
        sim_code="""
        V = (Alpha * V) + Isyn + Bias;
        Sum += V;
        E = Softmax - ((id == Label) ? 1.0 : 0.0);
        dG += E;
        """,
    )
    return inputs, hidden, output


def _synapses(api: Any) -> tuple[Any, Any]:
    """Return the weight update models of synapses to hidden and to output neurons."""
    read = api.VarAccessMode.READ_ONLY
    common = {
        "pre_vars": [("Trace", "scalar")],
        "pre_spike_code": "Trace += 1.0;",
        "pre_dynamics_code": "Trace *= Alpha;",
        "pre_spike_syn_code": "addToPost(g);",
    }
    first = api.create_weight_update_model(
        "e_prop_first",
        params=["Alpha", "AlphaRate", "Target", "Reg", "Vthr"],
        vars=[
            ("g", "scalar", api.VarAccess.READ_ONLY),
            ("Eligible", "scalar"),
            ("dG", "scalar"),
        ],
        post_vars=[("Psi", "scalar"), ("Rate", "scalar")],
        post_neuron_var_refs=[
            ("Left", "scalar", read),
            ("V", "scalar", read),
            ("E", "scalar", read),
        ],
        post_spike_code="Rate += (1.0 - AlphaRate);",
        post_dynamics_code="""
        Rate *= AlphaRate;
        if (Left > 0.0) {
            Psi = 0.0;
        }
        else {
            Psi = (1.0 / Vthr) * 0.3 * fmax(0.0, 1.0 - fabs((V - Vthr) / Vthr));
        }
        """,
        synapse_dynamics_code="""
        const scalar e = Trace * Psi;
        scalar filtered = Eligible;
        filtered = (filtered * Alpha) + e;
        dG += (filtered * E) + ((Rate - Target) * Reg * e);
        Eligible = filtered;
        """,
        **common,
    )
    second = api.create_weight_update_model(
        "e_prop_second",
        params=["Alpha"],
        vars=[("g", "scalar", api.VarAccess.READ_ONLY), ("dG", "scalar")],
        post_neuron_var_refs=[("E", "scalar", read)],
        synapse_dynamics_code="dG += Trace * E; addToPre(g * E);",
        **common,
    )
    return first, second


class EProp:
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
        rate: float = 0.001,
        sizes: tuple[int, int, int] = (INPUTS, HIDDEN, CLASSES),
        **preferences: Any,
    ) -> None:
        rng = np.random.default_rng(seed)
        self.model = model = api.GeNNModel(precision, "e_prop", **preferences)
        model.dt, model.batch_size = 1.0, batch_size
        self._steps, self._batch_size = steps, batch_size
        models = _neurons(api)
        threshold = {"Vthr": 0.61}
        self.inputs = model.add_neuron_population(
            "input", sizes[0], models[0], {}, {"Next": 0, "End": 0}
        )
        self.hidden = model.add_neuron_population(
            "hidden",
            sizes[1],
            models[1],
            {**threshold, "Alpha": _ALPHA, "Pause": 5.0},
            {"V": 0.0, "Left": 0.0, "E": 0.0},
        )
        start = dict.fromkeys(("V", "Sum", "E", "Softmax", "Bias", "dG"), 0.0)
        self.output = model.add_neuron_population(
            "output", sizes[2], models[2], {"Alpha": _ALPHA}, {**start, "Label": 0}
        )
        times = np.zeros(batch_size * sizes[0], np.dtype(precision.replace("float", "f4")))
        self.inputs.extra_global_params["SpikeTimes"].set_init_values(times)
        layers = self.inputs, self.hidden, self.output
        params = {
            **threshold,
            "Alpha": _ALPHA,
            "AlphaRate": float(np.exp(-1 / _TAU_RATE)),
            "Target": _TARGET / 1000,
            "Reg": _REG,
        }
        names = ("Left", "V", "E"), ("E",)
        own: tuple[dict[str, float], ...] = ({"Eligible": 0.0}, {})
        self.synapses = []
        for n, update in enumerate(_synapses(api)):
            pre, post = layers[n], layers[n + 1]
            self.synapses.append(
                model.add_synapse_population(
                    f"synapses{n}",
                    "DENSE",
                    pre,
                    post,
                    api.init_weight_update(
                        update,
                        params if n == 0 else {"Alpha": _ALPHA},
                        {
                            "g": rng.normal(0.0, sizes[n] ** -0.5, sizes[n] * sizes[n + 1]),
                            "dG": 0.0,
                            **own[n],
                        },
                        {"Trace": 0.0},
                        {"Psi": 0.0, "Rate": 0.0} if n == 0 else {},
                        {},
                        {name: api.create_var_ref(post, name) for name in names[n]},
                    ),
                    api.init_postsynaptic("DeltaCurr"),
                )
            )
        self.synapses[1].pre_target_var = "Feedback"
        self._adam = Adam(api, model, self.synapses, rate)
        add_softmax(api, model, self.output, "V")
        self._add_resets(api)

    def _add_resets(self, api: Any) -> None:
        """Add what starts a new batch."""
        reset = api.create_custom_update_model(
            "reset", var_refs=[("Sum", "scalar")], update_code="Sum = 0.0;"
        )
        refs = {"Sum": api.create_var_ref(self.output, "Sum")}
        self.model.add_custom_update("reset", "Reset", reset, {}, {}, refs)

    def build(self) -> None:
        """Build and load the network."""
        self.model.build()
        self.model.load()

    def learn(self, spikes: Spikes) -> int:
        """Learn from all images, and return how many were right before they were learnt from."""
        size, right, total = self._batch_size, 0, self.output.vars["Sum"]
        label = self.output.vars["Label"]
        for first in range(0, len(spikes), size):
            batch = spikes.part(first, size)
            self.model.custom_update("Reset")
            push_spikes(self.inputs, batch)
            label.view[:] = batch.labels.reshape(label.view.shape)
            label.push_to_device()
            self.model.timestep = 0
            for _ in range(self._steps):
                self.model.step_time()
                for number in (1, 2, 3):
                    self.model.custom_update(f"Softmax{number}")
            self._adam.step()
            total.pull_from_device()
            answers = total.view.reshape(size, -1).argmax(axis=1)
            right += int(np.sum((answers == batch.labels)[: len(spikes) - first]))
        return right


def latency(grey: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return when pixels spike: the brighter, the earlier."""
    times: NDArray[np.float64] = 20.0 * np.log(grey / (grey - DARKEST))
    return times
