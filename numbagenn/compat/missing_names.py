"""Names that scripts import from PyGeNN and that a stand-in lacks: why, and what to do.

PyGeNN 5.4 and 4.9 have more names than numbagenn. Each of them is listed here with its
purpose. A script that imports such a name gets a message with this purpose. The message mentions
the other version of the API only if the name belongs to that version.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Mapping

from numbagenn.base.suggestions import did_you_mean

#: Titles of the versions of the API, by the values of ``--api``.
TITLES = {"4.9": "PyGeNN 4.9", "5": "PyGeNN 5.4"}

#: What to do about a name of the other version where a command runs a script.
REMEDY = "run it with --api {other}"

_CPP = "what is made of C++"

# By version: names that PyGeNN has and numbagenn lacks, with their purpose.
_NAMES: dict[str, dict[str, str]] = {
    "5": {
        **dict.fromkeys(("Runtime", "generate_code"), _CPP),
    },
    "4.9": {
        **dict.fromkeys(("Snippet", "SharedLibraryModelNumpy"), _CPP),
        **dict.fromkeys(("Var", "VarRef", "VarInit", "EGP", "EGPRef", "ParamVal"), _CPP),
    },
}


def purpose(version: str, name: str) -> str:
    """Return the purpose of a name that a version of PyGeNN has and numbagenn lacks, or "".

    Parameters
    ----------
    version
        ``"4.9"`` or ``"5"``.
    name
        Name of something in a module, such as another module.

    Examples
    --------
    >>> purpose("5", "generate_code"), purpose("4.9", "generate_code")
    ('what is made of C++', '')
    """
    return _NAMES[version].get(name, "")


class MissingNames:
    """Explains why a stand-in lacks a module or name of ``pygenn``; belongs in `sys.meta_path`.

    If ``from pygenn import name`` does not find the name in the module, Python looks for a module
    of that name, and so it calls this finder.

    Parameters
    ----------
    version
        ``"4.9"`` or ``"5"``.
    names_of
        Returns, for a version, what each module of its stand-in has.
    remedy
        What to do about a name of the ``{other}`` version.
    """

    def __init__(
        self,
        version: str,
        names_of: Callable[[str], Mapping[str, Collection[str]]],
        remedy: str = REMEDY,
    ) -> None:
        self._version = version
        self._names_of = names_of
        self._remedy = remedy

    def find_spec(self, fullname: str, *where: object) -> None:
        """Raise if the name is one of ``pygenn``, because none of the modules has it."""
        module, _, name = fullname.rpartition(".")
        if module.split(".")[0] != "pygenn":
            return
        try:
            getattr(sys.modules[module], name)
        except AttributeError as error:
            why = str(error).removeprefix(_no_attribute(module, name))
        else:
            return
        if any(fullname in self._names_of(each) for each in TITLES):
            # Under a different name: with the one that it looks for, Python would ignore the error.
            raise ModuleNotFoundError(f"No module named '{fullname}'{why}", name=module)
        raise ImportError(f"cannot import name '{name}' from '{module}'{why}", name=module)

    def attributes_of(self, module: str) -> Callable[[str], object]:
        """Return the ``__getattr__`` of a module, which is called for names that it lacks."""

        def missing(name: str) -> object:
            why = "" if name.startswith("__") else f": {self._why(module, name)}"
            raise AttributeError(f"{_no_attribute(module, name)}{why}")

        return missing

    def _why(self, module: str, name: str) -> str:
        version, title = self._version, TITLES[self._version]
        own = self._names_of(version)
        homes = [home for home, names in own.items() if name in names]
        if homes:
            return f"it is in '{homes[0]}'; import it from there."
        what = purpose(version, name)
        if what:
            return (
                f"{title} has it, but numbagenn does not support {what}; run the script "
                "on real PyGeNN."
            )
        (other,) = TITLES.keys() - {version}
        if purpose(other, name) or any(name in names for names in self._names_of(other).values()):
            return (
                f"it belongs to {TITLES[other]}, and the script is run as one for {title}; "
                f"{self._remedy.format(other=other)}."
            )
        known = [*own.get(module, ()), *_NAMES[version]]
        return f"{title} has no such name{did_you_mean(name, known, '; correct it.', cutoff=0.65)}"


def _no_attribute(module: str, name: str) -> str:
    return f"module '{module}' has no attribute '{name}'"
