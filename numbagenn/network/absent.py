"""Names of PyGeNN that are here only to say that numbagenn does not support what they are for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numbagenn.base.wording import unsupported

_TOEPLITZ = "Toeplitz connectivity"


def _refusing(name: str, what: str) -> Callable[..., Any]:
    """Return a function of PyGeNN that refuses, whatever it is given."""

    def refuse(*_: object, **__: object) -> Any:
        raise unsupported(f"{what} ({name})")

    refuse.__name__ = refuse.__qualname__ = name
    refuse.__doc__ = f"Refuse: numbagenn does not support {what}."
    return refuse


create_toeplitz_connect_init_snippet = _refusing("create_toeplitz_connect_init_snippet", _TOEPLITZ)
init_toeplitz_connectivity = _refusing("init_toeplitz_connectivity", _TOEPLITZ)
