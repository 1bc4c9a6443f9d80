"""What ``pygenn.genn_wrapper`` holds in PyGeNN 4.9: numbers, and built-in models as classes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numbagenn.base.wording import unsupported
from numbagenn.compat.v4_9.builtin_models import find, names_of
from numbagenn.compat.v4_9.enums import CUDA, MODELS, SPAN_TYPES, WRAPPER
from numbagenn.models.descriptions import (
    CurrentSourceModel,
    CustomUpdateModel,
    Model,
    NeuronModel,
    PostsynapticModel,
    SparseConnectivityInitSnippet,
    ToeplitzConnectivityInitSnippet,
    VarInitSnippet,
    WeightUpdateModel,
)

_FAMILIES: dict[str, type[Model]] = {
    "NeuronModels": NeuronModel,
    "PostsynapticModels": PostsynapticModel,
    "WeightUpdateModels": WeightUpdateModel,
    "CurrentSourceModels": CurrentSourceModel,
    "CustomUpdateModels": CustomUpdateModel,
    "InitVarSnippet": VarInitSnippet,
    "InitSparseConnectivitySnippet": SparseConnectivityInitSnippet,
    "InitToeplitzConnectivitySnippet": ToeplitzConnectivityInitSnippet,
}


# Vectors of C++, which are lists here.
_KINDS_OF_VECTORS = (
    *("String", "Double", "Float", "Int", "UnsignedInt", "Short", "UnsignedShort", "Long"),
    *("UnsignedLong", "LongLong", "UnsignedLongLong", "SignedChar", "UnsignedChar", "LongDouble"),
)


def _model_class(family: type[Model], name: str) -> type:
    """Return a class whose only instance is a built-in model, as in PyGeNN 4.9."""

    def get_instance(*_: object) -> Model:
        return find(name, family, name)

    parts = {"__new__": get_instance, "get_instance": staticmethod(get_instance)}
    return type(name, (), parts)


class Custom:
    """The base of models in C++, which numbagenn does not support."""

    def __init__(self, *_: object) -> None:
        raise unsupported("models written in C++", "PyGeNN 4.9")


def modules() -> dict[str, Mapping[str, Any]]:
    """Return what each module holds, by its full name."""
    families = {
        name: {
            **{model: _model_class(family, model) for model in names_of(family)},
            "Custom": Custom,
        }
        for name, family in _FAMILIES.items()
    }
    contents: dict[str, Mapping[str, Any]] = {
        "Models": MODELS,
        "CUDABackend": CUDA,
        "StlContainers": {f"{kind}Vector": list for kind in _KINDS_OF_VECTORS},
        "SynapseGroup": SPAN_TYPES,
        **families,
    }
    parts = {f"pygenn.genn_wrapper.{name}": content for name, content in contents.items()}
    return {"pygenn.genn_wrapper": WRAPPER, **parts}
