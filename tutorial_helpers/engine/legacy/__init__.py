"""The API of PyGeNN 4.9, on the bundled engine: what ``pygenn.genn_model`` held then.

It is a thin layer: code strings are rewritten, arguments put in the order of today, and everything
is done by the classes of `tutorial_helpers.engine`. ``docs/from_4_9.md`` shows both side by side.
"""

from tutorial_helpers.engine.initialisers import init_var
from tutorial_helpers.engine.legacy.connectivity import (
    create_custom_sparse_connect_init_snippet_class,
    init_connectivity,
)
from tutorial_helpers.engine.legacy.descriptions import (
    create_cksf_class,
    create_cmlf_class,
    create_custom_current_source_class,
    create_custom_custom_update_class,
    create_custom_init_var_snippet_class,
    create_custom_neuron_class,
    create_custom_postsynaptic_class,
    create_custom_weight_update_class,
    create_dpf_class,
)
from tutorial_helpers.engine.legacy.model import GeNNModel
from tutorial_helpers.engine.references import (
    create_egp_ref,
    create_psm_egp_ref,
    create_psm_var_ref,
    create_var_ref,
    create_wu_egp_ref,
    create_wu_post_var_ref,
    create_wu_pre_var_ref,
    create_wu_var_ref,
)

__all__ = [
    "GeNNModel",
    "create_cksf_class",
    "create_cmlf_class",
    "create_custom_current_source_class",
    "create_custom_custom_update_class",
    "create_custom_init_var_snippet_class",
    "create_custom_neuron_class",
    "create_custom_postsynaptic_class",
    "create_custom_sparse_connect_init_snippet_class",
    "create_custom_weight_update_class",
    "create_dpf_class",
    "create_egp_ref",
    "create_psm_egp_ref",
    "create_psm_var_ref",
    "create_var_ref",
    "create_wu_egp_ref",
    "create_wu_post_var_ref",
    "create_wu_pre_var_ref",
    "create_wu_var_ref",
    "init_connectivity",
    "init_var",
]
