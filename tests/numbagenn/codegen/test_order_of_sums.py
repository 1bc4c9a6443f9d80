"""The order in which inputs are added up; that it is PyGeNN's is recorded in tests/conformance."""

from __future__ import annotations

import pytest

from numbagenn.codegen import order_of_sums
from numbagenn.models.builtin_models import FAMILIES
from numbagenn.models.descriptions import CurrentSourceModel, PostsynapticModel


def test_the_digests_of_all_models_that_are_built_in_are_known() -> None:
    names = {
        name for family in (PostsynapticModel, CurrentSourceModel) for name in FAMILIES[family][1]()
    }
    assert names == order_of_sums._BUILT_IN.keys()


@pytest.mark.parametrize("number", [0, 1, 16, 17, 200])
def test_items_are_sorted_and_a_few_keep_their_order(number: int) -> None:
    items = [(bytes([k * 7 % 3]), k) for k in range(number)]
    found = order_of_sums._sorted(items, lambda item: item[0])
    assert sorted(found) == sorted(items)
    assert [digest for digest, _ in found] == sorted(digest for digest, _ in items)
    assert (found == sorted(items)) == (number <= 16)
