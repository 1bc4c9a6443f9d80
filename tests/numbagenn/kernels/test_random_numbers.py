"""Random numbers: their distributions, and what they depend on: nothing but seed, place and step.

Seeds are fixed, so every test gives the same result each time. Where a statistic is compared with
chance, chance would have to be one in a million.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
import pytest
from scipy import stats

import numbagenn as engine
from numbagenn import create_current_source_model, create_neuron_model
from numbagenn.kernels import random_numbers
from tests.numbagenn.compiled import njit
from tests.numbagenn.networks import INTEGRATE_AND_FIRE, START, new_model, pulled, steps

CHANCE = 1e-6
GAMMA = 0x9E3779B97F4A7C15
MASK = 2**64 - 1

# Reference ---------------------------------------------------------------------------------------


@njit
def _sequence(state: Any, number: Any) -> Any:
    result = np.zeros(number, np.uint64)
    for index in range(number):
        result[index], state = random_numbers.bits64(state)
    return result


def test_the_generator_is_splitmix64() -> None:
    """The numbers that implementations of SplitMix64 give for the seed 1234567."""
    expected = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431]
    assert _sequence(np.uint64(1234567), 4).tolist() == expected


def unshifted(value: int, shift: int) -> int:
    result = value
    for _ in range(64 // shift + 1):
        result = value ^ (result >> shift)
    return result


def state_before(bits: int) -> np.uint64:
    """Return the state from which the next 64 bits drawn are these."""
    bits = unshifted(bits, 31)
    bits = unshifted(bits * pow(0x94D049BB133111EB, -1, 2**64) & MASK, 27)
    bits = unshifted(bits * pow(0xBF58476D1CE4E5B9, -1, 2**64) & MASK, 30)
    return np.uint64((bits - GAMMA) & MASK)


@cache
def sampler(draw: Any) -> Callable[..., np.ndarray]:
    """Return a function ``(number, state, arguments)`` that draws from one stream."""

    @njit
    def drawn(number: Any, state: Any, arguments: Any) -> Any:
        result = np.zeros(number)
        for index in range(number):
            result[index], state = draw(state, *arguments)
        return result

    return drawn  # type: ignore[no-any-return]


@pytest.mark.parametrize("bits", [0, 1, MASK, MASK - 1, 2**63, 2**11, 2**41 - 1])
@pytest.mark.parametrize(
    ("draw", "dtype"),
    [(random_numbers.uniform_float32, np.float32), (random_numbers.uniform_float64, np.float64)],
)
def test_a_uniform_number_is_never_0_and_never_1(bits: int, draw: Any, dtype: type) -> None:
    assert _sequence(state_before(bits), 1)[0] == bits
    (value,) = sampler(draw)(1, state_before(bits), ())
    assert 0 < value < 1
    assert dtype(value) == value
    assert abs(value - bits / 2**64) < 2.0 ** (-23 if dtype is np.float32 else -52)


def test_a_uniform_number_of_things_is_less_than_all_of_them() -> None:
    """``(int)(n * gennrand_uniform())`` is an index, also where a product is rounded up."""
    largest = np.float32(sampler(random_numbers.uniform_float32)(1, state_before(MASK), ())[0])
    numbers = np.arange(1, 2**23, 7).astype(np.float32)
    assert (numbers * largest < numbers).all()


def test_the_rarest_draws_are_finite_numbers() -> None:
    for draw in (random_numbers.exponential, random_numbers.normal):
        for bits in (0, MASK, 2**11 - 1, MASK << 11 & MASK):
            (value,) = sampler(draw)(1, state_before(bits), ())
            assert math.isfinite(value)
            assert draw is random_numbers.normal or value > 0


# Distributions -----------------------------------------------------------------------------------

NUMBER = 200_000


def small_binomials() -> list[tuple[int, float]]:
    few = [(1, 0.3), (20, 0.5), (20, 0.9), (50, 0.2), (100, 0.05)]
    many = [(100, 0.101), (40, 0.25), (1000, 0.5), (1000, 0.97), (10**5, 0.3), (10**5, 1e-4)]
    return [*few, *many, (10**5, 5e-5), (4 * 10**9, 0.7), (4 * 10**9, 1e-9)]


_binomials = sampler(random_numbers.binomial)


@pytest.mark.parametrize(("trials", "chance"), small_binomials())
def test_binomial_numbers_are_binomial(trials: int, chance: float) -> None:
    found = _binomials(NUMBER, np.uint64(trials), (trials, chance))
    exact = stats.binom(trials, chance)
    assert found.min() >= 0
    assert found.max() <= trials
    assert (found == np.floor(found)).all()
    edges = np.unique(exact.ppf(np.linspace(0, 1, 40)[1:-1]))
    observed = np.histogram(found, [-0.5, *(edges + 0.5), trials + 0.5])[0]
    expected = NUMBER * np.diff([0, *exact.cdf(edges), 1])
    counted = expected > 5
    expected = expected[counted] * observed[counted].sum() / expected[counted].sum()
    assert stats.chisquare(observed[counted], expected).pvalue > CHANCE
    error = math.sqrt(exact.var() / NUMBER)
    assert abs(found.mean() - exact.mean()) < 5 * error
    if exact.var() > 2:
        assert abs(found.var() / exact.var() - 1) < 5 * math.sqrt(2 / NUMBER)


@pytest.mark.parametrize(
    ("trials", "chance", "expected"),
    [(0, 0.5, 0), (7, 0.0, 0), (7, 1.0, 7), (7, -0.1, 0), (7, 1.5, 7), (7, math.nan, 0)],
)
def test_a_binomial_number_without_choice(trials: int, chance: float, expected: int) -> None:
    assert (_binomials(10, np.uint64(1), (trials, chance)) == expected).all()


_poissons = sampler(random_numbers.poisson)


@pytest.mark.parametrize("mean", [0.01, 0.13, 1.0, 2.3, 9.99, 10.0, 12.5, 300.0, 1e6])
def test_poisson_numbers_have_the_poisson_distribution(mean: float) -> None:
    found = _poissons(NUMBER, np.uint64(21), (mean,))
    exact = stats.poisson(mean)
    assert found.min() >= 0
    assert (found == np.floor(found)).all()
    edges = np.unique(exact.ppf(np.linspace(0, 1, 40)[1:-1]))
    edges = np.unique([*edges, *(edges.max() + np.arange(1, 4))])
    observed = np.histogram(found, [-0.5, *(edges + 0.5), np.inf])[0]
    expected = NUMBER * np.diff([0, *exact.cdf(edges), 1])
    counted = expected > 5
    expected = expected[counted] * observed[counted].sum() / expected[counted].sum()
    assert stats.chisquare(observed[counted], expected).pvalue > CHANCE
    assert abs(found.mean() - mean) < 5 * math.sqrt(mean / NUMBER)


@pytest.mark.parametrize(
    ("mean", "expected"), [(0.0, 0.0), (-1.0, 0.0), (math.nan, 0.0), (math.inf, math.inf)]
)
def test_a_poisson_number_without_choice(mean: float, expected: float) -> None:
    assert (_poissons(10, np.uint64(1), (mean,)) == expected).all()
    assert (_poissons_for_all(10, np.uint64(1), mean) == expected).all()


@njit
def _poissons_for_all(number: Any, key: Any, mean: Any) -> Any:
    values = np.ones(number)
    random_numbers.poisson_for_all(mean, key, values)
    return values


@njit
def _poissons_of_each(number: Any, key: Any, mean: Any) -> Any:
    values = np.zeros(number)
    for element in range(number):
        values[element], _ = random_numbers.poisson(random_numbers.start(key, element), mean)
    return values


@njit
def _for_all(draw: Any, key: Any, values: Any) -> None:
    draw(key, values)


@njit
def _for_each(draw: Any, key: Any, values: Any) -> None:
    for element in range(values.size):
        values[element], _ = draw(random_numbers.start(key, element))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ["normal", "exponential"])
def test_numbers_are_the_same_for_each_element_and_for_all(name: str, dtype: type) -> None:
    together, separate = np.empty(NUMBER, dtype), np.empty(NUMBER, dtype)
    _for_all(getattr(random_numbers, f"{name}_for_all"), np.uint64(7), together)
    _for_each(getattr(random_numbers, name), np.uint64(7), separate)
    np.testing.assert_array_equal(together, separate)


@pytest.mark.parametrize("mean", [0.001, 0.2, 3.0, 9.99, 10.0, 50.0])
def test_poisson_numbers_are_the_same_for_each_element_and_for_all(mean: float) -> None:
    together = _poissons_for_all(NUMBER, np.uint64(5), mean)
    assert together.max() >= 1
    np.testing.assert_array_equal(together, _poissons_of_each(NUMBER, np.uint64(5), mean))


@pytest.mark.parametrize("bits", [0, 1, MASK])
def test_the_rarest_poisson_numbers_are_found(bits: int) -> None:
    """The 64 bits from which one is found can be any, and looking for it ends."""
    (value,) = sampler(random_numbers.poisson)(1, state_before(bits), (0.2,))
    assert value == 0 if bits == MASK else 10 < value < 30


def test_poisson_numbers_are_for_built_in_models_alone() -> None:
    with pytest.raises(RuntimeError, match="Undefined function 'poisson'"):
        create_current_source_model("own", injection_code="injectCurrent(poisson(2.0));")


@pytest.mark.parametrize("shape", [0.05, 0.3, 0.999, 1.0, 2.5, 150.0, 1e5])
def test_gamma_numbers_have_the_gamma_distribution(shape: float) -> None:
    found = _gammas(NUMBER, np.uint64(11), (shape,))
    assert stats.kstest(found, stats.gamma(shape).cdf).pvalue > CHANCE


_gammas = sampler(random_numbers.gamma)


@pytest.mark.parametrize("shape", [0.0, -1.0, math.nan, math.inf])
def test_there_is_no_gamma_distribution_of_such_a_shape(shape: float) -> None:
    assert np.isnan(_gammas(5, np.uint64(1), (shape,))).all()


def test_the_tails_of_the_normal_distribution_are_as_heavy_as_they_should_be() -> None:
    """Beyond 3.65 standard deviations another method draws: their number and their shape."""
    number, edge = 20_000_000, 3.6541528853610088
    found = sampler(random_numbers.normal)(number, np.uint64(3), ())
    for side in (found, -found):
        tail = side[side > edge]
        part = stats.norm.sf(edge)
        assert stats.binomtest(tail.size, number, part).pvalue > CHANCE
        assert stats.kstest(stats.norm.sf(tail) / part, "uniform").pvalue > CHANCE
    moments = [(found**power).mean() for power in (1, 2, 3, 4)]
    spreads = np.sqrt(np.array([1, 2, 15, 96]) / number)
    assert (np.abs(np.array(moments) - [0, 1, 0, 3]) < 5 * spreads).all()


ALL = create_neuron_model(
    "draws_all",
    vars=[
        *((name, "scalar") for name in ("uniform", "normal", "exponential", "log_normal", "gamma")),
        ("bits", "unsigned int"),
        ("binomial", "unsigned int"),
        ("loops", "unsigned int"),
    ],
    sim_code="""
        uniform = gennrand_uniform();
        normal = gennrand_normal();
        exponential = gennrand_exponential();
        log_normal = gennrand_log_normal(0.25, 0.5);
        gamma = gennrand_gamma(4.0);
        bits = gennrand();
        binomial = gennrand_binomial(20, 0.5);
        loops = 0;
        while (gennrand_uniform() < 0.5) {
            loops++;
        }
    """,
    threshold_condition_code="gennrand_uniform() < 0.25",
)
DISTRIBUTIONS = {
    "uniform": stats.uniform(),
    "normal": stats.norm(),
    "exponential": stats.expon(),
    "log_normal": stats.lognorm(0.5, scale=math.exp(0.25)),
    "gamma": stats.gamma(4.0),
}
N, STEPS = 1000, 150


@cache
def network(precision: str, batch_size: int, timing: bool, seed: int) -> tuple[Any, Any]:
    model = new_model("draws", batch_size, precision)
    model.seed = seed
    model.timing_enabled = timing
    pop = model.add_neuron_population("pop", N, ALL, {}, dict.fromkeys(variables(), 0))
    pop.spike_recording_enabled = True
    model.build()
    return model, pop


def variables() -> list[str]:
    return [var.name for var in ALL.vars]


def drawn(
    batch_size: int = 1,
    timing: bool = False,
    seed: int = 5,
    pieces: Sequence[int] = (STEPS,),
    threads: int = 2,
    precision: str = "float",
) -> dict[str, np.ndarray]:
    """Return what the last step drew, of shape (batch element, neuron), and all spikes."""
    model, pop = network(precision, batch_size, timing, seed)
    engine.set_num_threads(threads)
    try:
        model.load(num_recording_timesteps=sum(pieces))
        for number in pieces:
            steps(model, number)
            pop.vars["normal"].pull_from_device()
        result = {name: pulled(pop, name).reshape(batch_size, N) for name in variables()}
        model.pull_recording_buffers_from_device()
        for batch, (times, ids) in enumerate(pop.spike_recording_data):
            result[f"spikes of {batch}"] = np.stack([times, ids])
    finally:
        engine.set_num_threads(None)
        model.unload()
    return result


def samples(precision: str) -> dict[str, np.ndarray]:
    """Return what 150 steps drew, of shape (step, neuron)."""
    model, pop = network(precision, 1, False, 5)
    model.load(num_recording_timesteps=STEPS)
    rows: dict[str, list[np.ndarray]] = {name: [] for name in variables()}
    for _ in range(STEPS):
        model.step_time()
        for name, found in rows.items():
            found.append(pulled(pop, name))
    model.pull_recording_buffers_from_device()
    times, ids = pop.spike_recording_data[0]
    model.unload()
    spikes = np.zeros((STEPS, N))
    spikes[times.astype(int), ids] = 1
    return {**{name: np.array(found) for name, found in rows.items()}, "spikes": spikes}


@pytest.fixture(scope="module", params=["float", "double"])
def sampled(request: pytest.FixtureRequest) -> dict[str, np.ndarray]:
    return samples(request.param)


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_code_draws_from_the_distribution_it_asks_for(
    name: str, sampled: dict[str, np.ndarray]
) -> None:
    found = sampled[name].ravel().astype(np.float64)
    assert stats.kstest(found, DISTRIBUTIONS[name].cdf).pvalue > CHANCE


def test_code_draws_whole_numbers_of_the_right_type(sampled: dict[str, np.ndarray]) -> None:
    counts = np.bincount(sampled["binomial"].ravel(), minlength=21)
    expected = stats.binom(20, 0.5).pmf(np.arange(21)) * counts.sum()
    common = expected > 5
    expected = expected[common] * counts[common].sum() / expected[common].sum()
    assert stats.chisquare(counts[common], expected).pvalue > CHANCE
    loops = np.bincount(sampled["loops"].ravel())[:12]
    expected = 0.5 ** np.arange(1, 13)
    assert stats.chisquare(loops, expected * loops.sum() / expected.sum()).pvalue > CHANCE
    assert abs(sampled["spikes"].mean() - 0.25) < 5 * math.sqrt(0.1875 / sampled["spikes"].size)


def test_single_precision_draws_fill_its_range() -> None:
    """Single precision rounds a draw; it does not make it from fewer bits than it can hold."""
    exponential = samples("float")["exponential"].ravel()
    small = np.sort(exponential)[:100]
    assert len(np.unique(small)) == 100
    assert small[0] < 1e-4
    assert len(np.unique(exponential)) > 0.99 * exponential.size


def test_every_bit_is_set_half_of_the_time(sampled: dict[str, np.ndarray]) -> None:
    bits = sampled["bits"].ravel()
    for bit in range(32):
        number = int(((bits >> np.uint32(bit)) & np.uint32(1)).sum())
        assert stats.binomtest(number, bits.size).pvalue > CHANCE


def correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Return a correlation in units of its error where there is none."""
    return float(stats.pearsonr(a.ravel(), b.ravel())[0] * math.sqrt(a.size))


def test_neighbours_in_time_and_space_are_independent(sampled: dict[str, np.ndarray]) -> None:
    for name in ("uniform", "normal", "exponential", "binomial", "spikes"):
        x = sampled[name].astype(np.float64)
        for shift in (1, 2, 32):
            assert abs(correlation(x[shift:], x[:-shift])) < 5
            assert abs(correlation(x[:, shift:], x[:, :-shift])) < 5
        # The step after and the neuron before, the way the number of a draw might be counted.
        assert abs(correlation(x[1:, :-1], x[:-1, 1:])) < 5
    names = ["uniform", "normal", "exponential", "gamma", "bits", "loops", "spikes"]
    for number, one in enumerate(names):
        for other in names[number + 1 :]:
            found = correlation(*(sampled[name].astype(np.float64) for name in (one, other)))
            assert abs(found) < 5, (one, other)


def test_neighbours_share_no_bits(sampled: dict[str, np.ndarray]) -> None:
    bits = sampled["bits"]
    for changed in (bits[1:] ^ bits[:-1], bits[:, 1:] ^ bits[:, :-1]):
        for bit in range(32):
            number = int(((changed >> np.uint32(bit)) & np.uint32(1)).sum())
            assert stats.binomtest(number, changed.size).pvalue > CHANCE


# What they depend on -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changed",
    [
        {"threads": 1},
        {"threads": 3, "batch_size": 5},
        {"threads": 1, "batch_size": 5},
        {"timing": True},
        {"timing": True, "batch_size": 5},
        {"pieces": [1] * 40 + [STEPS - 40]},
        {"pieces": [31, 32, 33, STEPS - 96], "batch_size": 5},
    ],
    ids=str,
)
def test_nothing_but_place_and_step_decides(changed: dict[str, Any]) -> None:
    expected = drawn()
    found = drawn(**changed)
    for name, values in expected.items():
        got = found[name] if name.startswith("spikes") else found[name][:1]
        np.testing.assert_array_equal(got, values, name)
    if changed.get("batch_size") == 5:
        again = drawn(batch_size=5)
        for name, values in found.items():
            np.testing.assert_array_equal(again[name], values, name)


def test_batches_draw_apart() -> None:
    found = drawn(batch_size=5)
    for one in range(5):
        for other in range(one):
            assert (found["bits"][one] != found["bits"][other]).mean() > 0.99
            for name in ("uniform", "normal"):
                assert abs(correlation(found[name][one], found[name][other])) < 5


def test_seeds_draw_apart_and_repeat() -> None:
    results = {seed: drawn(seed=seed) for seed in (1, 2, 3, 2**32 - 1)}
    for seed, found in results.items():
        again = drawn(seed=seed)
        assert all((again[name] == found[name]).all() for name in variables())
        for other, different in results.items():
            if other != seed:
                assert (found["bits"] != different["bits"]).mean() > 0.99
                assert abs(correlation(found["uniform"], different["uniform"])) < 5


def test_seed_0_is_another_each_time() -> None:
    one, other = drawn(seed=0), drawn(seed=0)
    assert (one["bits"] != other["bits"]).mean() > 0.99


def test_setting_the_time_does_not_bring_numbers_back() -> None:
    model, pop = network("float", 1, False, 5)
    model.load(num_recording_timesteps=10)
    steps(model, 10)
    first = pulled(pop, "bits")
    model.timestep = 0
    steps(model, 10)
    second = pulled(pop, "bits")
    model.unload()
    model.load(num_recording_timesteps=10)
    steps(model, 20)
    np.testing.assert_array_equal(pulled(pop, "bits"), second)
    assert (first != second).mean() > 0.99
    model.unload()


NOISE = create_neuron_model("noise", vars=[("x", "scalar")], sim_code="x = gennrand_uniform();")
NOISE_SOURCE = create_current_source_model(
    "noise_source",
    vars=[("y", "scalar")],
    injection_code="y = gennrand_uniform(); injectCurrent(y);",
)


def noisy(names: Sequence[str], source: bool = False) -> dict[str, np.ndarray]:
    model = new_model("noisy")
    model.seed = 8
    pops = {}
    for name in names:
        pops[name] = model.add_neuron_population(name, 500, NOISE, {}, {"x": 0.0})
    if source:
        model.add_current_source("in", NOISE_SOURCE, pops[names[0]], {}, {"y": 0.0})
    model.build()
    model.load()
    steps(model, 40)
    result = {name: pulled(pop, "x") for name, pop in pops.items()}
    if source:
        result["in"] = pulled(model.current_sources["in"], "y")
    model.unload()
    return result


def test_populations_have_streams_of_their_own() -> None:
    both, alone = noisy(["A", "B"]), noisy(["A"])
    assert (both["A"] != both["B"]).mean() > 0.99
    assert abs(correlation(both["A"], both["B"])) < 5
    # Another population beside it, in whatever order, is none of its business.
    np.testing.assert_array_equal(both["A"], alone["A"])
    turned = noisy(["B", "A"])
    np.testing.assert_array_equal(both["B"], turned["B"])


def test_a_current_source_draws_before_the_neuron_that_it_drives() -> None:
    found = noisy(["A"], source=True)
    assert (found["A"] != found["in"]).mean() > 0.99
    np.testing.assert_array_equal(found["in"], noisy(["A"])["A"])


def test_draws_do_not_stop_a_network_from_running_in_blocks() -> None:
    """Random input through two layers: block by block, and step by step for the timers."""
    results = []
    for timing in (False, True):
        model = new_model("layers", batch_size=2)
        model.seed = 4
        model.timing_enabled = timing
        first = model.add_neuron_population("first", 30, "Poisson", {"rate": 300.0}, {
            "timeStepToSpike": 0.0
        })  # fmt: skip
        second = model.add_neuron_population(
            "second", 20, INTEGRATE_AND_FIRE, {"Vthr": 3.0}, dict(START)
        )
        weights = np.linspace(-1, 2, 600, dtype=np.float32)
        model.add_synapse_population(
            "on", "DENSE", first, second,
            engine.init_weight_update("StaticPulse", {}, {"g": weights}),
            engine.init_postsynaptic("DeltaCurr"),
        )  # fmt: skip
        model.add_current_source("noise", "GaussianNoise", second, {"mean": 0.1, "sd": 0.5})
        model.build()
        assert ("spike_bits" in model.generated_code) is not timing
        model.load()
        steps(model, 45)
        steps(model, 20)
        results.append((pulled(second, "V"), pulled(second, "count")))
        model.unload()
    for one, other in zip(*results, strict=True):
        np.testing.assert_array_equal(one, other)
    assert results[0][1].std() > 0


# Code --------------------------------------------------------------------------------------------


def run_code(code: str, condition: str = "", precision: str = "double") -> np.ndarray:
    """Return variable ``x`` of 50 neurons after one step of some code."""
    model = new_model("code", precision=precision)
    model.seed = 1
    neuron = create_neuron_model(
        "code",
        vars=[("x", "scalar"), ("hits", "unsigned int")],
        sim_code=code,
        threshold_condition_code=condition,
        reset_code="hits++;",
    )
    pop = model.add_neuron_population("pop", 50, neuron, {}, {"x": 0.0, "hits": 0})
    model.build()
    model.load()
    model.step_time()
    return np.stack([pulled(pop, "x"), pulled(pop, "hits")])


def test_what_every_neuron_draws_is_drawn_ahead_of_the_loop() -> None:
    model = new_model("ahead")
    neuron = create_neuron_model(
        "ahead",
        vars=[("x", "scalar")],
        sim_code="x = gennrand_normal(); if (x > 1.0) { x -= gennrand_exponential(); }",
        threshold_condition_code="gennrand_uniform() < 0.5",
    )
    model.add_neuron_population("pop", 50, neuron, {}, {"x": 0.0})
    model.build()
    ahead, _, loop = model.generated_code.partition("for neuron in range(50):")
    assert "random_numbers.normal_for_all(" in ahead
    assert "random_numbers.exponential" not in ahead
    assert "random_numbers.exponential(" in loop
    assert "random_numbers.normal" not in loop


def test_operands_that_are_not_asked_draw_nothing() -> None:
    plain = run_code("x = gennrand_uniform();")[0]
    skipped = run_code(
        """
        int asked = 0;
        if (false && gennrand_uniform() < 2.0) { asked++; }
        if (true || gennrand_uniform() < 2.0) { asked++; }
        scalar one = asked == 1 ? 1.0 : gennrand_normal();
        x = one * gennrand_uniform();
        """
    )[0]
    np.testing.assert_array_equal(plain, skipped)


def test_draws_are_made_from_left_to_right() -> None:
    pairs = run_code("scalar a = gennrand_uniform(); scalar b = gennrand_uniform(); x = a - 2 * b;")
    together = run_code("x = gennrand_uniform() - 2 * gennrand_uniform();")
    np.testing.assert_array_equal(pairs[0], together[0])


def test_integers_that_are_drawn_follow_the_rules_of_integers() -> None:
    code = "x = gennrand_binomial(2u, 1.0) / 4 + 10 * ((gennrand_binomial(2u, 1.0) - 3) < 0);"
    assert (run_code(code)[0] == 0).all()
    assert (run_code("x = gennrand() % 3;")[0] < 3).all()


def test_a_condition_can_draw() -> None:
    x, hits = run_code("x = gennrand_uniform();", "gennrand_uniform() < 0.5")
    assert 10 < hits.sum() < 40
    both = run_code("x = gennrand_uniform(); x = gennrand_uniform();")[0]
    np.testing.assert_array_equal(hits == 1, both < 0.5)
    np.testing.assert_array_equal(x, run_code("x = gennrand_uniform();")[0])


def test_a_local_variable_may_have_any_name() -> None:
    plain = run_code("x = gennrand_uniform();")[0]
    named = run_code(
        "scalar rng = 1.0; scalar random_key = 0.0; scalar random_numbers = gennrand_uniform();"
        "x = rng * random_numbers + random_key;"
    )[0]
    np.testing.assert_array_equal(plain, named)


def test_postsynaptic_code_can_draw() -> None:
    model = new_model("synaptic")
    model.seed = 2
    pop = model.add_neuron_population("A", 200, INTEGRATE_AND_FIRE, {"Vthr": 1e9}, dict(START))
    noise = engine.create_postsynaptic_model(
        "noise", sim_code="injectCurrent(gennrand_normal()); inSyn = 0.0;"
    )
    model.add_synapse_population(
        "S", "DENSE", pop, pop, engine.init_weight_update("StaticPulse", {}, {"g": 0.0}),
        engine.init_postsynaptic(noise),
    )  # fmt: skip
    model.build()
    model.load()
    steps(model, 100)
    assert stats.kstest(pulled(pop, "V") / 10, "norm").pvalue > CHANCE


def test_code_of_either_side_of_synapses_can_draw() -> None:
    model = new_model("sides")
    model.seed = 6
    a = model.add_neuron_population("A", 200, INTEGRATE_AND_FIRE, {"Vthr": 1e9}, dict(START))
    b = model.add_neuron_population("B", 200, INTEGRATE_AND_FIRE, {"Vthr": 0.0}, dict(START))
    noisy = engine.create_weight_update_model(
        "noisy",
        pre_vars=[("x", "scalar")],
        post_vars=[("y", "scalar"), ("z", "scalar")],
        pre_spike_syn_code="addToPost(x);",
        pre_dynamics_code="x += gennrand_normal();",
        post_dynamics_code="y += gennrand_normal();",
        post_spike_code="z += gennrand_normal();",
    )
    synapses = model.add_synapse_population(
        "S", "DENSE", a, b,
        engine.init_weight_update(noisy, {}, {}, {"x": 0.0}, {"y": 0.0, "z": 0.0}),
        engine.init_postsynaptic("DeltaCurr"),
    )  # fmt: skip
    model.build()
    model.load()
    steps(model, 100)
    found = []
    for variable in (synapses.pre_vars["x"], synapses.post_vars["y"], synapses.post_vars["z"]):
        variable.pull_from_device()
        found.append(variable.values.astype(np.float64))
        assert stats.kstest(found[-1] / 10, "norm").pvalue > CHANCE
    assert abs(correlation(found[0], found[1])) < 5
    assert abs(correlation(found[1], found[2])) < 5


def test_models_that_draw_nothing_know_nothing_of_it() -> None:
    model = new_model("plain")
    model.add_neuron_population("A", 3, INTEGRATE_AND_FIRE, {"Vthr": 1.0}, dict(START))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.build()
    assert "random_numbers." not in model.generated_code
    assert "random_key" not in model.generated_code
