"""The ledger's entries: every feature of PyGeNN 5.4, and what numbagenn makes of it."""

from __future__ import annotations

from tools.ledger.entries import Feature, absent, alike, differs, same
from tools.ledger.probes import custom_body, pointers_in_support_code

FEATURES: dict[str, list[Feature]] = {
    "Models and their life": [
        same(
            "description, `build`, `load`, `step_time`, `unload`, and `load` again from the start",
            cases="random_network inputs_that_are_alike classifier_reload axonal_delays_converge",
            tests="test_lifecycle.py::test_unload_drops_everything_and_load_starts_afresh",
        ),
        same(
            "time: `dt`, `t`, `timestep`, which can be set; `timepoint` in code",
            cases="clock random_network_default_dt random_network_small_dt code_at_time_steps",
            tests="test_lifecycle.py::test_clock_counts_steps",
        ),
        same(
            "float and double, `time_precision`",
            cases="neurons_at_mixed_precisions code_at_mixed_precisions"
            " constants_at_mixed_precisions",
            tests="test_types.py::test_scalar_and_timepoint_follow_the_precision",
        ),
        same(
            "timers",
            tests="test_lifecycle.py::test_timers_change_no_result",
        ),
        same(
            "host and device: what is written is used once it is pushed, what is read was pulled",
            "as on a GPU; PyGeNN's CPU backend shares one memory between the two",
            cases="host_and_device",
            tests="test_lifecycle.py::test_a_host_write_is_invisible_until_it_is_pushed"
            " test_lifecycle.py::test_a_device_change_is_invisible_until_it_is_pulled",
        ),
        differs(
            "`dt`, `batch_size` and the like after `build`",
            "refused; PyGeNN accepts them, with inconsistent effects",
            tests="test_hazards.py::test_nothing_changes_after_building",
        ),
        differs(
            "`batch_size` 0, `dt` 0 or negative, populations without neurons",
            "refused; PyGeNN accepts them or fails later",
            tests="test_hazards.py::test_sizes_and_times_are_positive",
        ),
        differs(
            "preferences that are unknown",
            "refused by the constructor; PyGeNN refuses them in `build`",
            tests="test_errors.py::test_mistakes_are_named",
        ),
        differs(
            "`optimize_code=True`",
            "lets weights of neurons with the same spike train be summed up first, which rounds"
            " differently; PyGeNN compiles with `-O3 -ffast-math`",
            tests="test_spike_trains.py"
            "::test_summing_first_changes_nothing_but_how_sums_are_rounded"
            " test_spike_trains.py::test_neither_the_batch_nor_the_threads_matter",
        ),
        differs(
            "two models of one name in one process",
            "are independent; PyGeNN's share one compiled library",
            tests="test_hazards.py::test_models_of_one_name_are_independent",
        ),
        same(
            "all names of `pygenn` and of its public modules, and all public attributes of what"
            " they make; enumerations with PyGeNN's numbers, and `&`",
            "those of features that are not there only say so",
            tests="test_names.py::test_modules_have_the_names_of_pygenn"
            " test_names.py::test_objects_have_the_attributes_of_pygenn"
            " test_names.py::test_enumerations_have_the_numbers_of_pygenn",
        ),
        same(
            "models, snippets, initialisers and groups tell what they are made of:"
            " `pop.model.get_vars()`, `sg.wu_initialiser.snippet`",
            cases="what_models_tell",
        ),
        differs(
            "`VarLocation`, zero copy, `num_threads_per_spike`, `parallelism_hint`",
            "are kept and change nothing: everything is held on both sides; in PyGeNN a variable"
            " that is held on the device alone has no `view`",
            tests="test_locations.py::test_variables_are_seen_wherever_they_are_held",
        ),
        differs(
            "`set_array` of variables, `Runtime`, `generate_code`",
            "are not there: PyGeNN calls them itself, to work with what it compiled from C++",
            tests="test_names.py::test_objects_have_the_attributes_of_pygenn",
        ),
        differs(
            "descriptions of which the user keeps no reference",
            "live as long as what uses them; PyGeNN frees them, and the process crashes",
            tests="test_hazards.py::test_descriptions_live_as_long_as_they_are_used",
        ),
    ],
    "Variables": [
        same(
            "`VarAccess`: `READ_WRITE`, `READ_ONLY`, `READ_ONLY_DUPLICATE`,"
            " `READ_ONLY_SHARED_NEURON`",
            cases="variable_access",
            tests="test_lifecycle.py::test_shapes_and_types_of_variables",
        ),
        same(
            "initial values: numbers, arrays, lists, ranges, and how they are converted",
            cases="initial_values",
            tests="test_lifecycle.py::test_initial_values"
            " test_lifecycle.py::test_numbers_go_through_the_scalar_type_first",
        ),
        differs(
            "arrays of another shape that could be stretched: of length 1, or `(1, N)`",
            "length 1 is refused when it is given, as it is a mistake more often than not",
            cases="initial_values_broadcast",
            tests="test_hazards.py::test_arrays_are_not_stretched_in_silence",
        ),
        same(
            "`half`, `long double` and pointers as types of variables, which PyGeNN 5.4 does not"
            " have",
            "are refused here too",
            tests="test_types.py::test_other_spellings_are_refused",
        ),
        differs(
            "`None` as an initial value",
            "zeros; in PyGeNN, what memory happens to hold",
            tests="test_lifecycle.py::test_values_without_an_initialiser_are_zero",
        ),
        differs(
            "numbers that the integer type of a variable does not have",
            "become those that they become in PyGeNN, with a warning; PyGeNN refuses some of them,"
            " and takes most in silence",
            tests="test_faults.py::test_a_number_that_becomes_another_is_told_of",
        ),
        same(
            "`init_var` with a snippet of one's own, for every kind of variable",
            cases="initial_snippets initial_snippets_of_sides initial_values_at_time_steps",
            tests="test_var_init.py::test_every_kind_of_variable_can_start_from_code",
        ),
        alike(
            "built-in snippets that draw: `Uniform`, `Normal`, `NormalClipped`,"
            " `NormalClippedDelay`, `Exponential`, `Gamma`, `Binomial`",
            "of the same distributions; the numbers are others",
            cases="draws_of_initial_values",
            tests="test_var_init.py::test_built_in_distributions",
            upstream="test_rng.py::test_init",
        ),
        same(
            "parameters, typed ones, and derived ones, and `dt` in code: how they are rounded",
            cases="parameters constants_at_long_time_steps",
            tests="test_lifecycle.py::test_a_failing_derived_parameter_is_named",
        ),
        differs(
            "parameters in functions of models and snippets, `calc_kernel_size_func` and its like",
            "come as they were given, so that integers can be sizes; so they do in PyGeNN, unless"
            " it was compiled with pybind11 3, which makes floats of them",
            tests="test_connectivity.py::test_parameters_come_to_functions_as_they_were_given",
        ),
        same(
            "names that are keywords of Python or of the engine",
            tests="test_lifecycle.py::test_names_never_clash_with_the_engines_own",
        ),
    ],
    "Code strings": [
        same(
            "expressions: conversions, promotions, literals, precedence",
            cases="expressions_of_integers expressions_of_floats expressions_with_effects",
            tests="test_code_strings.py::test_random_expressions_follow_c",
        ),
        same(
            "statements: declarations, scopes, loops, `switch` with fall-through",
            cases="statements long_chains",
            tests="test_code_strings.py::test_effects_of_statements",
        ),
        same(
            "functions of the C library, evaluated in double",
            cases="rounding_functions library_functions",
        ),
        same(
            "locals of `sim_code` in threshold and reset; no reset code without a threshold",
            cases="code_of_neurons",
            tests="test_code_strings.py::test_locals_of_sim_code_in_threshold_and_reset"
            " test_code_strings.py::test_reset_code_without_a_threshold_is_never_looked_at",
        ),
        same(
            "the names that each kind of code sees, `num_neurons` and `num_pre` among them",
            cases="counts",
            tests="test_code_strings.py::test_names_of_each_kind",
            upstream="test_num.py::test_num",
        ),
        same(
            "integer functions: `min`, `max`, `abs`; `abs` of a float drops its fraction",
            "and warns that `fabs` may be meant",
            cases="expressions_of_integers",
            tests="test_code_strings.py::test_integer_abs_of_a_float_warns",
        ),
        same(
            "`/=`, `>>`, `>>=`, `.5`, `/* … */`, `unsigned long long`, which PyGeNN cannot read",
            "are refused here too, with what to write instead: what runs here runs there",
            tests="test_hazards.py::test_what_pygenn_cannot_read_is_refused_with_a_remedy",
        ),
        same(
            "`min` and `max` of two integer types",
            "are refused here too, as the C++ that PyGeNN makes of them does not compile",
            tests="test_hazards.py::test_min_and_max_of_two_types_are_refused",
        ),
        same(
            "`$(name)` of GeNN 4, and functions such as `$(addToInSyn, x)`",
            "are read with a warning, but for `$(injectCurrent, x)`, which only 4.9 reads",
            cases="notation_of_genn_4",
            tests="test_code_strings.py::test_notation_of_genn_4_is_read_with_a_warning",
        ),
        differs(
            "`- -i`, and `abs` of a 64-bit integer",
            "are what C says; PyGeNN makes `--i` of the one, and drops half of the other's bits",
            tests="test_hazards.py::test_arithmetic_is_that_of_c",
        ),
        differs(
            "a local that hides one of an outer block",
            "is allowed; PyGeNN refuses it",
            tests="test_hazards.py::test_a_local_may_hide_one_of_an_outer_block",
        ),
        differs(
            "a function's name that is not called, as in `V = exp;`",
            "is refused; PyGeNN's process ends",
            tests="test_hazards.py::test_a_function_is_called_or_refused",
        ),
        differs(
            "when mistakes are found",
            "when the model is described, with line and caret; in PyGeNN when it is built, on the"
            " terminal, and the exception has no text",
            tests="test_code_strings.py::test_code_of_every_model_is_checked_when_it_is_created"
            " test_code_strings.py::test_mistakes_are_shown_where_they_are",
        ),
        same(
            "`printf` in code of every kind: the text, and the order in which it comes",
            "to Python's `sys.stdout`, as soon as the step or the update is done; batch elements"
            " print one after the other in each phase of a step, however many threads there are,"
            " and populations in the order in which they were added, where PyGeNN has one of its"
            " own",
            cases="printing printed_formats",
            tests="test_printing.py::test_order_does_not_depend_on_threads"
            " test_printing.py::test_a_batch_element_prints_what_it_prints_alone"
            " test_printing.py::test_populations_print_in_the_order_in_which_they_were_added",
        ),
        differs(
            "`printf` with a number of another type than its text says, with a text as a number,"
            " and its value",
            "are refused; PyGeNN prints what memory happens to hold, prints the text, and counts"
            " characters",
            tests="test_code_strings.py::test_wrong_calls_of_printf",
        ),
        differs(
            "`printf` in code of diagonals, and of rows of the `PROCEDURAL` types",
            "prints when the model is loaded; in PyGeNN, whenever a spike arrives",
            tests="test_printing.py::test_diagonals_print_when_they_are_made",
        ),
        differs(
            "`assert`",
            "is an error, which names the neuron and the step; PyGeNN's process ends",
            tests="test_indexing.py::test_assertions",
        ),
        alike(
            "random numbers: `gennrand_uniform` and its relatives",
            "of the same distributions; the numbers are others, and depend on seed, batch element,"
            " neuron and step alone",
            cases="draws_in_code",
            tests="test_random_numbers.py::test_code_draws_from_the_distribution_it_asks_for"
            " test_random_numbers.py::test_nothing_but_place_and_step_decides"
            " test_random_numbers.py::test_seeds_draw_apart_and_repeat",
            upstream="test_rng.py::test_sim",
        ),
    ],
    "Neurons": [
        same(
            "order of a step: inputs, `sim_code`, threshold, spike, `reset_code`",
            cases="random_network code_of_neurons",
        ),
        same(
            "`auto_refractory_required`",
            cases="code_of_neurons events_and_refractoriness",
        ),
        same(
            "`additional_input_vars`, as targets of synapses and current sources",
            cases="additional_inputs feedback",
        ),
        same(
            "`st` in code, `spike_times`",
            cases="spike_times spike_times_in_all_code code_of_neurons",
        ),
        same(
            "`LIF`, `Izhikevich`, `IzhikevichVariable`, `TraubMiles`, `RulkovMap`",
            cases="built_in_neurons traub_miles rulkov_map neurons_at_time_steps",
        ),
        alike(
            "`Poisson`, and the current sources `GaussianNoise` and `PoissonExp`",
            "of the same distributions; the numbers are others",
            cases="draws_of_models poisson_exp_at_time_steps",
        ),
        differs(
            "a negative rate of `Poisson` or `PoissonExp`",
            "is refused when the model is built; in PyGeNN such neurons spike in every step",
            tests="test_faults.py::test_a_rate_is_not_negative",
        ),
        same("current sources: `DC` and of one's own", cases="built_in_neurons variable_access"),
        differs(
            "`neuron_var_refs` of current sources",
            "work as those of postsynaptic models; PyGeNN 5.4.0 cannot create them",
            tests="test_hazards.py::test_current_sources_read_their_neurons",
        ),
    ],
    "Synapses": [
        same(
            "dense synapses; spikes arrive one step after they are sent, summed in the order of the"
            " neurons that sent them",
            cases="random_network weight_updates recording_order",
            tests="test_batches.py::test_sums_are_taken_in_the_order_of_the_presynaptic_neurons",
        ),
        same(
            "the order in which several inputs of one neuron are added up, and its current sources",
            cases="sum_of_like_inputs sum_of_unlike_inputs sum_of_all_kinds"
            " sum_of_all_kinds_fused sum_of_many_inputs",
        ),
        same(
            "sparse synapses: `set_sparse_connections`, pairs in any order and repeated",
            cases="sparse_connections sparse_variables sparse_delay",
            upstream="test_sparse.py::test_host_sparsity",
        ),
        same(
            "connectivity by code, by row and by column; `OneToOne`",
            cases="sparse_row_build sparse_column_build sparse_one_to_one",
            tests="test_connectivity.py::test_each_row_is_built_by_the_code_of_its_neuron",
        ),
        alike(
            "connectivity by chance: `FixedProbability` and its relatives",
            "of the same distributions; the pairs are others",
            cases="draws_of_connections",
            tests="test_connectivity.py::test_fixed_probability_connects_every_pair_with_that"
            "_probability test_connectivity.py::test_a_fixed_number_of_synapses_is_spread"
            "_evenly",
            upstream="test_connect_init.py::test_connect_init",
        ),
        same(
            "weight updates: `StaticPulse`, `StaticPulseConstantWeight`, and of one's own",
            cases="weight_updates postsynaptic_models sparse_one_to_one",
        ),
        same(
            "postsynaptic models: `DeltaCurr`, `ExpCurr`, `ExpCond`, and of one's own",
            cases="exp_curr exp_cond postsynaptic_models references_of_postsynaptic_models"
            " postsynaptic_models_at_time_steps",
        ),
        same(
            "`fuse_postsynaptic_models`: which populations share their input, and how that rounds",
            "where they are of different kinds, the order of their sum is left open in PyGeNN",
            cases="fused_currents fused_pulses fused_dendritic_delays fused_models_of_ones_own"
            " fused_feedback",
            tests="test_fusing.py::test_fusing_changes_nothing_but_how_sums_are_rounded",
        ),
        same("`id_pre`, `id_post`, `id_syn`", cases="synapse_ids counts sparse_variables"),
        differs(
            "`id_syn` of sparse synapses",
            "counts the synapses that there are; in PyGeNN it leaves out numbers where rows are"
            " shorter than the longest",
            tests="test_hazards.py::test_sparse_synapses_are_numbered_one_by_one",
        ),
        same(
            "`synapse_dynamics_code`",
            cases="synapse_dynamics synapse_dynamics_sparse synapse_dynamics_delayed",
            upstream="test_continuous_propagation.py::test_forward",
        ),
        same(
            "references of weight updates to neurons at either end, and to the postsynaptic model",
            cases="synapse_dynamics sides_read_neurons postsynaptic_references",
        ),
        same(
            "variables of either side: `pre_vars`, `post_vars`, dynamics, code for spikes",
            cases="traces_of_spikes traces_of_delayed_spikes sides_read_neurons",
        ),
        same(
            "`addToPre`, `pre_target_var`",
            cases="feedback errors_go_back",
            upstream="test_continuous_propagation.py::test_reverse",
        ),
        same(
            "`st_pre`, `st_post`, `prev_st_pre`, `prev_st_post`",
            cases="spike_times_in_synapses spike_times_in_sides spike_times_in_neurons_alone"
            " learning_at_time_steps previous_spike_times_at_time_steps",
        ),
        differs(
            "`prev_st_post` of neurons that send no spikes; `prev_st_*`, `prev_set_*` after a"
            " delay of their side",
            "are what they are elsewhere; in PyGeNN the one is never set, and the others may be the"
            " time of the very spike or event that arrives",
            cases="spike_times_in_synapses event_times",
        ),
        same(
            "a spike takes back what dynamics did to a delayed variable in the same step, and"
            " looking for spike-like events does so in every step",
            "a quirk that is followed",
            cases="dynamics_undone events_of_both_sides",
        ),
        same(
            "spike-like events of presynaptic neurons, and their recording",
            cases="events events_sparse_delayed events_of_variables events_and_refractoriness",
            upstream="test_recording.py::test_event_recording",
        ),
        same(
            "spike-like events of postsynaptic neurons, and their recording",
            cases="events_of_targets events_of_targets_sparse events_of_both_sides",
            tests="test_synapses.py::test_batch_elements_are_separate_runs",
        ),
        differs(
            "spike-like events of postsynaptic neurons, at synapses within one population",
            "follow the condition of their own; PyGeNN takes that of presynaptic neurons, and"
            " cannot build the model where there is none",
            tests="test_hazards.py::test_neurons_connected_with_each_other_have_events_of"
            "_both_sides",
        ),
        same(
            "`set_pre`, `set_post`, `prev_set_pre`, `prev_set_post`: times of spike-like events",
            cases="event_times learning_at_time_steps",
        ),
        same(
            "code of synapses for postsynaptic spikes, dense and sparse, and `STDP`",
            cases="stdp_at_time_steps stdp_within_a_population columns_in_order both_sides_learn",
            tests="test_synapses.py::test_batch_elements_are_separate_runs",
            upstream="test_event_propagation.py::test_reverse_post"
            " test_model_lifecycle.py::test_model_load_unload_cycle"
            " test_model_timing.py::test_model_timing_counters_accessible",
        ),
        differs(
            "code for postsynaptic spikes and for postsynaptic events at the same synapses",
            "runs for the events first, as PyGeNN's documentation says; its CPU backend cannot"
            " build such a model",
            tests="test_hazards.py::test_synapses_may_have_code_for_spikes_and_events_of_one_neuron",
        ),
        differs(
            "`StaticGraded`",
            "works; PyGeNN 5.4.0 cannot build it, so its equation was recorded as a model of one's"
            " own",
            cases="graded_at_time_steps",
            tests="test_static_graded.py::test_it_is_the_model_that_was_recorded",
        ),
        same(
            "`TOEPLITZ` with `Conv2D`, `AvgPoolConv2D` and snippets of one's own; `atomic_add_…`",
            cases="toeplitz_convolutions toeplitz_pooling toeplitz_code",
            upstream="test_event_propagation.py::test_forward_kernel"
            " test_event_propagation.py::test_reverse_kernel",
        ),
        same(
            "custom updates of kernels, and their initial values by code",
            cases="kernel_updates",
            upstream="test_custom_update.py::test_custom_update"
            " test_custom_update.py::test_custom_update_batch_reduction",
        ),
        differs(
            "initial values of a `TOEPLITZ` kernel by code that names `id_kernel`, as in `Kernel`",
            "are computed; PyGeNN never runs such code there",
            tests="test_matrix_types.py::test_a_kernel_starts_from_the_kernel_snippet",
        ),
        same(
            "sparse synapses with kernels: `Conv2D`, `Kernel`, and snippets of one's own",
            cases="sparse_convolution_of_a_kernel sparse_convolution_with_strides"
            " sparse_kernel_by_columns",
            upstream="test_event_propagation.py::test_forward_kernel",
        ),
        same(
            "`BITMASK`, by rows and by columns",
            cases="bitmask",
            upstream="test_event_propagation.py::test_forward"
            " test_event_propagation.py::test_reverse",
        ),
        differs(
            "code for postsynaptic spikes at `BITMASK` synapses",
            "runs where the bits are set; PyGeNN runs it for every pair",
            tests="test_matrix_types.py::test_postsynaptic_code_obeys_the_bits",
        ),
        same("`DENSE_PROCEDURALG`: weights by code for each pair", cases="computed_weights"),
        differs(
            "`PROCEDURAL` and `PROCEDURAL_KERNELG`",
            "are connected, and their weights computed, once when the model is loaded; PyGeNN does"
            " so for every spike, on a GPU alone",
            tests="test_matrix_types.py::test_procedural_synapses_equal_sparse_ones"
            " test_matrix_types.py::test_procedural_kernels_equal_those_by_diagonals",
        ),
    ],
    "Delays": [
        same(
            "axonal delays, several from one source, and spikes in flight",
            cases="axonal_delay axonal_delays_converge axonal_delay_flushed sparse_delay",
        ),
        same(
            "variables that are kept for delayed spikes: slots, `current_view`, what updates write",
            cases="delayed_variables delayed_variables_updated traces_of_delayed_spikes",
            upstream="test_custom_update.py::test_custom_update_delay",
        ),
        same(
            "dendritic delays: `addToPostDelay`, `StaticPulseDendriticDelay`",
            cases="dendritic_delay dendritic_delay_sparse dendritic_delay_code"
            " dendritic_delay_mixed synapse_dynamics_delayed learned_delays",
            upstream="test_event_propagation.py::test_forward_den_delay"
            " test_continuous_propagation.py::test_forward_den_delay",
        ),
        same(
            "dendritic delays that `max_dendritic_delay_timesteps` leaves no room for: count modulo"
            " that number, with a warning that names the synapse and the step",
            cases="dendritic_delay_too_long",
            tests="test_faults.py"
            "::test_a_dendritic_delay_of_no_slot_is_taken_modulo_their_number"
            " test_faults.py"
            "::test_a_delay_that_is_written_down_is_checked_when_the_model_is_built",
        ),
        differs(
            "dendritic delays below 0",
            "are an error, which names the synapse and the step; PyGeNN takes what is left when it"
            " adds them to a number without a sign",
            tests="test_faults.py::test_a_dendritic_delay_below_zero_is_an_error",
        ),
        same(
            "`back_prop_delay_steps`: postsynaptic spikes, events, their times and the variables of"
            " postsynaptic neurons and models",
            cases="back_propagation_delays back_propagation_delays_of_events",
            upstream="test_event_times.py::test_spike_times"
            " test_event_times.py::test_spike_event_times"
            " test_pre_post_neuron_vars.py::test_pre_post_neuron_var",
        ),
        same(
            "a delay as the index `x[d]` of a variable of postsynaptic neurons, of their models, or"
            " of the weight update model there",
            cases="delays_as_indices",
            upstream="test_wu_vars.py::test_wu_var test_wu_vars.py::test_wu_var_cont"
            " test_post_psm_vars.py::test_post_psm_var"
            " test_continuous_propagation.py::test_reverse_den_delay",
        ),
        differs(
            "a delay as an index of which no step is kept, or that is a sum or a difference",
            "is an error, which names the synapse and the step, and counts as it is written; PyGeNN"
            " takes it modulo the number of steps, and takes `x[5 - d]` for `x[5 + d]`",
            tests="test_delays.py::test_an_index_of_no_kept_step_is_an_error_and_does_no_harm"
            " test_delays.py::test_an_index_is_an_expression_as_any_other",
        ),
        differs(
            "times of spikes that are read with a delay, where no code runs for delayed spikes",
            "are kept for the delay; PyGeNN cannot load such a model",
            tests="test_delays.py::test_times_are_kept_for_a_delay_that_no_spikes_have",
        ),
    ],
    "Arrays and parameters that change": [
        same(
            "extra global parameters of neurons, current sources, weight updates and postsynaptic"
            " models; `SpikeSourceArray`",
            cases="arrays_of_neurons arrays_everywhere spike_source_array"
            " spike_source_array_at_time_steps",
            tests="test_extra_global_params.py::test_every_part_of_a_model_reads_its_arrays",
        ),
        same(
            "arrays that code writes, such as ring buffers; batch elements that keep to parts of"
            " their own run on all threads, and others in order",
            cases="ring_buffers arrays_of_neurons",
            tests="test_batch_parts.py::test_results_do_not_depend_on_threads"
            " test_extra_global_params.py::test_batches_write_shared_arrays_in_order",
        ),
        same(
            "extra global parameters of custom updates, and references to those of others",
            cases="arrays_and_updates",
            upstream="test_egp.py::test_egp_ref",
        ),
        same(
            "extra global parameters of snippets for initial values",
            cases="arrays_in_initialisation",
            upstream="test_egp.py::test_egp_var_init",
        ),
        differs(
            "extra global parameters of snippets for connectivity",
            "can be given; PyGeNN 5.4.0 cannot load a model that has them",
            tests="test_extra_global_params.py::test_arrays_in_what_runs_while_loading",
        ),
        differs(
            "an index outside of an array",
            "is an error, which names the array and the neuron; in PyGeNN it is undefined",
            tests="test_indexing.py::test_outside_is_harmless"
            " test_indexing.py::test_only_the_first_fault_is_told_whatever_the_batch",
        ),
        differs(
            "`spikeTimes` of a `SpikeSourceArray` that are not sorted, and a `startSpike` after the"
            " `endSpike`",
            "the first gives a warning, and the second is an error; PyGeNN accepts both",
            tests="test_faults.py"
            "::test_spike_times_out_of_order_are_told_of_and_taken_as_they_come"
            " test_faults.py::test_a_start_after_the_end_is_an_error",
        ),
        differs(
            "arrays that code uses and that have no values",
            "are an error when the model is loaded; in PyGeNN it is undefined what code reads",
            tests="test_extra_global_params.py::test_arrays_that_code_uses_need_values",
        ),
        same(
            "dynamic parameters of every family",
            cases="dynamic_parameters dynamic_parameters_everywhere",
            tests="test_dynamic_parameters.py::test_every_kind_of_group_follows",
            upstream="test_dynamic_param.py::test_dynamic_param",
        ),
    ],
    "Custom updates": [
        same(
            "of neurons, current sources and weights, in groups, with variables of their own",
            cases="custom_updates sparse_custom_update updates_of_shared_variables",
            tests="test_custom_updates.py::test_what_code_sees"
            " test_updates_of_synapses.py::test_every_synapse_knows_its_place",
        ),
        same(
            "chains: an update reads and writes what another one owns",
            cases="chained_updates custom_update_reductions learning_rounds eligibility_traces",
            tests="test_queued_updates.py::test_waiting_changes_nothing",
        ),
        same(
            "reductions over neurons and over the batch, by variable and by reference",
            cases="custom_update_reductions reductions_of_many reductions_of_weights"
            " rivals_compete",
            tests="test_reductions.py::test_over_the_batch",
            upstream="test_custom_update.py::test_custom_update_neuron_reduce",
        ),
        same(
            "transposes, and the built-in `Transpose`",
            cases="transposes",
            upstream="test_custom_update.py::test_custom_update_transpose",
        ),
        same(
            "references to what synapses add up, postsynaptic variables, spike times, spikes in"
            " flight",
            "counts of spikes since shortly after 5.4.0",
            cases="references_to_insides exp_curr dendritic_delay_code classifier_flush"
            " spikes_flushed",
            upstream="test_custom_update.py::test_custom_update_internal"
            " test_custom_update.py::test_custom_update_internal_spike_count",
        ),
        differs(
            "references to spike times that no code asks for",
            "have them kept; PyGeNN 5.4.0 cannot load such a model",
            tests="test_hazards.py::test_references_to_spike_times_keep_them",
        ),
        same(
            "spikes in flight outlive a custom update that resets everything else",
            cases="spikes_survive_reset classifier_reset",
            tests="test_custom_updates.py::test_spikes_in_flight_survive_a_reset",
        ),
        differs(
            "a count of spikes above that of the spikes there are",
            "is an error, and all that there are arrive; in PyGeNN it is undefined what does",
            tests="test_faults.py"
            "::test_a_custom_update_can_lower_the_count_of_spikes_and_not_raise_it",
        ),
        differs(
            "the order of updates of one group",
            "neurons first, then synapses, then transposes, and within each kind that in which they"
            " were added; in PyGeNN it is by kind and by name",
            tests="test_reductions.py::test_updates_of_one_group_run_in_the_order_of_adding"
            " test_reductions.py"
            "::test_updates_of_one_group_run_neurons_first_then_synapses_then_transposes",
        ),
        same(
            "custom connectivity updates: code of rows, `for_each_synapse`, `add_synapse` and"
            " `remove_synapse`, variables of either side, code of the host",
            cases="rewired",
            tests="test_connectivity_updates.py"
            "::test_the_last_synapse_takes_the_place_of_one_that_is_removed",
            upstream="test_custom_connectivity_update.py::test_custom_connectivity_update"
            " test_custom_connectivity_update.py::test_custom_connectivity_update_delay"
            " test_custom_connectivity_update.py::test_custom_connectivity_update_remap",
        ),
        alike(
            "random numbers in custom connectivity updates",
            "each run, row and call has its own",
            tests="test_connectivity_updates.py"
            "::test_each_run_draws_other_numbers_and_each_load_with_a_seed_the_same",
            upstream="test_rng.py::test_sim",
        ),
        differs(
            "a synapse that is added to a full row, or to a neuron that does not exist",
            "is an error, and the row stays as it is; PyGeNN's process ends, or writes into other"
            " memory",
            tests="test_connectivity_updates.py::test_a_full_row_stays_as_it_is"
            " test_connectivity_updates.py::test_mistakes_that_show_while_it_runs",
        ),
        differs(
            "names in a round of `for_each_synapse` after `remove_synapse`",
            "`id_post` stays that of the synapse that was removed, and removing it again is an"
            " error; in PyGeNN it is that of the synapse before, and rows lose count",
            tests="test_connectivity_updates.py::test_mistakes_that_show_while_it_runs",
        ),
        differs(
            "`num_post` in code of the host of custom connectivity updates",
            "is the number of postsynaptic neurons; PyGeNN 5.4.0 gives that of presynaptic ones",
            tests="test_connectivity_updates.py::test_host_code_works_on_the_copies_of_the_host",
        ),
        differs(
            "code of the host of custom connectivity updates",
            "works on copies of the host that pushes and pulls update, as on a GPU; on the CPU"
            " backend there is one memory",
            tests="test_connectivity_updates.py::test_host_code_works_on_the_copies_of_the_host",
        ),
        differs(
            "variables of batches that are referred to, when a synapse is removed",
            "follow in every batch element; PyGeNN 5.4.0 copies them onto themselves",
            tests="test_connectivity_updates.py"
            "::test_add_synapse_sets_what_each_batch_element_has_one_of",
        ),
    ],
    "Batches": [
        same(
            "copies of a network side by side, each as it would be alone",
            "PyGeNN's CPU backend has none; the rules are those of its GPU backends",
            cases="classifier_reset classifier_reload classifier_flush",
            tests="test_batches.py::test_a_batch_is_its_images_one_by_one"
            " test_batches.py::test_the_place_in_the_batch_does_not_matter"
            " test_batches.py::test_the_number_of_threads_does_not_matter"
            " test_learning_in_batches.py::test_each_of_a_batch_learns_what_it_learns_alone"
            " test_learning_in_batches.py"
            "::test_weights_that_a_batch_shares_learn_from_all_of_it"
            " test_recorded.py::test_engine_agrees_in_batches",
        ),
    ],
    "Recording": [
        same(
            "spikes: times and ids, in PyGeNN's order; the buffer is used again when full",
            cases="recording_order random_network",
            tests="test_recording.py::test_order_inside_a_step",
        ),
        differs(
            "a recording after a number of steps that is no multiple of the buffer's",
            "has the times of its spikes; PyGeNN reads the buffer from its beginning, so that the"
            " spikes of its parts change places",
            tests="test_recording.py::"
            "test_a_look_shows_the_last_steps_however_often_the_buffer_wrapped",
        ),
        same(
            "spike-like events",
            cases="events events_sparse_delayed events_of_targets_sparse",
            upstream="test_recording.py::test_event_recording",
        ),
        differs(
            "recording that is switched on after `build`, or for 0 steps",
            "is refused; in PyGeNN it gives garbage, or ends the process",
            tests="test_hazards.py::test_recording_is_switched_on_in_time",
        ),
        differs(
            "what was not pulled",
            "is not there; PyGeNN's CPU backend has it all the same",
            tests="test_recording.py::test_reading_waits_for_a_full_buffer_and_a_pull",
        ),
    ],
    "Errors": [
        differs(
            "wrong input",
            "fails at the call that is wrong, with the name, what was expected, what was given and"
            " the closest match; of the type that PyGeNN raises where it raises a sensible one",
            tests="test_errors.py::test_mistakes_are_named",
        ),
    ],
    "The API of 4.9": [
        same(
            "descriptions, code strings, calls and settings of 4.9, through"
            " `python -m numbagenn run`",
            "all but what [its page](from_4_9.md#what-run-does-differently-from-49) lists",
            tests="test_v4_9.py::test_the_same_network_gives_the_same_kernels_and_spikes"
            " test_from_4_9.py::test_a_pair_gives_the_same_spikes"
            " test_v4_9_names.py::test_objects_have_the_attributes_of_pygenn"
            " test_v4_9_names.py::test_numbers_are_in_use_once_their_view_is_written"
            " test_v4_9_names.py::test_postsynaptic_code_assigns_what_neurons_have"
            " test_v4_9_names.py::test_spikes_by_hand_are_delivered_in_the_next_step"
            " test_builtin_neurons_4_9.py"
            "::test_a_neuron_above_its_threshold_spikes_again_where_it_does_in_4_9"
            " test_v4_9_idioms.py::test_casts_and_larger_numbers_as_in_cpp"
            " test_v4_9_idioms.py::test_macros_in_code_and_the_locals_of_genn"
            " test_v4_9_idioms.py::test_host_arrays_by_their_names_in_cpp"
            " test_v4_9_idioms.py::test_extra_global_parameters_by_the_compiled_model",
        ),
        absent(
            "C++ in descriptions: `custom_body`, and pointers in `support_code`",
            "no C++ is compiled",
            custom_body,
            pointers_in_support_code,
        ),
        same(
            "`add_slave_synapse_population`",
            "shares the connections and the weights of another population",
            tests="test_v4_9_shared_weights.py::test_a_slave_gives_what_a_copy_of_its_master_gives"
            " test_v4_9_shared_weights.py::test_code_of_both_sides_uses_the_memory_of_the_master",
        ),
        same(
            "`spikes`, `spike_count`, `current_spikes` and the same of spike-like events",
            "are arrays that can be pulled, written and pushed, as are the times of events",
            tests="test_v4_9_events.py::test_lists_hold_what_is_recorded"
            " test_v4_9_events.py::test_lists_that_are_written_are_delivered"
            " test_v4_9_events.py::test_event_times",
        ),
        same(
            "`$(seT)` and `$(prev_seT)` of neurons, and conditions of events",
            "know the last event of a neuron, and the locals of its code",
            tests="test_v4_9_events.py::test_neurons_know_when_their_last_event_was",
        ),
        same(
            "parameters of neurons in the code of synapses",
            "such as `$(tau_post)`, are read by their names",
            tests="test_v4_9_cpp.py::test_code_reads_parameters_of_neurons",
        ),
        same(
            "views of sparse variables",
            "have rows of one length, one after the other",
            tests="test_v4_9_sparse_views.py::test_rows_are_padded"
            " test_v4_9_sparse_views.py::test_what_is_written_is_used",
        ),
        same(
            "`create_custom_toeplitz_connect_init_snippet_class`",
            "describes convolutions, with states of each diagonal",
            tests="test_v4_9_convolutions.py::test_diagonals_have_states",
        ),
        differs(
            "C++ in code strings and in `support_code`",
            "may be operators, casts, constants, macros, and functions of numbers; other C++ is"
            " refused",
            tests="test_v4_9_cpp.py::test_code_of_cpp"
            " test_v4_9_support_code.py::test_functions_are_written_out"
            " test_v4_9_support_code.py::test_other_support_code_is_refused",
        ),
    ],
}
