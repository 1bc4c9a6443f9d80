"""Names of PyGeNN that are here only to say that numbagenn does not support what they are for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numbagenn.base.wording import unsupported

_CONNECTIVITY_UPDATES = "custom connectivity updates"


def _refusing(name: str, what: str) -> Callable[..., Any]:
    """Return a function of PyGeNN that refuses, whatever it is given."""

    def refuse(*_: object, **__: object) -> Any:
        raise unsupported(f"{what} ({name})")

    refuse.__name__ = refuse.__qualname__ = name
    refuse.__doc__ = f"Refuse: numbagenn does not support {what}."
    return refuse


class CustomConnectivityUpdate:
    """An operation that changes connections, which numbagenn does not support; so there is none."""

    def __init__(self, *_: object, **__: object) -> None:
        raise unsupported(_CONNECTIVITY_UPDATES)


create_custom_connectivity_update_model = _refusing(
    "create_custom_connectivity_update_model", _CONNECTIVITY_UPDATES
)
create_pre_var_ref = _refusing("create_pre_var_ref", _CONNECTIVITY_UPDATES)
create_post_var_ref = _refusing("create_post_var_ref", _CONNECTIVITY_UPDATES)
