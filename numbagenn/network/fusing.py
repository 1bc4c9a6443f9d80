"""Fusing: synapse populations that do the same with their input share the memory of it.

What the synapses of all of them bring to a neuron is then added up first, and the postsynaptic
model runs once for it. That rounds differently, and changes nothing else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable
from typing import Any

import numpy as np

from numbagenn.memory.buffers import Buffer
from numbagenn.models.given_values import VarInit
from numbagenn.network.synapse_groups import SynapseGroup


def fuse(synapses: Iterable[SynapseGroup], *, wanted: bool) -> None:
    """Let synapse populations share memory where they can, if that is `wanted`, and else undo it.

    The first of those that share it holds the memory.
    """
    alike: dict[Hashable, list[SynapseGroup]] = defaultdict(list)
    feeding_back: dict[Hashable, list[SynapseGroup]] = defaultdict(list)
    for group in synapses:
        group.fused.clear()
        for buffer in _postsynaptic(group):
            buffer.is_shared = False
        if wanted and (key := _postsynaptic_key(group)) is not None:
            alike[key].append(group)
        if wanted and "addToPre" in group.usage.called:
            feeding_back[group.src.name, group.pre_target_var].append(group)
    for holder, *others in alike.values():
        for group in others:
            for own, shared in zip(_postsynaptic(group), _postsynaptic(holder), strict=True):
                group.fused[own] = shared
                own.is_shared = shared.is_shared = True
    for holder, *others in feeding_back.values():
        for group in others:
            group.fused[group.own_out_pre] = holder.own_out_pre


def _postsynaptic(group: SynapseGroup) -> list[Buffer]:
    """Return the memory that a population shares where its input is fused with that of others."""
    variables = [variable.buffer for variable in group.psm_vars.values()]
    return [group.own_out_post.buffer, group.own_den_delay, *variables]


def _postsynaptic_key(group: SynapseGroup) -> Hashable:
    """Return what populations have in common whose inputs can be fused; None if this one's cannot.

    It cannot if its postsynaptic model reads what may be changed for one population alone.
    """
    model = group.postsynaptic.model
    bound = group.bound_postsynaptic()
    starts = [_number(variable.initial) for variable in group.psm_vars.values()]
    changeable = bound.buffers.keys() - group.psm_vars.keys()
    if None in starts or group.own_out_post.initial is not None:
        return None
    if changeable & model.sim_code.usage.names:
        return None
    return (
        group.trg.name,
        group.post_target_var,
        model.sim_code.text,
        tuple((param.name, param.type, bound.params[param.name]) for param in model.constants),
        model.vars,
        tuple(starts),
        model.neuron_var_refs,
        tuple(bound.references.items()),
        tuple(variable.buffer.slots for variable in group.psm_vars.values()),
        group.max_dendritic_delay_timesteps,
        "addToPostDelay" in group.usage.called,
    )


def _number(initial: Any) -> float | None:
    """Return the number that all values of a variable start from, if there is one."""
    if isinstance(initial, VarInit):
        return initial.number
    return None if initial is None or np.ndim(initial) else float(initial)
