"""Work whose garbage is kept for a while."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from numbagenn.base import garbage
from numbagenn.base.garbage import garbage_kept


@pytest.fixture(autouse=True)
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(garbage, "_times", 0)
    yield
    gc.unfreeze()
    gc.enable()


def is_young(one: object) -> bool:
    return any(one is other for other in gc.get_objects(generation=0))


def test_nothing_is_collected_inside() -> None:
    with garbage_kept():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_what_is_made_inside_counts_as_old() -> None:
    with garbage_kept():
        made: list[object] = [[]]
        assert is_young(made)
    assert not is_young(made)
    assert gc.get_freeze_count() == 0


def test_garbage_goes_with_a_full_collection() -> None:
    class Kept:
        pass

    with garbage_kept():
        kept = Kept()
        kept.itself = kept  # type: ignore[attr-defined]
        del kept
    gc.collect()
    assert not [one for one in gc.get_objects() if isinstance(one, Kept)]


def test_what_users_froze_stays_so() -> None:
    gc.freeze()
    before = gc.get_freeze_count()
    with garbage_kept():
        pass
    assert gc.get_freeze_count() == before > 0


def test_a_collector_that_users_turned_off_stays_off() -> None:
    gc.disable()
    with garbage_kept():
        pass
    assert not gc.isenabled()


def test_the_collector_is_on_after_an_error() -> None:
    with pytest.raises(ValueError, match="inside"), garbage_kept():
        raise ValueError("inside")
    assert gc.isenabled()


def test_every_tenth_time_garbage_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    collected = []
    monkeypatch.setattr(gc, "collect", lambda: collected.append(garbage._times))
    for _ in range(25):
        with garbage_kept():
            pass
    assert collected == [10, 20]
