"""Names in code strings that only code of neurons knows, or only code of synapses."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence

NAMES_OF_NEURONS = ("id", "num_neurons")
NAMES_OF_SYNAPSES = ("id_pre", "id_post", "id_syn", "num_pre", "num_post")


def unavailable_names(subject: str, of_synapses: bool) -> dict[str, str]:
    """Return the names that code of the one kind does not know, with the reason.

    Examples
    --------
    >>> unavailable_names("the variable is", of_synapses=True)["id"]
    'the variable is of synapses, not of neurons.'
    """
    if of_synapses:
        return dict.fromkeys(NAMES_OF_NEURONS, f"{subject} of synapses, not of neurons.")
    return dict.fromkeys(NAMES_OF_SYNAPSES, f"{subject} of neurons, not of synapses.")


def unavailable_names_of_kernel(subject: str) -> dict[str, str]:
    """Return the names that code for the places of a kernel does not know, with the reason."""
    return dict.fromkeys(("id_pre", "id_post"), f"{subject} of a kernel that many synapses share.")


def kernel_names(place: str, size: Sequence[int]) -> dict[str, str]:
    """Return the names by which code knows a place in a kernel, with the Python for each.

    Parameters
    ----------
    place
        Text of the number of the place.
    size
        Size of the kernel in each dimension; none if there is no kernel.

    Examples
    --------
    >>> kernel_names("kernel", (3, 4))["id_kernel_0"]
    'uint32(kernel // 4 % 3)'
    """
    names = {"id_kernel": f"uint32({place})"} if size else {}
    for axis, length in enumerate(size):
        stride = math.prod(size[axis + 1 :])
        names[f"id_kernel_{axis}"] = f"uint32({place} // {stride} % {length})"
    return names


def kernel_dims_named(names: Iterable[str]) -> int:
    """Return the fewest dimensions that a kernel can have in which these names are known.

    Examples
    --------
    >>> kernel_dims_named(["id_kernel_2", "id_pre"]), kernel_dims_named(["id_pre"])
    (3, 0)
    """
    found = [re.fullmatch(r"id_kernel(?:_(\d))?", name) for name in names]
    return max((1 + int(match[1] or 0) for match in found if match), default=0)
