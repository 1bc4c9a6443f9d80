"""Helpers of the tutorial series: data, models, inference, figures, and the bundled engine.

Nothing happens on import, and nothing is put in anybody's place: `tutorial_helpers.pygenn` is where
the notebooks get PyGeNN's API from.
"""

__version__ = "0.1.0"
