"""In which order PyGeNN adds up what reaches an input: it decides the last bit.

PyGeNN goes through current sources in the order in which they were added, and through synapses in
the reverse of it. Then it sorts both by SHA-1 digests of what they do. So the digests are made here
of the same bytes. Of models that are built in, only the digests are known here, not the code.

Those with the same digest keep their order if there are few. The sort of GNU's C++ library mixes
them if there are many, and so does `_sorted`.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from hashlib import sha1
from typing import TypeVar

import numpy as np

from numbagenn.base.types import ResolvedType, TypeLike
from numbagenn.memory.buffers import Buffer
from numbagenn.models.builtin_models import FAMILIES
from numbagenn.models.descriptions import (
    CurrentSourceModel,
    DeclaredReference,
    DerivedParameter,
    ExtraGlobalParam,
    Parameter,
    PostsynapticModel,
    Var,
)
from numbagenn.network.current_sources import CurrentSource
from numbagenn.network.synapse_groups import SynapseGroup

# What PyGeNN makes of its own models.
_BUILT_IN = {
    "DeltaCurr": "866ebe3e638ba4a8f2b13680c81e8b0495998bf5",
    "ExpCurr": "31aee21b8fdb5355e4ad926c76b07edbc8d7fae3",
    "ExpCond": "3cb3bd51474341702608101ec2dac0aef85ce2e7",
    "DC": "7865b781fc371dfb18ce075968907350cc61dc89",
    "GaussianNoise": "c62eeb5f390cb9862ed5bb6ad6eb05034d23f0e3",
    "PoissonExp": "966b6832935eb2aa71ef24ca762c79fcb864ec81",
}
_WORDS = 5

# As many are sorted by insertion.
_FEW = 16

_Item = TypeVar("_Item")


def in_order_of_synapses(synapses: Sequence[SynapseGroup]) -> list[SynapseGroup]:
    """Return the synapses to one population as PyGeNN adds them up.

    Of those that share their input there is one, in the place of the last of them.
    """
    holders = {group.own_out_post.buffer: group for group in synapses}
    # A dict keeps the place of what comes first, which is the last here.
    last: dict[Buffer, SynapseGroup] = {}
    for group in reversed(synapses):
        last.setdefault(group.out_post_buffer, group)
    order = _sorted(last, lambda buffer: _digest_of_synapses(last[buffer]))
    return [holders[buffer] for buffer in order]


def in_order_of_sources(sources: Iterable[CurrentSource]) -> list[CurrentSource]:
    """Return the current sources of one population as PyGeNN adds them up."""
    return _sorted(sources, _digest_of_source)


def _sorted(items: Iterable[_Item], digest: Callable[[_Item], bytes]) -> list[_Item]:
    """Return items sorted by their digests, those that are equal in the order of C++."""
    pairs = [(digest(item), item) for item in items]
    parts = [(0, len(pairs))]
    while parts:
        first, last = parts.pop()
        if last - first > _FEW:
            cut = _partition(pairs, first, last)
            parts += [(first, cut), (cut, last)]
    return [item for _, item in sorted(pairs, key=_key)]


def _partition(pairs: list[tuple[bytes, _Item]], first: int, last: int) -> int:
    """Exchange items so that none before the cut is above one after it, and return the cut."""
    middle = _median(pairs, first + 1, (first + last) // 2, last - 1)
    pairs[first], pairs[middle] = pairs[middle], pairs[first]
    pivot, low, high = _key(pairs[first]), first + 1, last - 1
    while True:
        while _key(pairs[low]) < pivot:
            low += 1
        while pivot < _key(pairs[high]):
            high -= 1
        if low >= high:
            return low
        pairs[low], pairs[high] = pairs[high], pairs[low]
        low, high = low + 1, high - 1


def _median(pairs: Sequence[tuple[bytes, _Item]], one: int, two: int, three: int) -> int:
    """Return which of three places has the middle one of their digests."""
    a, b, c = (_key(pairs[place]) for place in (one, two, three))
    if a < b:
        return two if b < c else three if a < c else one
    return one if a < c else three if b < c else two


def _key(pair: tuple[bytes, object]) -> bytes:
    return pair[0]


def _digest_of_synapses(group: SynapseGroup) -> bytes:
    model, read = group.postsynaptic.model, group.references.post_psm.items()
    data = _Bytes()
    data.digest(_digest_of_model(model, model.neuron_var_refs, model.get_sim_code()))
    data.number("I", group.max_dendritic_delay_timesteps)
    data.text(group.post_target_var)
    data.texts({variable for name, variable in read if name in group.usage.names})
    data.texts({variable for name, variable in read if name in group.indexed_variables})
    data.texts(group.dynamic_names("postsynaptic"))
    data.targets(group.references.psm)
    return data.sha1()


def _digest_of_source(source: CurrentSource) -> bytes:
    model = source.model
    data = _Bytes()
    data.digest(_digest_of_model(model, model.neuron_var_refs, model.get_injection_code()))
    data.text(source.target_var)
    data.texts(source.dynamic_names(""))
    data.targets(source.references)
    return data.sha1()


def _digest_of_model(
    model: PostsynapticModel | CurrentSourceModel,
    references: Collection[DeclaredReference],
    code: str,
) -> bytes:
    _, built_in = FAMILIES[type(model)]
    if built_in().get(model.class_name) is model:
        return bytes.fromhex(_BUILT_IN[model.class_name])
    data = _Bytes()
    data.each(model.params, data.constant)
    data.each(model.derived_params, data.constant)
    data.each(model.extra_global_params, data.constant)
    data.each(model.vars, data.variable)
    data.each(references, data.variable)
    data.text(code)
    return data.sha1()


class _Bytes:
    """The bytes that PyGeNN makes digests of."""

    def __init__(self) -> None:
        self._data = bytearray()

    def sha1(self) -> bytes:
        """Return the digest; to be compared from its first byte on."""
        return sha1(self._data, usedforsecurity=False).digest()

    def number(self, kind: str, value: float) -> None:
        self._data += struct.pack(f"<{kind}", value)

    def text(self, text: str) -> None:
        encoded = text.encode()
        self.number("Q", len(encoded))
        self._data += encoded

    def each(self, items: Collection[_Item], add: Callable[[_Item], None]) -> None:
        self.number("Q", len(items))
        for item in items:
            add(item)

    def texts(self, names: Iterable[str]) -> None:
        self.each(sorted(names), self.text)

    def targets(self, references: Mapping[str, str]) -> None:
        for name in sorted(references):
            self.text(references[name])

    def digest(self, digest: bytes) -> None:
        self.each(struct.unpack(f">{_WORDS}I", digest), lambda word: self.number("I", word))

    def named(self, name: str, type_: TypeLike) -> None:
        self.text(name)
        self.number("Q", isinstance(type_, str))
        if isinstance(type_, str):
            self.text(type_)
        else:
            self._resolved(type_)

    def constant(self, item: Parameter | DerivedParameter | ExtraGlobalParam) -> None:
        self.named(item.name, item.type)

    def variable(self, item: Var | DeclaredReference) -> None:
        self.named(item.name, item.type)
        self.number("I", int(item.access))

    def _resolved(self, type_: ResolvedType) -> None:
        """Add what PyGeNN knows of a numeric type."""
        dtype, is_integer = type_.dtype, not type_.is_float
        self.number("?", False)
        self.number("Q", 0)
        self.number("Q", dtype.itemsize)
        self.number("?", True)
        self.number("i", _RANKS[dtype.name])
        for limit in _limits(type_):
            wide = 2 if dtype.name not in ("uint32", "uint64") else 1
            self.number("Q", wide if is_integer else 0)
            self.number("dQq"[wide if is_integer else 0], limit)
        self.number("i", 0 if is_integer else {4: 9, 8: 17}[dtype.itemsize])
        self.number("?", dtype.kind in "if")
        self.number("?", is_integer)
        self.text("u" if type_.is_unsigned else "f" if dtype.name == "float32" else "")


# The order of types in conversions.
_RANKS = {
    **{"bool": 0, "int8": 10, "int16": 20, "int32": 30, "int64": 40},
    **{"uint8": 10, "uint16": 20, "uint32": 30, "uint64": 40},
    **{"float32": 50, "float64": 60},
}


def _limits(type_: ResolvedType) -> tuple[float, float, float]:
    """Return the limits of a type as C++ has them: the smallest of floats is above 0."""
    if type_.is_bool:
        return 0, 1, 0
    if type_.is_float:
        real = np.finfo(type_.dtype)
        return float(real.tiny), float(real.max), float(real.min)
    whole = np.iinfo(type_.dtype)
    return whole.min, whole.max, whole.min
