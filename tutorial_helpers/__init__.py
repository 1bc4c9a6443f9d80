"""The helpers of the tutorials: data, models, inference and figures.

Nothing happens on import. The notebooks get PyGeNN's API from `tutorial_helpers.pygenn`, and
nothing takes the place of an installed ``pygenn``. ``README.md`` says what to read first.
"""

__version__ = "0.1.0"
