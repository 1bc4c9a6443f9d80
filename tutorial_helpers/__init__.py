"""The helpers of the tutorials: data, models, inference and figures.

Nothing happens on import. The notebooks get PyGeNN's API from `tutorial_helpers.pygenn`, and
nothing takes the place of an installed ``pygenn``. ``README.md`` says what to read first.
"""


def __getattr__(name: str) -> str:
    """Return ``__version__``, numbagenn's own, which only costs the time to load that if asked."""
    if name != "__version__":
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    from numbagenn import __version__

    return __version__
