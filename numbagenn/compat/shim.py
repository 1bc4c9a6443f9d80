"""Modules that stand in for ``pygenn``, so that scripts find its names in numbagenn.

Importing this module installs nothing: `put_in_place` does, and undoes it.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

import numbagenn
from numbagenn.base.user_warnings import warn_user
from numbagenn.base.wording import shown
from numbagenn.compat import modules_5, v4_9
from numbagenn.compat.missing_names import REMEDY, MissingNames
from numbagenn.compat.v4_9 import wrapper
from numbagenn.language.code_strings import CodeStringError
from numbagenn.models.descriptions import Unavailable
from numbagenn.network.settings import BACKEND_NAME, GPU_PREFERENCES

#: The versions of the API that have stand-ins, and the version that each reports.
VERSIONS = {"4.9": "4.9.0", "5": "5.4.0"}

_BACKENDS = ("cuda", "hip", "single_threaded_cpu")

# numbagenn's own additions, which PyGeNN does not have.
_OWN = ("get_num_threads", "set_num_threads")


@functools.cache
def _announce(backend: str) -> None:
    """Say, once for each backend, that it is not the one that runs the script."""
    print(
        f"Note: the script asks for the backend '{backend}'; numbagenn serves instead.",
        file=sys.stderr,
    )


class _GeNNModel(numbagenn.GeNNModel):
    """A model that takes the backends and preferences of real PyGeNN, without using them."""

    known_preferences = (*numbagenn.GeNNModel.known_preferences, *GPU_PREFERENCES)

    def __init__(
        self,
        precision: Any = "float",
        model_name: str = "GeNNModel",
        backend: str | None = None,
        time_precision: Any = None,
        **preferences: object,
    ) -> None:
        if backend in _BACKENDS:
            _announce(backend)
            backend = None
        super().__init__(precision, model_name, backend, time_precision, **preferences)

    @property
    def backend_name(self) -> str:
        """Name of the backend; setting another name has no effect on what runs."""
        return BACKEND_NAME

    @backend_name.setter
    def backend_name(self, name: str) -> None:
        self.refuse_if_built("set backend_name")
        if name not in (BACKEND_NAME, *_BACKENDS):
            listed = ", ".join(f"'{known}'" for known in (BACKEND_NAME, *_BACKENDS))
            raise KeyError(f"Unknown backend {shown(name)}; the backends are {listed}.")
        if name != BACKEND_NAME:
            _announce(name)


class _GeNNModelV4(v4_9.GeNNModel):
    """A model of PyGeNN 4.9 that says on the terminal which backend runs it."""

    def _serve_instead_of(self, backend: str) -> None:
        _announce(backend)


for _class in (_GeNNModel, _GeNNModelV4):
    _class.__name__ = _class.__qualname__ = "GeNNModel"


def _deferring(factory: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that describes a model, and whose errors about code are raised later.

    Scripts often begin by describing models that they never use, and PyGeNN does not read the code
    of those. A mistake is told at once, and is an error where something uses the model.
    """

    @functools.wraps(factory)
    def describe(*arguments: Any, **keywords: Any) -> Any:
        try:
            return factory(*arguments, **keywords)
        except NotImplementedError as error:
            return Unavailable(error)
        except CodeStringError as error:
            warn_user(f"This model can be described, but not used. {error}")
            return Unavailable(error)

    return describe


def _described(names: Mapping[str, Any]) -> dict[str, Any]:
    """Return `names` with the functions that describe models put into `_deferring`."""
    endings = ("_model", "_snippet", "_class")
    callback = ("create_dpf_class", "create_cmlf_class", "create_cksf_class")
    return {
        name: _deferring(value)
        if name.startswith("create_") and name.endswith(endings) and name not in callback
        else value
        for name, value in names.items()
    }


def names(version: str) -> dict[str, Any]:
    """Return the names that a version of PyGeNN has in ``pygenn.genn_model``.

    Parameters
    ----------
    version
        ``"4.9"`` or ``"5"``. The names of the latter are those of ``pygenn``, too.
    """
    if version == "4.9":
        own = {name: getattr(v4_9, name) for name in v4_9.__all__}
        return {**_described(own), "GeNNModel": _GeNNModelV4}
    own = {name: getattr(numbagenn, name) for name in numbagenn.__all__ if name not in _OWN}
    return {**_described(own), "GeNNModel": _GeNNModel}


_GROUPS_4_9 = {
    kind.__name__: kind
    for kind in (
        _GeNNModelV4.neuron_class,
        _GeNNModelV4.synapse_class,
        _GeNNModelV4.source_class,
        _GeNNModelV4.update_class,
    )
}
_NAMES_4_9 = {*names("4.9"), *_GROUPS_4_9, "genn_wrapper", "genn_groups"}
_NAMES_5 = {*names("5"), "types", "backend_modules"}

#: Functions and modules that only one of the two versions has.
ONLY_4_9 = frozenset(_NAMES_4_9 - _NAMES_5)
ONLY_5 = frozenset(_NAMES_5 - _NAMES_4_9)


@functools.cache
def _contents(version: str) -> dict[str, Mapping[str, Any]]:
    """Return the contents of the modules that only list names."""
    public = names(version)
    if version == "4.9":
        return {
            "pygenn": {**public, **_GROUPS_4_9},
            "pygenn.genn_model": {**public, **_GROUPS_4_9},
            **wrapper.modules(),
            "pygenn.genn_groups": _GROUPS_4_9,
        }
    return modules_5.modules(public)


@functools.cache
def _names_of(version: str) -> dict[str, set[str]]:
    """Return the names in all modules and in the modules inside them."""
    found = {name: set(content) for name, content in _contents(version).items()}
    for name in found:
        parent, _, child = name.rpartition(".")
        if parent:
            found[parent].add(child)
    return found


def missing_names(version: str, remedy: str = REMEDY) -> MissingNames:
    """Return the finder that explains why a stand-in lacks a name, for the end of `sys.meta_path`.

    Parameters
    ----------
    version
        ``"4.9"`` or ``"5"``.
    remedy
        What to do about a name of the ``{other}`` version, for messages.
    """
    return MissingNames(version, _names_of, remedy)


def stand_in(version: str, remedy: str = REMEDY) -> dict[str, ModuleType]:
    """Return modules that take the place of ``pygenn`` and its parts.

    Parameters
    ----------
    version
        ``"4.9"`` or ``"5"``.
    remedy
        What to do about a name of the ``{other}`` version, for messages.

    Returns
    -------
    dict of str to ModuleType
        The modules by their full names.

    Examples
    --------
    >>> modules = stand_in("5")
    >>> modules["pygenn"].genn_model is modules["pygenn.genn_model"]
    True
    """
    missing = missing_names(version, remedy)
    modules = {name: _module(name, content) for name, content in _contents(version).items()}
    for name, module in modules.items():
        module.__getattr__ = missing.attributes_of(name)  # type: ignore[method-assign]
    for name, module in modules.items():
        # Without a path, what is not among the modules is not found elsewhere either.
        module.__dict__.setdefault("__path__", [])
        parent, _, child = name.rpartition(".")
        if parent:
            setattr(modules[parent], child, module)
    modules["pygenn"].__version__ = VERSIONS[version]  # type: ignore[attr-defined]
    return modules


def _module(name: str, content: Mapping[str, Any]) -> ModuleType:
    module = ModuleType(name, "PyGeNN's names, in numbagenn.")
    vars(module).update(content)
    module.__all__ = sorted(content)  # type: ignore[attr-defined]
    return module


def put_in_place(version: str, remedy: str = REMEDY) -> Callable[[], None]:
    """Make ``import pygenn`` give numbagenn, and return what undoes that.

    Parameters
    ----------
    version
        ``"4.9"`` or ``"5"``: the PyGeNN whose names it has.
    remedy
        What to do about a name of the ``{other}`` version, for messages.
    """
    kept = {name: sys.modules.pop(name) for name in list(sys.modules) if is_pygenn(name)}
    missing = missing_names(version, remedy)
    sys.modules.update(stand_in(version, remedy))
    sys.meta_path.append(missing)

    def take_back() -> None:
        sys.meta_path.remove(missing)
        for name in [name for name in sys.modules if is_pygenn(name)]:
            del sys.modules[name]
        sys.modules.update(kept)

    return take_back


def is_pygenn(name: str) -> bool:
    """Return whether a module is ``pygenn``, or inside it."""
    return name == "pygenn" or name.startswith("pygenn.")
