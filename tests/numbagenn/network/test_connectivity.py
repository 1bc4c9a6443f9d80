"""Connectivity by code: which neurons a snippet connects, at random or not, and mistakes in it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats

from numbagenn import (
    create_sparse_connect_init_snippet,
    create_var_init_snippet,
    create_weight_update_model,
    init_postsynaptic,
    init_sparse_connectivity,
    init_var,
    init_weight_update,
)
from numbagenn.base.types import Double, Float, Precision
from numbagenn.language.code_strings import CodeStringError
from numbagenn.models.connection_limits import kernel_size, max_column_length, max_row_length
from numbagenn.models.given_values import evaluate_parameters
from numbagenn.runtime.connectivity_snippets import build_connectivity
from numbagenn.runtime.snippets import SnippetContext
from tests.numbagenn.networks import add_cells, connect, new_model, pulled, steps

CHANCE = 1e-6
FIXED_NUMBERS = [
    "FixedNumberPostWithReplacement",
    "FixedNumberPreWithReplacement",
    "FixedNumberTotalWithReplacement",
]


def context_of(**parts: Any) -> SnippetContext:
    settings = {
        "title": "synapse population 'ab'", "precision": Precision(), "dt": 1.0,
        "num_batch": 1, "seed": 1, "stream": 2, "arrays": {},
    }  # fmt: skip
    return SnippetContext(**settings | parts)


def built(
    snippet: Any, num_pre: int, num_post: int, *, precision: Any = Float, **parts: Any
) -> tuple[np.ndarray, np.ndarray]:
    params = {name: parts.pop(name) for name in [*parts] if name not in ("seed", "stream", "dt")}
    init = init_sparse_connectivity(snippet, params)
    context = context_of(precision=Precision(precision, precision), **parts)
    pre, post, _ = build_connectivity(init, num_pre, num_post, context)
    assert pre.dtype == post.dtype == np.uint32
    assert pre.shape == post.shape
    assert (np.diff(pre.astype(np.int64)) >= 0).all()
    assert not pre.size or (pre.max() < num_pre and post.max() < num_post)
    return pre, post


def rows(code: str, most: Callable[..., Any] | None = None, **parts: Any) -> Any:
    return create_sparse_connect_init_snippet(
        "own", row_build_code=code, calc_max_row_len_func=most, **parts
    )


def columns(code: str, most: Callable[..., Any] | None = None, **parts: Any) -> Any:
    return create_sparse_connect_init_snippet(
        "own", col_build_code=code, calc_max_col_len_func=most, **parts
    )


def pairs(found: tuple[np.ndarray, np.ndarray]) -> list[tuple[int, int]]:
    return list(zip(*(part.tolist() for part in found), strict=True))


# Code --------------------------------------------------------------------------------------------


def test_each_row_is_built_by_the_code_of_its_neuron() -> None:
    ring = rows("addSynapse((id_pre + 1) % num_post); addSynapse((id_pre + num_pre - 1) % 4);")
    assert pairs(built(ring, 4, 4)) == [
        (0, 1), (0, 3), (1, 2), (1, 0), (2, 3), (2, 1), (3, 0), (3, 2),
    ]  # fmt: skip


def test_each_column_is_built_by_the_code_of_its_neuron() -> None:
    own = columns("for (int i = id_post; i >= 0; i--) { addSynapse(i); }")
    assert pairs(built(own, 3, 3)) == [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)]


def test_synapses_of_a_row_stay_in_their_order_and_may_be_repeated() -> None:
    own = rows("addSynapse(2); addSynapse(0); addSynapse(2);")
    assert pairs(built(own, 2, 3)) == [(0, 2), (0, 0), (0, 2), (1, 2), (1, 0), (1, 2)]


def test_what_code_sees() -> None:
    """Sizes and parameters, each told by a synapse with the neuron of that number."""
    init = init_sparse_connectivity(
        rows(
            """
            addSynapse(num_pre);
            addSynapse(num_post - 1);
            addSynapse(num_batch);
            addSynapse(id_post_begin);
            addSynapse(num_threads);
            addSynapse(dt * 40);
            addSynapse(p * 8);
            addSynapse(q);
            """,
            params=["p", ("q", "int")],
            derived_params=[("d", lambda pars, dt: pars["p"] + dt)],
        ),
        {"p": 1.5, "q": 17},
    )
    _, post, _ = build_connectivity(init, 1, 30, context_of(dt=0.5, num_batch=7))
    assert post.tolist() == [1, 29, 7, 0, 1, 20, 12, 17]
    own = columns("addSynapse(id_pre_begin); addSynapse(id_post + 3); addSynapse(num_pre - 1);")
    assert pairs(built(own, 9, 2)) == [(0, 0), (0, 1), (3, 0), (4, 1), (8, 0), (8, 1)]


def test_fractions_are_dropped() -> None:
    assert pairs(built(rows("addSynapse(1.9);"), 1, 2)) == [(0, 1)]


def test_rows_may_be_empty() -> None:
    own = rows("if (id_pre == 1) { addSynapse(0); }")
    assert pairs(built(own, 3, 2)) == [(1, 0)]
    assert pairs(built(rows("if (num_pre == 0) { addSynapse(0); }"), 3, 2)) == []


def test_more_synapses_than_there_is_room_for_at_first(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = built("FixedProbability", 40, 50, prob=0.4)
    monkeypatch.setattr("numbagenn.runtime.connectivity_snippets._ALLOCATED_AT_FIRST", 7)
    found = built("FixedProbability", 40, 50, prob=0.4)
    np.testing.assert_array_equal(found, expected)
    assert len(found[0]) > 7


def test_longest_rows_and_columns_are_told() -> None:
    own = create_sparse_connect_init_snippet(
        "own",
        params=["p"],
        row_build_code="addSynapse(0);",
        calc_max_row_len_func=lambda num_pre, num_post, pars: int(num_pre + pars["p"]),
        calc_max_col_len_func=lambda num_pre, num_post, pars: num_post,
    )
    init = init_sparse_connectivity(own, {"p": 3})
    assert max_row_length(init, 10, 20) == 13
    assert max_column_length(init, 10, 20) == 20
    plain = init_sparse_connectivity(rows("addSynapse(0);"))
    assert (max_row_length(plain, 10, 20), max_column_length(plain, 10, 20)) == (20, 10)
    for name, longest in [
        ("FixedNumberPostWithReplacement", 5),
        ("FixedNumberTotalWithReplacement", 5),
        ("FixedNumberPreWithReplacement", 100),
    ]:
        assert max_row_length(init_sparse_connectivity(name, {"num": 5}), 10, 20) == longest
    assert max_row_length(init_sparse_connectivity("OneToOne"), 10, 20) == 1


def test_parameters_come_to_functions_as_they_were_given() -> None:
    seen = []

    def derived(pars: Any, dt: float) -> Any:
        seen.append(dict(pars))
        return pars["n"]

    def most(num_pre: int, num_post: int, pars: Any) -> int:
        seen.append(dict(pars))
        return pars["n"] - 1  # type: ignore[no-any-return]

    def kernel(pars: Any) -> list[int]:
        seen.append(dict(pars))
        return [pars["n"], 2]

    own = create_sparse_connect_init_snippet(
        "own",
        params=[("n", "int"), "p"],
        derived_params=[("m", derived)],
        row_build_code="addSynapse(0, 0, 0);",
        calc_max_row_len_func=most,
        calc_kernel_size_func=kernel,
    )
    init = init_sparse_connectivity(own, {"n": np.uint8(5), "p": np.float32(2.0)})
    assert (max_row_length(init, 2, 3), kernel_size(init)) == (4, (5, 2))
    values = evaluate_parameters("it", own, init.params, 1.0, Precision())
    assert values == {"n": 5, "p": 2.0, "m": 5.0}
    assert seen == [{"n": 5, "p": 2.0}] * 3
    assert [type(number) for pars in seen for number in pars.values()] == [int, float] * 3


# Built-in snippets -------------------------------------------------------------------------------


def test_one_to_one() -> None:
    assert pairs(built("OneToOne", 3, 3)) == [(0, 0), (1, 1), (2, 2)]
    assert pairs(built("OneToOne", 2, 3)) == [(0, 0), (1, 1)]


@pytest.mark.parametrize("precision", [Float, Double])
@pytest.mark.parametrize("prob", [0.001, 0.1, 0.5, 0.97])
def test_fixed_probability_connects_every_pair_with_that_probability(
    prob: float, precision: Any
) -> None:
    num_pre, num_post = 500, 400
    pre, post = built("FixedProbability", num_pre, num_post, prob=prob, precision=precision)
    assert len(np.unique(pre.astype(np.int64) * num_post + post)) == len(pre)
    number = num_pre * num_post
    assert stats.binomtest(len(pre), number, prob).pvalue > CHANCE
    for part, size, trials in [(pre, num_pre, num_post), (post, num_post, num_pre)]:
        lengths = np.bincount(part, minlength=size)
        spread = math.sqrt(trials * prob * (1 - prob))
        # Every neuron, as a sum of squares; first and last ones are no exception.
        squares = (((lengths - trials * prob) / spread) ** 2).sum()
        assert CHANCE < stats.chi2(size).sf(squares) < 1 - CHANCE
        for end in (lengths[0], lengths[-1]):
            assert stats.binomtest(int(end), trials, prob).pvalue > CHANCE


def test_gaps_in_a_row_are_geometric() -> None:
    pre, post = built("FixedProbability", 2000, 1000, prob=0.05)
    first = post[np.flatnonzero(np.diff(pre, prepend=-1))]
    gaps = np.concatenate([first, np.diff(post.astype(int))[np.diff(pre) == 0] - 1])
    counts = np.bincount(gaps)[:60]
    expected = 0.05 * 0.95 ** np.arange(60)
    assert stats.chisquare(counts, expected * counts.sum() / expected.sum()).pvalue > CHANCE


@pytest.mark.parametrize(("prob", "number"), [(0.0, 0), (1.0, 1200), (1e-30, 0)])
def test_extreme_probabilities(prob: float, number: int) -> None:
    assert len(built("FixedProbability", 30, 40, prob=prob)[0]) == number


def test_no_neuron_is_connected_to_itself_without_autapses() -> None:
    pre, post = built("FixedProbabilityNoAutapse", 50, 50, prob=1.0)
    assert len(pre) == 50 * 49
    assert (pre != post).all()
    pre, post = built("FixedProbabilityNoAutapse", 300, 300, prob=0.2)
    assert (pre != post).all()
    assert stats.binomtest(len(pre), 300 * 299, 0.2).pvalue > CHANCE


@pytest.mark.parametrize("precision", [Float, Double])
@pytest.mark.parametrize("name", FIXED_NUMBERS)
def test_a_fixed_number_of_synapses_is_spread_evenly(name: str, precision: Any) -> None:
    num_pre, num_post, num = 70, 90, 4000 if "Total" in name else 60
    pre, post = built(name, num_pre, num_post, num=num, precision=precision)
    rows_found = np.bincount(pre, minlength=num_pre)
    columns_found = np.bincount(post, minlength=num_post)
    if "Post" in name:
        assert (rows_found == num).all()
    elif "Pre" in name:
        assert (columns_found == num).all()
    else:
        assert len(pre) == num
        assert stats.chisquare(rows_found).pvalue > CHANCE
        assert stats.chisquare(rows_found).statistic > stats.chi2(num_pre - 1).ppf(CHANCE)
    if "Post" not in name:
        assert stats.chisquare(rows_found).pvalue > CHANCE
    if "Pre" not in name:
        assert stats.chisquare(columns_found).pvalue > CHANCE
    # With replacement, so the number of synapses of a pair is binomial.
    cells = np.bincount(pre.astype(int) * num_post + post, minlength=num_pre * num_post)
    pairs_to_choose_from = {FIXED_NUMBERS[0]: num_post, FIXED_NUMBERS[1]: num_pre}
    chance = 1 / pairs_to_choose_from.get(name, cells.size)
    counts = np.bincount(cells, minlength=4)[:4]
    expected = stats.binom(num, chance).pmf(np.arange(4))
    expected *= counts.sum() / expected.sum()
    assert stats.chisquare(counts, expected).pvalue > CHANCE


def test_shares_of_a_total_are_multinomial() -> None:
    """Over many seeds, one row has a binomial number, and two are as correlated as they must be."""
    found = np.array([
        np.bincount(built("FixedNumberTotalWithReplacement", 5, 3, num=40, seed=seed)[0],
                    minlength=5)
        for seed in range(1, 801)
    ])  # fmt: skip
    assert (found.sum(axis=1) == 40).all()
    exact = stats.multinomial(40, [0.2] * 5)
    # Covariances of 800 samples are known to within about 7 percent of the variance.
    np.testing.assert_allclose(np.cov(found.T), exact.cov(), atol=0.25 * 40 * 0.2 * 0.8)
    np.testing.assert_allclose(found.mean(axis=0), 8.0, atol=5 * math.sqrt(6.4 / 800))


@pytest.mark.parametrize("name", FIXED_NUMBERS)
def test_a_number_may_be_0_and_may_be_more_than_there_are_neurons(name: str) -> None:
    assert len(built(name, 3, 2, num=0)[0]) == 0
    assert len(built(name, 1, 1, num=25)[0]) == 25
    assert len(built(name, 3, 2, num=25)[0]) == {"Post": 75, "PreW": 50}.get(name[11:15], 25)


# Reproducible ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["FixedProbability", *FIXED_NUMBERS])
def test_seed_and_stream_decide_what_is_connected(name: str) -> None:
    params = {"prob": 0.3} if name == "FixedProbability" else {"num": 30}
    first = built(name, 20, 20, **params)
    np.testing.assert_array_equal(first, built(name, 20, 20, **params))
    for other in ({"seed": 2}, {"stream": 3}):
        assert pairs(first) != pairs(built(name, 20, 20, **params, **other))


def test_rows_do_not_depend_on_how_many_follow() -> None:
    few, many = (built("FixedProbability", number, 30, prob=0.3) for number in (10, 20))
    kept = many[0] < 10
    np.testing.assert_array_equal(few, (many[0][kept], many[1][kept]))


# In a model ---------------------------------------------------------------------------------------

PLACED = create_var_init_snippet(
    "placed", var_init_code="value = 10000 * id_syn + 100 * id_pre + id_post + 0.5 * num_pre;"
)


def sparse(model: Any, init: Any, weights: Any = 1.0, name: str = "S", **ends: Any) -> Any:
    return model.add_synapse_population(
        name, "SPARSE", ends["source"], ends["target"],
        init_weight_update("StaticPulse", {}, {"g": weights}),
        init_postsynaptic("DeltaCurr"), init,
    )  # fmt: skip


def indices(synapses: Any) -> tuple[np.ndarray, np.ndarray]:
    synapses.pull_connectivity_from_device()
    return synapses.get_sparse_pre_inds(), synapses.get_sparse_post_inds()


def test_a_population_is_connected_when_the_model_is_loaded() -> None:
    model = new_model("connected", batch_size=2)
    model.seed = 9
    a, b = add_cells(model, "A", 40), add_cells(model, "B", 30)
    init = init_sparse_connectivity("FixedProbability", {"prob": 0.2})
    ends = {"source": a, "target": b}
    synapses = sparse(model, init, init_var(PLACED), **ends)
    other = sparse(model, init, name="T", **ends)
    model.build()
    model.load()
    pre, post = indices(synapses)
    assert 150 < len(pre) < 330
    assert (np.diff(pre * 30 + post) > 0).all()
    np.testing.assert_array_equal(
        pulled(synapses, "g"),
        (10000 * np.arange(len(pre)) + 100 * pre + post + 20).astype(np.float32),
    )
    assert pairs(indices(other)) != pairs((pre, post))
    model.unload()
    model.load()
    assert pairs(indices(synapses)) == pairs((pre, post))


def test_seed_0_connects_again_at_each_load() -> None:
    model = new_model("again")
    a = add_cells(model, "A", 30)
    init = init_sparse_connectivity("FixedProbability", {"prob": 0.5})
    synapses = sparse(model, init, init_var("Uniform", {"min": 0, "max": 1}), source=a, target=a)
    model.build()
    found = []
    for _ in range(2):
        model.load()
        found.append(pairs(indices(synapses)))
        assert len(pulled(synapses, "g")) == len(found[-1])
        model.unload()
    assert found[0] != found[1]


def test_spikes_take_the_connections_that_were_made() -> None:
    """As dense synapses with the same weights, and 0 where there are none."""
    results = []
    matrix = np.zeros((25, 35), np.float32)
    for kind in ("sparse", "dense"):
        model = new_model(kind)
        model.seed = 3
        a, b = add_cells(model, "A", 25, threshold=0.5), add_cells(model, "B", 35, threshold=2.0)
        weights = init_var("Normal", {"mean": 0.5, "sd": 1.0})
        if kind == "sparse":
            init = init_sparse_connectivity("FixedProbabilityNoAutapse", {"prob": 0.3})
            synapses = sparse(model, init, weights, source=a, target=b)
        else:
            connect(model, a, b, matrix)
        model.add_current_source("in", "DC", a, {"amp": 0.3})
        model.build()
        model.load()
        if kind == "sparse":
            matrix[indices(synapses)] = pulled(synapses, "g")
        steps(model, 30)
        results.append((pulled(b, "V"), pulled(b, "count")))
    for one, other in zip(*results, strict=True):
        np.testing.assert_array_equal(one, other)
    assert results[0][1].any()


def test_connections_given_take_the_place_of_code() -> None:
    model = new_model("given")
    a = add_cells(model, "A", 4)
    init = init_sparse_connectivity("FixedProbability", {"prob": 0.5})
    synapses = sparse(model, init, [2.0, 1.0, 3.0], source=a, target=a)
    synapses.set_sparse_connections([1, 0, 3], [1, 2, 0])
    model.build()
    model.load()
    assert pairs(indices(synapses)) == [(0, 2), (1, 1), (3, 0)]
    np.testing.assert_array_equal(pulled(synapses, "g"), [1, 2, 3])


def test_a_row_may_be_as_long_as_its_snippet_says() -> None:
    model = new_model("long")
    a = add_cells(model, "A", 4)
    init = init_sparse_connectivity("FixedNumberPostWithReplacement", {"num": 9})
    synapses = sparse(model, init, source=a, target=a)
    assert synapses.max_connections == 9
    model.build()
    model.load()
    assert len(indices(synapses)[0]) == 36
    assert synapses.max_connections == 9


def test_variables_of_both_ends_start_from_code() -> None:
    model = new_model("ends")
    a, b = add_cells(model, "A", 3), add_cells(model, "B", 2)
    ramp = create_var_init_snippet("ramp", var_init_code="value = 10 * num_neurons + id;")
    wum = create_weight_update_model(
        "wum", pre_vars=[("x", "scalar")], post_vars=[("y", "scalar")],
        pre_spike_syn_code="addToPost(x + y);",
    )  # fmt: skip
    synapses = model.add_synapse_population(
        "S", "SPARSE", a, b,
        init_weight_update(wum, {}, {}, {"x": init_var(ramp)}, {"y": init_var(ramp)}),
        init_postsynaptic("DeltaCurr"), init_sparse_connectivity("FixedProbability", {"prob": 1}),
    )  # fmt: skip
    model.build()
    model.load()
    for variables, expected in ((synapses.pre_vars["x"], [30, 31, 32]),
                                (synapses.post_vars["y"], [20, 21])):  # fmt: skip
        variables.pull_from_device()
        np.testing.assert_array_equal(variables.values, expected)


def test_mistakes_in_a_model() -> None:
    model = new_model("mistakes")
    a = add_cells(model, "A", 4)
    ends = {"source": a, "target": a}
    with pytest.raises(TypeError, match=r"needs what init_sparse_connectivity\(…\) returns, not"):
        sparse(model, "OneToOne", **ends)
    with pytest.raises(RuntimeError, match=r"calc_max_row_len_func of .* not 2\.0"):
        sparse(model, init_sparse_connectivity(rows("", lambda *_: 2.0)), **ends)
    with pytest.raises(RuntimeError, match="Cannot use DENSE connectivity with"):
        model.add_synapse_population(
            "D", "DENSE", a, a, init_weight_update("StaticPulse", {}, {"g": 1.0}),
            init_postsynaptic("DeltaCurr"), init_sparse_connectivity("OneToOne"),
        )  # fmt: skip
    own = create_var_init_snippet("own", var_init_code="value = num_neurons;")
    with pytest.raises(CodeStringError, match="'num_neurons' cannot be used here"):
        sparse(model, init_sparse_connectivity("OneToOne"), init_var(own), **ends)
    assert not model.synapse_populations
    sparse(model, init_sparse_connectivity("Uninitialised"), **ends)
    model.build()
    with pytest.raises(RuntimeError, match=r"connects nothing: call set_sparse_conn.*'S'"):
        model.load()
    wrong = new_model("wrong")
    a = add_cells(wrong, "A", 4)
    sparse(wrong, init_sparse_connectivity(rows("addSynapse(7);")), source=a, target=a)
    wrong.build()
    with pytest.raises(IndexError, match=r"addSynapse\(7\) .* synapse population 'S', id_pre = 0"):
        wrong.load()
    assert not wrong.is_loaded


def test_parameters_that_do_not_fit_fail_when_the_model_is_built() -> None:
    model = new_model("large")
    a = add_cells(model, "A", 4)
    own = rows("addSynapse(p);", params=[("p", "uint8_t")])
    sparse(model, init_sparse_connectivity(own, {"p": 256}), source=a, target=a)
    with pytest.raises(RuntimeError, match=r"too large .* parameter 'p'"):
        model.build()


# Mistakes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("addSynapse(x);", "Undefined name 'x'"),
        ("addSynapse();", r"addSynapse\(id_post\) takes 1 argument, 0 given"),
        ("addSynapse(1, 2);", r"addSynapse\(id_post\) takes 1 argument, 2 given"),
        ("addSynapses(1);", r"did you mean 'addSynapse'\?"),
        ("addSynapse(id_post);", "'id_post' cannot be used here: this code builds a whole row"),
        ("addSynapse(t);", "'t' cannot be used here"),
        ("addSynapse(batch);", "'batch' cannot be used here"),
        ("addSynapse(id_pre)", "Parse error"),
        ("int i = addSynapse(1);", "gives no value"),
        ("id_pre = 1;", "read-only"),
        ("num_post++;", "read-only"),
        ("addSynapse = 1;", "is a function"),
        ("addToPost(1);", "'addToPost' cannot be used here: it belongs"),
        ("addSynapse(row_length);", "Undefined name 'row_length'"),
    ],
)
def test_wrong_code_fails_when_the_snippet_is_made(code: str, message: str) -> None:
    with pytest.raises(CodeStringError, match=message) as caught:
        rows(code)
    assert str(caught.value).startswith("Row build code of sparse connectivity init")


def test_wrong_code_of_columns_is_named_so() -> None:
    with pytest.raises(
        CodeStringError, match=r"^Column build code of .*: this code builds a whole col"
    ):
        columns("addSynapse(id_pre);")


@pytest.mark.parametrize(
    ("parts", "error", "message"),
    [
        ({"row_build_code": 3}, TypeError, "must be a string of code"),
        (
            {"row_build_code": "addSynapse(0);", "col_build_code": "addSynapse(0);"},
            RuntimeError, "both row_build_code and col_build_code",
        ),
        ({"calc_max_row_len_func": 3}, TypeError, "must be a function of .num_pre, num_post"),
        ({"calc_max_col_len_func": "n"}, TypeError, "calc_max_col_len_func of sparse connect"),
        ({"calc_kernel_size_func": 3}, TypeError, r"must be a function of \(pars\)"),
        ({"params": ["a", "a"]}, RuntimeError, "Redeclaration of 'a'"),
        ({"params": "a"}, TypeError, "must be a list"),
        ({"derived_params": [("d", 1)]}, TypeError, "needs a function"),
        ({"rows": ""}, TypeError, "rows"),
    ],
)  # fmt: skip
def test_wrong_descriptions(parts: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        create_sparse_connect_init_snippet("own", **parts)


@pytest.mark.parametrize(
    ("name", "params", "error", "message"),
    [
        (
            "FixedProbability",
            {},
            RuntimeError,
            "' expected 1 parameters but got 0",
        ),
        ("FixedProbability", {"p": 0.5}, RuntimeError, "missing value for parameter: 'prob'"),
        ("FixedProbability", {"prob": -0.1}, ValueError, "prob must be from 0 to 1, not -0.1"),
        ("FixedProbability", {"prob": 10}, ValueError, "prob must be from 0 to 1, not 10"),
        ("FixedProbabilityNoAutapse", {"prob": math.nan}, ValueError, "not nan"),
        ("FixedProbability", {"prob": "1"}, TypeError, "parameter 'prob' must be a number"),
        ("FixedNumberPostWithReplacement", {"num": 1.5}, ValueError, "num must be a whole number"),
        ("FixedNumberPreWithReplacement", {"num": -1}, ValueError, "from 0 to 4294967295, not -1"),
        ("FixedNumberTotalWithReplacement", {"num": math.inf}, ValueError, "not inf"),
        ("OneToOne", {"n": 1}, RuntimeError, "expected 0 parameters but got 1"),
        ("OneToAll", {}, AttributeError, r"did you mean 'OneToOne'\?"),
        ("Conv2D", {}, RuntimeError, "expected 12 parameters"),
        ("Normal", {}, AttributeError, "no attribute 'Normal'"),
        (None, {}, TypeError, "expected a sparse connectivity initialisation snippet"),
    ],
)
def test_wrong_initialisers(
    name: Any, params: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        init_sparse_connectivity(name, params)


@pytest.mark.parametrize(
    ("snippet", "error", "message"),
    [
        (rows("addSynapse(num_post);"), IndexError, r"addSynapse\(4\) .*'own'.*'ab', id_pre = 0"),
        (rows("addSynapse(-1);"), IndexError, r"addSynapse\(-1\).*at least 0 and below"),
        (rows("if (id_pre == 2) { addSynapse(9); }"), IndexError, r"addSynapse\(9\).*id_pre = 2"),
        (columns("addSynapse(3);"), IndexError, "id_post = 0: id_pre must .* below num_pre = 3"),
        (columns("addSynapse(0u - 1u);"), IndexError, r"addSynapse\(4294967295\)"),
        (
            rows("addSynapse(0); addSynapse(1);", lambda num_pre, num_post, pars: 1),
            RuntimeError, "id_pre = 0: more than 1 synapses; give a calc_max_row_len_func",
        ),
        (
            rows("for (int i = 0; i < 5; i++) { addSynapse(0); }"),
            RuntimeError, "more than 4 synapses; give a calc_max_row_len_func",
        ),
        (
            columns("for (int i = 0; i < 4; i++) { addSynapse(0); }"),
            RuntimeError, "id_post = 0: more than 3 synapses; give a calc_max_col_len_func",
        ),
        (
            columns("for (int i = 0; i < 2; i++) { addSynapse(0); }"),
            RuntimeError, "id_pre = 0: more than 4 synapses; give a calc_max_row_len_func",
        ),
        (
            rows("while (dt > 0.0) { addSynapse(0); }"),
            RuntimeError, "more than 4 synapses",
        ),
        (
            rows("addSynapse(0);", lambda num_pre, num_post, pars: 1.0),
            RuntimeError, "returns must be an integer, not 1.0",
        ),
        (
            rows("addSynapse(0);", lambda num_pre, num_post, pars: None),
            RuntimeError, "returns must be an integer, not None",
        ),
        (
            rows("addSynapse(0);", lambda num_pre, num_post, pars: pars["x"]),
            RuntimeError, "calc_max_row_len_func of .*'own' could not be computed .*KeyError",
        ),
        (
            columns("addSynapse(0);", lambda num_pre, num_post, pars: -2),
            RuntimeError, "calc_max_col_len_func .* not -2",
        ),
        ("Uninitialised", RuntimeError, "connects nothing: call set_sparse_connections"),
        (
            rows("addSynapse(0);", derived_params=[("d", lambda pars, dt: 1 / 0)]),
            RuntimeError, "Derived parameter 'd' of .*'ab'.*ZeroDivisionError",
        ),
    ],
)  # fmt: skip
def test_wrong_connectivity(snippet: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        built(snippet, 3, 4)


def test_one_to_one_needs_a_partner_for_each() -> None:
    with pytest.raises(IndexError, match=r"addSynapse\(3\) .* below num_post = 3"):
        built("OneToOne", 5, 3)
