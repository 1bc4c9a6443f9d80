"""Steps of one network that threads share, each of them taking parts of the neurons.

A part is the same range of each population, with all synapses to it. Parts work on memory of their
own, and read only what earlier steps have left, so that no result depends on who takes them. A
thread takes its own part of each step, and then those that nobody has taken yet: one that comes
late, or that the machine keeps waiting, holds up a step only if it has begun a part of it. The last
one to finish a part of a step ends the step. All others wait for that.

What threads need to know of each other are further numbers of the batch counter: how many steps
have ended, how many parts are finished, whether one thread is to do the rest alone, and of each
part what became of it. Each has a cache line of its own.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from numbagenn.base.array_conventions import END
from numbagenn.kernels.batch_counter import Counter
from numbagenn.kernels.jit import device_function, separate_function
from numbagenn.kernels.spike_lists import collect

# Numbers in a cache line.
_LINE = 8

_STEPS, _PARTS, ALONE, FIRST_PART = range(_LINE, 5 * _LINE, _LINE)

# How often a thread looks whether others finish a step before it looks whether they have begun.
_FEW_LOOKS = 64

# How often a thread looks before it lets others run: one that it waits for may have been put on the
# same processor, where it cannot go on meanwhile.
_SOME_LOOKS = 1_000

# Parts begin at multiples of so many neurons, of which even the flags fill a cache line.
_NEURONS_TOGETHER = 64


def new_shared_counter(parts: int, done: int, *, alone: bool) -> Counter:
    """Return a counter for steps that threads share, of which so many are done.

    With `alone`, the first thread that comes does everything.
    """
    counter = np.zeros(FIRST_PART + _LINE * parts, np.int64)
    counter[_STEPS] = done
    counter[_PARTS] = done * parts
    counter[FIRST_PART::_LINE] = 2 * done
    counter[ALONE] = alone
    return counter


def _at(generate: Callable[..., Any]) -> Any:
    """Return a function for kernels that works on one number of a counter, given its place."""

    def typed(result: Any, *given: Any) -> tuple[Any, Any]:
        def generated(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
            value = generate(builder, builder.gep(data, [arguments[1]]), *arguments[2:])
            return context.get_dummy_value() if result is types.none else value

        return result(*given), generated

    return typed


_do_load = _at(lambda builder, place: builder.load_atomic(place, "acquire", align=8))
_do_store = _at(lambda builder, place, number: builder.store_atomic(number, place, "release", 8))
_do_add = _at(lambda builder, place, number: builder.atomic_rmw("add", place, number, "acq_rel"))
_do_swap = _at(
    lambda builder, place, old, new: builder.extract_value(
        builder.cmpxchg(place, old, new, "acq_rel", "monotonic"), 1
    )
)


@intrinsic
def _load(typing_context, counter, place):
    return _do_load(types.int64, counter, types.int64)


@intrinsic
def _store(typing_context, counter, place, number):
    return _do_store(types.none, counter, types.int64, types.int64)


@intrinsic
def _add(typing_context, counter, place, number):
    """Add to a number and return what it was."""
    return _do_add(types.int64, counter, types.int64, types.int64)


@intrinsic
def _swap(typing_context, counter, place, old, new):
    """Replace a number if it is the old one, and return whether it was."""
    return _do_swap(types.boolean, counter, types.int64, types.int64, types.int64)


# What tells a processor that a loop waits for another one, and with what number.
_HINTS = {"x86_64": ("llvm.x86.sse2.pause", []), "aarch64": ("llvm.aarch64.hint", [1])}
_MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}


@intrinsic
def _wait_a_little(typing_context):
    machine = platform.machine().lower()
    name, numbers = _HINTS.get(_MACHINES.get(machine, machine), ("", []))

    def generate(context, builder, signature, arguments):
        if name:
            word = ir.IntType(32)
            kind = ir.FunctionType(ir.VoidType(), [word] * len(numbers))
            hint = builder.module.globals.get(name) or ir.Function(builder.module, kind, name)
            builder.call(hint, [ir.Constant(word, number) for number in numbers])
        return context.get_dummy_value()

    return types.none(), generate


if os.name == "posix":
    _let_others_run = types.ExternalFunction("sched_yield", types.int32())
else:
    _let_others_run = _wait_a_little


@device_function
def num_parts(counter):
    """Return how many parts the neurons have."""
    return (counter.size - FIRST_PART) // _LINE


@device_function
def steps_ended(counter):
    """Return how many steps have ended."""
    return _load(counter, _STEPS)


@device_function
def leaves(counter, thread):
    """Return whether a thread has nothing to do any more: the first one does the rest alone."""
    return thread > 0 and _load(counter, ALONE) != 0


@device_function
def ended_soon(counter, done):
    """Return whether the step after so many ends within a few microseconds.

    Meanwhile its threads are not disturbed by others that look for parts of it.
    """
    for _ in range(_FEW_LOOKS):
        if _load(counter, _STEPS) > done:
            return True
        _wait_a_little()
    return False


@device_function
def take_parts(counter, begin, done):
    """Take a part of the step after so many, or all that follow if one thread does everything.

    Returns
    -------
    int
        The part after the last one that was taken; `begin` if another thread has it.
    """
    end, most = begin, begin + 1
    if _load(counter, ALONE) != 0:
        most = num_parts(counter)
    while end < most and _swap(counter, FIRST_PART + _LINE * end, 2 * done, 2 * done + 1):
        end += 1
    return end


@device_function
def finish_parts(counter, begin, end, done):
    """Count parts as finished, and return whether they were the last ones of their step."""
    for part in range(begin, end):
        _store(counter, FIRST_PART + _LINE * part, 2 * done + 2)
    finished = _add(counter, _PARTS, end - begin) + end - begin
    return finished == (done + 1) * num_parts(counter)


@device_function
def end_step(counter, done):
    """Let all threads see that the step after so many has ended."""
    _store(counter, _STEPS, done + 1)


@device_function
def wait_for_step(counter, done, patience):
    """Wait until the step after so many has ended, and return how many have.

    Who has looked some times lets other threads run, and after `patience` times does not count on
    them any more.
    """
    looks = 0
    while _load(counter, _STEPS) <= done:
        looks += 1
        if looks < _SOME_LOOKS:
            _wait_a_little()
        else:
            _let_others_run()
        if looks == patience:
            _store(counter, ALONE, 1)
    return _load(counter, _STEPS)


@device_function
def first_of_part(count, part, parts):
    """Return the first neuron of a part of so many neurons.

    Of this type it cannot be negative, and loops that begin there are compiled for that.
    """
    groups = (count + _NEURONS_TOGETHER - 1) // _NEURONS_TOGETHER
    return np.uint32(min(count, groups * part // parts * _NEURONS_TOGETHER))


@device_function
def list_part(fired, begin, end, parts, listed):
    """List the neurons of some parts of which the flags are set.

    `listed` has a place for each neuron. The list begins at that of the first one of these parts,
    and ends with a mark, unless it is full.
    """
    first = np.int64(first_of_part(listed.size, begin, parts))
    last = np.int64(first_of_part(listed.size, end, parts))
    # The array of flags goes on with zeros to a multiple of eight.
    count = collect(fired[first : (last + 7) // 8 * 8], listed[first:last])
    after = first + np.int64(count)
    for place in range(first, after):
        listed[place] += np.uint32(first)
    for part in range(begin + 1, end):
        first = np.int64(first_of_part(listed.size, part, parts))
        if after <= first < last:
            listed[first] = END


@device_function
def record_part(listed, begin, end, parts, words):
    """Set the bits of some parts in a step of a recording, as `record` does for all neurons."""
    first = np.int64(first_of_part(listed.size, begin, parts))
    last = np.int64(first_of_part(listed.size, end, parts))
    for word in range(first // 32, (last + 31) // 32):
        words[word] = np.uint32(0)
    for place in range(first, last):
        neuron = listed[place]
        if neuron == END:
            break
        words[neuron >> np.uint32(5)] |= np.uint32(1) << (neuron & np.uint32(31))


@separate_function
def join_parts(listed, parts, spikes):
    """Join the lists of all parts to one like that of `collect`, and return its length."""
    count = np.int64(0)
    for part in range(parts):
        first = np.int64(first_of_part(spikes.size, part, parts))
        for place in range(first, np.int64(first_of_part(spikes.size, part + 1, parts))):
            if listed[place] == END:
                break
            spikes[count] = listed[place]
            count += 1
    if count < spikes.size:
        spikes[count] = END
    return np.uint32(count)
