"""Names in code strings that only code of neurons knows, or only code of synapses."""

from __future__ import annotations

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
