"""The notation of GeNN 4, as far as PyGeNN 5 reads it: ``$(V)``, and functions inside of ``$(…)``.

PyGeNN 5 does not read all that 4.9 had: not ``$(injectCurrent, x)``, for example. The stand-in for
4.9 does, in `compat.v4_9.rewriting`.
"""

from __future__ import annotations

import re

#: The present names of functions, whose arguments followed after a comma.
FUNCTIONS = {
    "addToInSyn": "addToPost",
    "addToInSynDelay": "addToPostDelay",
    "addToPre": "addToPre",
    "addSynapse": "addSynapse",
    "gennrand_log_normal": "gennrand_log_normal",
    "gennrand_gamma": "gennrand_gamma",
    "gennrand_binomial": "gennrand_binomial",
}

#: Functions that were written without arguments, and without brackets of their own.
WITHOUT_ARGUMENTS = ("gennrand_uniform", "gennrand_normal", "gennrand_exponential")

#: The present names of the times of spikes and events.
TIMES = {
    f"{before}s{event}T_{side}": f"{before}s{event}t_{side}"
    for before in ("", "prev_")
    for event in ("", "e")
    for side in ("pre", "post")
}

_NAME = r"\$\(\s*(?P<name>[A-Za-z_]\w*)\s*\)"
_CALL = rf"\$\(\s*(?P<function>{'|'.join(FUNCTIONS)})[ \t]*,"

#: Finds a name, or a function with the comma behind it.
NOTATION = re.compile(f"{_NAME}|{_CALL}")


def at_present(match: re.Match[str]) -> str:
    """Return what a match of `NOTATION` is called now; never longer than the match.

    Examples
    --------
    >>> NOTATION.sub(at_present, "$(addToInSyn, $(g) * $(gennrand_normal)); $(x) = $(sT_pre);")
    'addToPost( g * gennrand_normal()); x = st_pre;'
    """
    if match["function"]:
        return f"{FUNCTIONS[match['function']]}("
    name = match["name"]
    return f"{name}()" if name in WITHOUT_ARGUMENTS else TIMES.get(name, name)
