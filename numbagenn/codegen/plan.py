"""What building a model results in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from numbagenn.codegen.arguments import Scratch
from numbagenn.codegen.custom_updates import CustomUpdateCall
from numbagenn.codegen.event_kinds import Phase
from numbagenn.memory.buffers import Buffer
from numbagenn.memory.recording import Recorder


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What building a model results in.

    Parameters
    ----------
    source
        Text of the module with all kernels of the model.
    buffers
        Memory that the kernel ``simulate`` takes, in order.
    recorders
        Recordings that it takes after these.
    scratch
        Arrays that it takes after these; each thread that runs it needs some of its own, which hold
        zeros before the first time.
    phases
        The phases of a step in which there is something to do.
    custom_updates
        By name: how each custom update is run.
    in_order
        Whether all batch elements must have finished a phase of a step before any goes on, one
        after the other, because they share arrays that code assigns.
    """

    source: str
    buffers: tuple[Buffer, ...]
    recorders: tuple[Recorder, ...]
    scratch: tuple[Scratch, ...]
    phases: tuple[Phase, ...]
    custom_updates: Mapping[str, CustomUpdateCall]
    in_order: bool
