"""What kernels do with arrays and ranges, against what Python does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numba.core import errors
from numpy.typing import NDArray

from tests.numbagenn.compiled import njit


@njit
def _up(stop: Any, seen: Any) -> Any:
    count = 0
    for number in range(stop):
        seen[count] = number
        count += 1
    return count


@njit
def _between(start: Any, stop: Any, seen: Any) -> Any:
    count = 0
    for number in range(start, stop):
        seen[count] = number
        count += 1
    return count


def _by(step: int) -> Any:
    """Return what counts by a step, which is a number where it is compiled."""

    @njit
    def count_by_step(start: Any, stop: Any, seen: Any) -> Any:
        count = 0
        for number in range(start, stop, step):
            seen[count] = number
            count += 1
        return count

    return count_by_step


@pytest.mark.parametrize(
    ("count", "step"), [(_between, 1), (_by(4), 4), (_by(-1), -1), (_by(-3), -3)]
)
def test_ranges(count: Any, step: int) -> None:
    for start in range(-7, 8):
        for stop in range(-7, 8):
            seen = np.zeros(20, np.int64)
            number = count(start, stop, seen)
            assert seen[:number].tolist() == list(range(start, stop, step)), (start, stop)


def test_ranges_from_zero() -> None:
    for stop in range(-2, 5):
        seen = np.zeros(5, np.int64)
        assert seen[: _up(stop, seen)].tolist() == list(range(stop))


def test_the_step_of_a_range_is_a_number() -> None:
    @njit
    def stepping(step: Any) -> Any:
        total = 0
        for number in range(0, 10, step):
            total += number
        return total

    with pytest.raises(errors.NumbaNotImplementedError, match="step of a range must be a number"):
        stepping(2)


@njit
def _elements(cube: Any, a: Any, b: Any, c: Any) -> Any:
    cube[a, b, c] += 1
    row, matrix = cube[a, b], cube[a]
    row[c] += 1
    matrix[b, c] += 1
    return cube[a, b, c], row.size, matrix.size, matrix.shape


@pytest.mark.parametrize("kind", [np.int64, np.uint64, np.int32, np.uint8])
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.uint8, np.int64, np.bool_])
def test_elements_and_parts(kind: type, dtype: type) -> None:
    cube = np.zeros((2, 3, 5), dtype)
    found = _elements(cube, kind(1), kind(2), kind(4))
    expected = np.zeros((2, 3, 5), dtype)
    for _ in range(3):
        expected[1, 2, 4] += dtype(1)
    assert found == (expected[1, 2, 4], 5, 15, (3, 5))
    np.testing.assert_array_equal(cube, expected)


@njit
def _run(array: Any, begin: Any, end: Any) -> Any:
    total = 0.0
    run = array[begin:end]
    for place in range(run.size):
        total += run[place]
    return run.size, total


@pytest.mark.parametrize("apart", [1, 2])
def test_runs(apart: int) -> None:
    array = np.arange(20.0)[::apart]
    for begin in range(12):
        for end in range(14):
            expected = array[begin:end]
            assert _run(array, begin, end) == (expected.size, expected.sum())


@njit
def _gap(array: Any, row: Any, column: Any) -> Any:
    array[row, column] += 1.0
    return array[row, column], array[row].size


def test_arrays_with_gaps() -> None:
    whole: NDArray[np.float64] = np.zeros((4, 6))
    assert _gap(whole[::2, ::3], 1, 1) == (1.0, 2)
    assert whole[2, 3] == whole.sum() == 1.0


@njit
def _ends(a: Any, b: Any) -> Any:
    return min(a, b), max(a, b), min(a, 3), max(7, b)


def test_smaller_and_larger() -> None:
    for a in range(-2, 9):
        for b in range(-2, 9):
            assert _ends(a, b) == (min(a, b), max(a, b), min(a, 3), max(7, b))
    assert _ends(1.5, 2.5) == (1.5, 2.5, 1.5, 7.0)


@njit
def _of_two(a: Any, b: Any) -> Any:
    return min(a, b), max(a, b)


@pytest.mark.parametrize("numbers", [(1, 2), (2, 1), (-0.0, 0.0), (0.0, -0.0), (1.5, -1.5)])
def test_the_smaller_and_the_larger_of_two(numbers: tuple[float, float]) -> None:
    expected = min(*numbers), max(*numbers)
    assert list(map(repr, _of_two(*numbers))) == list(map(repr, expected))


@pytest.mark.parametrize("numbers", [(np.nan, 1.0), (1.0, np.nan), (np.nan, np.nan)])
def test_the_smaller_and_the_larger_where_one_is_none(numbers: tuple[float, float]) -> None:
    np.testing.assert_array_equal(_of_two(*numbers), (min(*numbers), max(*numbers)))


@njit
def _flat(matrix: Any, first: Any, last: Any) -> Any:
    total = 0
    for number in matrix.reshape(-1)[first:last]:
        total = 10 * total + number
    return total


def test_flat_arrays() -> None:
    cube = np.arange(8, dtype=np.int64).reshape(2, 2, 2)
    assert _flat(cube, 0, 8) == 1234567
    assert _flat(cube[1], 1, 3) == 56
