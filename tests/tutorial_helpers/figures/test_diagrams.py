"""The diagrams: what holds for all of them, that their files are up to date, and their numbers."""

from __future__ import annotations

import hashlib
import re
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from tests import ROOT
from tools import pictures
from tutorial_helpers.figures import diagrams
from tutorial_helpers.figures.diagrams import (
    EVERY,
    SUBJECTS,
    Diagram,
    learning,
    network,
    spikes,
    svg,
)
from tutorial_helpers.learning import LearningNetwork
from tutorial_helpers.pygenn import (
    GeNNModel,
    create_current_source_model,
    create_neuron_model,
    init_postsynaptic,
    init_weight_update,
)

FILES = ROOT / "docs" / "diagrams"
ELEMENT = "{http://www.w3.org/2000/svg}"


@pytest.fixture(params=EVERY)
def name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def diagram(name: str) -> Diagram:
    return EVERY[name]()


class TestEveryDiagram:
    def test_is_a_picture_with_a_title_and_a_description(self, diagram: Diagram):
        root = ElementTree.fromstring(diagram.svg)
        assert root.get("role") == "img"
        assert root.get("viewBox").split()[2] == root.get("width") == str(svg.WIDTH)
        title, description = root[0], root[1]
        assert (title.tag, description.tag) == (f"{ELEMENT}title", f"{ELEMENT}desc")
        assert title.text
        assert description.text == diagram.alt
        assert root.get("aria-labelledby").split() == [title.get("id"), description.get("id")]

    def test_says_what_it_shows(self, diagram: Diagram):
        assert 100 < len(diagram.alt) < 500
        assert re.fullmatch(r"[A-Z][^\n\[\]]*\.", diagram.alt)
        assert repr(diagram) == diagram.alt

    def test_stands_on_an_opaque_panel(self, diagram: Diagram):
        root = ElementTree.fromstring(diagram.svg)
        panel = next(part for part in root if part.tag == f"{ELEMENT}rect")
        assert panel.get("fill") == svg.PANEL
        assert (panel.get("width"), panel.get("height")) == (root.get("width"), root.get("height"))

    def test_text_is_large_enough_and_inside(self, diagram: Diagram):
        root = ElementTree.fromstring(diagram.svg)
        for words in root.iter(f"{ELEMENT}text"):
            size = int(words.get("font-size", root.get("font-size")))
            assert size * 400 / svg.WIDTH > 10.5  # pixels, in a window as wide as a phone
            width = 0.56 * size * len(words.text)
            middle = {"start": width / 2, "middle": 0, "end": -width / 2}[words.get("text-anchor")]
            x = float(words.get("x")) + middle
            assert width / 2 <= x <= svg.WIDTH - width / 2, words.text

    def test_needs_nothing_from_elsewhere(self, diagram: Diagram):
        text = diagram.svg.replace("http://www.w3.org/2000/svg", "")
        assert "http" not in text
        assert "href" not in text

    def test_what_ipython_shows(self, diagram: Diagram):
        forms, metadata = diagram._repr_mimebundle_()
        assert forms["image/svg+xml"] == diagram.svg
        assert forms["text/plain"] == diagram.alt
        assert forms["text/html"].startswith("<img alt=")
        assert metadata == {"image/svg+xml": {"alt": diagram.alt}}

    def test_files_are_up_to_date(self, name: str, diagram: Diagram):
        """If not, run ``python -m tools.pictures``."""
        assert (FILES / f"{name}.svg").read_text(encoding="utf-8") == diagram.svg
        png = FILES / f"{name}.png"
        assert png.stat().st_size < 40_000  # it is part of the text of notebooks
        source = Image.open(png).text["Source"]
        assert source == hashlib.sha256(diagram.svg.encode()).hexdigest()


def test_no_file_without_a_diagram() -> None:
    assert {path.stem for path in FILES.iterdir()} == set(EVERY)


def shades(diagram: Diagram) -> set[str]:
    return set(re.findall(r'<circle [^>]*stroke="(#\w+)"', diagram.svg))


class TestNetwork:
    def test_each_chapter_has_its_own(self):
        assert len({network(lit).svg for lit in SUBJECTS}) == len(SUBJECTS) == 7

    def test_what_is_not_lit_is_quiet(self):
        assert svg.BLUE in shades(network("neuron"))
        assert shades(network("speed")) == {svg.FAINT}

    def test_bad_argument(self):
        with pytest.raises(ValueError, match=r"lit should be one of neuron, loop, .* not 'all'"):
            network("all")


def test_the_animation_plays_everywhere() -> None:
    assert pictures.SIXTEEN.stat().st_size <= 600_000
    with Image.open(pictures.SIXTEEN) as gif:
        assert gif.n_frames == 30
        assert gif.info["loop"] == 0


@pytest.mark.slow
def test_the_animation_is_up_to_date() -> None:
    """With other weights the numbers in its comment change: run ``python -m tools.pictures``."""
    with Image.open(pictures.SIXTEEN) as gif:
        assert gif.info["comment"].decode() == pictures.sixteen_images().alt


def test_spikes_in_flight_are_those_of_a_network() -> None:
    """The network that is drawn, with a variable for the voltage before a neuron spikes."""
    neuron = create_neuron_model(
        "neuron_with_peak",
        params=["Vthr"],
        vars=[("V", "scalar"), ("Peak", "scalar")],
        sim_code="V += Isyn; Peak = V;",
        threshold_condition_code="V >= Vthr",
        reset_code="V = 0.0;",
    )
    current = create_current_source_model(
        "current", vars=[("magnitude", "scalar")], injection_code="injectCurrent(magnitude);"
    )
    model = GeNNModel("float", "spikes_in_flight")
    model.dt = 1.0
    sender, receiver = (
        model.add_neuron_population(
            name, 1, neuron, {"Vthr": spikes.THRESHOLD}, {"V": 0.0, "Peak": 0.0}
        )
        for name in ("sender", "receiver")
    )
    model.add_synapse_population(
        "synapse",
        "DENSE",
        sender,
        receiver,
        init_weight_update("StaticPulse", {}, {"g": spikes.WEIGHT}),
        init_postsynaptic("DeltaCurr"),
    )
    source = model.add_current_source("input", current, sender, {}, {"magnitude": spikes.CURRENT})
    model.build()
    model.load()

    def set_to_zero(variable: object) -> None:
        variable.view[:] = 0.0
        variable.push_to_device()

    peaks = np.zeros((2, len(spikes.SENDER)))
    for step in range(peaks.shape[1]):
        if step == spikes.RESET_AFTER:
            for variable in (sender.vars["V"], receiver.vars["V"], source.vars["magnitude"]):
                set_to_zero(variable)
        model.step_time()
        for row, population in zip(peaks, (sender, receiver), strict=True):
            population.vars["Peak"].pull_from_device()
            row[step] = population.vars["Peak"].view[0]
    assert peaks.tolist() == [list(spikes.SENDER), list(spikes.RECEIVER)]
    alt = diagrams.spikes_in_flight().alt
    assert f"gains {spikes.CURRENT:g} mV" in alt
    assert f"threshold of {spikes.THRESHOLD:g} mV" in alt
    assert f"lifts the receiver to {spikes.WEIGHT:g} mV in step {spikes.RESET_AFTER + 1}" in alt


@pytest.mark.slow
def test_one_synapse_and_the_steps_are_those_of_a_network() -> None:
    """A chain of three neurons; with a white pixel, the hidden one spikes as often as drawn."""
    chain = LearningNetwork(
        [np.full((1, 1), 2.0), np.full((1, 1), learning.WEIGHT)],
        batch_size=1,
        timesteps=learning.SHOW,
        name="learning_diagrams",
    )
    (_, hidden, output), (first, second) = chain.layers, chain.synapses

    def pulled(group: Any, name: str) -> float:
        group.vars[name].pull_from_device()
        return float(group.vars[name].view.item())

    chain.show(np.full((1, 1), 255, np.uint8))
    assert chain.model.timestep == learning.SHOW + 1 == learning.HIDDEN_EVENT
    assert pulled(hidden, "SpikeCount") == learning.COUNT
    assert pulled(hidden, "V") == 0.0  # although the input neuron spiked in the last step
    output.vars["Error"].view[:] = learning.ERROR
    output.vars["Error"].push_to_device()
    found = {}
    for step in range(learning.HIDDEN_EVENT, learning.INPUT_EVENT + 2):
        chain.model.step_time()
        found[step] = (pulled(second, "dG"), pulled(hidden, "Error"), pulled(first, "dG"))
    wish, error = learning.COUNT * learning.ERROR, learning.WEIGHT * learning.ERROR
    assert found == {
        learning.HIDDEN_EVENT: (0.0, 0.0, 0.0),
        learning.INPUT_EVENT: pytest.approx((wish, error, 0.0)),
        learning.INPUT_EVENT + 1: pytest.approx((wish, error, 10 * error)),  # it spiked 10 times
    }


def test_drawn_errors_add_up_to_nothing() -> None:
    """As those of softmax do, and with them the rows of a gradient."""
    for row in (learning.ERRORS, *learning.GRADIENT):
        assert sum(row) == pytest.approx(0.0)
