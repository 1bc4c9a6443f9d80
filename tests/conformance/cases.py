"""Networks that run alike on PyGeNN and on numbagenn, and what is read from them.

A case is a function that takes the module to test, builds and runs a network with its names alone,
and returns everything it read as arrays. The same function is run on real PyGeNN by
``tools/record.py`` and on numbagenn by ``test_recorded.py``. The functions are in the
modules ``cases_*``, by subject; to import this one fills the table.

All cases keep to device semantics: what they write is pushed, what they read is pulled. They hold a
reference to every model they make for as long as the network lives, because PyGeNN does not.

Arrays whose name ends in ``_libm`` hold results of functions that the C library may round
differently elsewhere, and in ``_libm_fed_back`` what such results grow into; ``NAME_labels`` says
what the rows of the array ``NAME`` are. Of arrays whose name ends in ``_sample``, which are random,
only the distribution is compared.
"""

from __future__ import annotations

from tests.conformance import (
    cases_arrays,
    cases_delays,
    cases_draws,
    cases_dynamics,
    cases_events,
    cases_fusing,
    cases_initialisation,
    cases_kernels,
    cases_language,
    cases_learning,
    cases_learning_in_time,
    cases_lifecycle,
    cases_networks,
    cases_neurons,
    cases_plasticity,
    cases_printing,
    cases_references,
    cases_rewiring,
    cases_sparse,
    cases_sums,
    cases_synapses,
    cases_time_steps,
    cases_updates,
)
from tests.conformance.casebook import CASES, Arrays, Case

MODULES = (
    cases_arrays,
    cases_delays,
    cases_draws,
    cases_dynamics,
    cases_events,
    cases_fusing,
    cases_initialisation,
    cases_kernels,
    cases_language,
    cases_learning,
    cases_learning_in_time,
    cases_lifecycle,
    cases_networks,
    cases_neurons,
    cases_plasticity,
    cases_printing,
    cases_references,
    cases_rewiring,
    cases_sparse,
    cases_sums,
    cases_synapses,
    cases_time_steps,
    cases_updates,
)

__all__ = ["CASES", "MODULES", "Arrays", "Case"]
