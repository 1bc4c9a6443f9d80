"""What is set too late: a model and its groups stay as they were built."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.numbagenn.every_part import described, models, variables
from tests.numbagenn.language.disturbed_code import plan_of

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning")  # of deprecated names


def settable(thing: Any) -> list[str]:
    kinds = {name: getattr(type(thing), name) for name in dir(type(thing))}
    return [
        name
        for name, kind in kinds.items()
        if isinstance(kind, property) and kind.fset is not None and not name.startswith("_")
    ]


#: What scripts of 4.9 set while a model runs.
OF_LOADED_MODELS = ("current_spikes", "current_spike_events", "in_syn")

#: What only synapses in lists can be told.
OF_SPARSE = ("max_connections", "max_source_connections", "narrow_sparse_ind_enabled")


@models
def test_groups_do_not_change_once_they_are_built(describe: Callable[[], Any]) -> None:
    model, built = describe(), describe()
    built.build()
    names = set()
    for group, same in zip(model._groups(), built._groups(), strict=True):
        for name in settable(group):
            if name in OF_LOADED_MODELS:
                continue
            if name in OF_SPARSE and group.connections.inds is None:
                continue
            names.add(name)
            value = getattr(group, name)
            setattr(group, name, value)
            with pytest.raises(RuntimeError, match=f"already built: cannot set .*of {group.title}"):
                setattr(same, name, value)
        for name in ("set_param_dynamic", "set_wu_param_dynamic", "set_ps_param_dynamic"):
            if hasattr(group, name):
                with pytest.raises((RuntimeError, AttributeError), match=r"built|two sets"):
                    getattr(same, name)("Vthr")
    assert {"spike_recording_enabled", "axonal_delay_steps", "post_target_var"} <= names
    assert plan_of(built) == plan_of(describe())


#: What a model can be told while it is built, and why that changes no plan.
AT_ANY_TIME = {
    "seed": "is looked at when the model is loaded",
    "timestep": "is the clock of the loaded model",
    "t": "is the clock of the loaded model, in 4.9",
}


@models
def test_models_do_not_change_once_they_are_built(describe: Callable[[], Any]) -> None:
    model = describe()
    values = {name: getattr(model, name) for name in settable(model) if name not in AT_ANY_TIME}
    model.build()
    for name, value in values.items():
        with pytest.raises(RuntimeError, match="already built: cannot set"):
            setattr(model, name, value)
    assert {"dt", "batch_size", "timing_enabled"} <= {*values}


@models
def test_what_is_no_setting_cannot_be_assigned(describe: Callable[[], Any]) -> None:
    model = describe()
    expected = plan_of(model)
    tried = 0
    for thing in (*model._groups(), *variables(model)):
        others = {*settable(thing), "view"}
        for name in [name for name in dir(thing) if not name.startswith("_")]:
            if name not in others:
                tried += 1
                with pytest.raises(AttributeError, match=f"^'{name}' of .* cannot be assigned; "):
                    setattr(thing, name, None)
    assert tried > 100
    read_only = [
        *(name for name in dir(type(model)) if isinstance(getattr(type(model), name), property)),
        *(
            name
            for name, value in vars(model).items()
            if isinstance(value, dict) and not name.startswith("_")
        ),
        "types",
    ]
    for name in {*read_only} - {*settable(model)}:
        with pytest.raises(AttributeError, match=f"^'{name}' of a GeNNModel can(not| only) be "):
            setattr(model, name, None)
    assert plan_of(model) == expected


CHANGES: dict[str, Callable[[Any], object]] = {
    "assigned": lambda table: table.__setitem__(next(iter(table)), 1.0),
    "new": lambda table: table.__setitem__("new", 1.0),
    "deleted": lambda table: table.__delitem__(next(iter(table))),
    "updated": lambda table: table.update(new=1.0),
    "joined": lambda table: table.__ior__({"new": 1.0}),
    "popped": lambda table: table.pop(next(iter(table))),
    "emptied": lambda table: table.clear(),
    "with a default": lambda table: table.setdefault("new", 1.0),
}


@pytest.mark.parametrize("change", CHANGES)
def test_tables_of_groups_stay_as_they_are(change: str) -> None:
    model = described()
    tables = [
        table
        for group in model._groups()
        for name, table in vars(group).items()
        if name.endswith(("vars", "params")) and table and not name.startswith("_")
    ]
    assert len(tables) > 8
    for table in tables:
        before = dict(table)
        with pytest.raises(TypeError, match=r"keeps its .*: |cannot be assigned: "):
            CHANGES[change](table)
        assert table == before
