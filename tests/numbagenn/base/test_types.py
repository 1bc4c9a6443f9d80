"""Types of models: their names, how they are resolved, and C's conversions between them."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from numbagenn.base import types
from numbagenn.base.type_checks import check_type, precision_type
from numbagenn.base.types import TYPE_NAMES, Precision, promoted, usual_conversion

ALL = sorted(set(TYPE_NAMES.values()), key=lambda one: (one.rank, one.name))
SPELLINGS = {
    "bool": np.bool_,
    "char": np.int8,
    "unsigned char": np.uint8,
    "short": np.int16,
    "short int": np.int16,
    "unsigned short": np.uint16,
    "int": np.int32,
    "signed": np.int32,
    "unsigned": np.uint32,
    "unsigned int": np.uint32,
    "long": np.int64,
    "long long": np.int64,
    "unsigned long": np.uint64,
    "size_t": np.uint64,
    "uint8_t": np.uint8,
    "int16_t": np.int16,
    "uint32_t": np.uint32,
    "int64_t": np.int64,
    "float": np.float32,
    "double": np.float64,
}


@pytest.mark.parametrize(("spelling", "dtype"), SPELLINGS.items())
def test_spellings_stand_for_numpy_types(spelling: str, dtype: type) -> None:
    assert Precision().resolve(spelling).dtype == np.dtype(dtype)


def test_blanks_in_a_spelling_do_not_matter() -> None:
    check_type("  unsigned \t int ", "x")
    assert Precision().resolve("  unsigned \t int ") is types.Uint32


@pytest.mark.parametrize("scalar", [types.Float, types.Double])
@pytest.mark.parametrize("time", [types.Float, types.Double])
def test_scalar_and_timepoint_follow_the_precision(scalar: object, time: object) -> None:
    precision = Precision(scalar, time)
    assert precision.resolve("scalar") is scalar
    assert precision.resolve("timepoint") is time
    assert precision.resolve("float") is types.Float
    assert precision.resolve(types.Int8) is types.Int8


@pytest.mark.parametrize(
    "spelling", ["unsigned long long", "long double", "half", "const int", "int*", "void", "", "x"]
)
def test_other_spellings_are_refused(spelling: str) -> None:
    with pytest.raises(RuntimeError, match=f"Unknown numeric type '{spelling.replace('*', '.')}'"):
        check_type(spelling, "variable 'V'")


def test_a_misspelt_type_is_corrected() -> None:
    with pytest.raises(RuntimeError, match=r"type 'scaler' for variable 'V'; .*'scalar'\?"):
        check_type("scaler", "variable 'V'")


@pytest.mark.parametrize("given", [float, np.float32, np.dtype("float32"), None, 4])
def test_only_strings_and_type_objects_are_types(given: object) -> None:
    with pytest.raises(TypeError, match=r"Type of variable 'V' must be a string"):
        check_type(given, "variable 'V'")


def test_type_objects_are_hashable_and_named_after_themselves() -> None:
    for one in ALL:
        assert getattr(types, repr(one).removeprefix("types.")) is one
    assert len({*ALL}) == len(ALL) == 11


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("float", types.Float),
        ("double", types.Double),
        (types.Float, types.Float),
        (types.Double, types.Double),
    ],
)
def test_precision_is_float_or_double(given: object, expected: object) -> None:
    assert precision_type(given, "precision") is expected


@pytest.mark.parametrize(
    ("given", "error"),
    [
        (types.Int32, RuntimeError),
        ("int", RuntimeError),
        ("scalar", RuntimeError),
        ("", RuntimeError),
        # np.dtype("float64") is equal to the string "float", which means another type here.
        (np.dtype("float64"), TypeError),
        (np.dtype("float32"), TypeError),
        (np.float64, TypeError),
        (np.zeros(2), TypeError),
        (None, TypeError),
        (32, TypeError),
    ],
)
def test_other_precisions_are_refused(given: object, error: type[Exception]) -> None:
    with pytest.raises(error, match="precision") as caught:
        precision_type(given, "precision")
    assert "'float'" in str(caught.value)
    assert "double" in str(caught.value)


@pytest.mark.parametrize("operand", ALL, ids=repr)
def test_promotion_widens_small_integers_only(operand: types.ResolvedType) -> None:
    small = operand.dtype.kind in "biu" and operand.dtype.itemsize < 4
    assert promoted(operand) is (types.Int32 if small else operand)


@pytest.mark.parametrize(("left", "right"), [*product(ALL, ALL)], ids=repr)
def test_usual_conversions_are_those_of_c(
    left: types.ResolvedType, right: types.ResolvedType
) -> None:
    common = usual_conversion(left, right)
    assert common is usual_conversion(right, left)
    one, other = promoted(left), promoted(right)
    if types.Double in (one, other):
        assert common is types.Double
    elif types.Float in (one, other):
        assert common is types.Float
    else:
        # The wider one; of two equally wide ones the unsigned one.
        wider = max((one, other), key=lambda ctype: (ctype.dtype.itemsize, ctype.dtype.kind == "u"))
        assert common is wider
