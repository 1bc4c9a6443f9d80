"""Code strings.

These messages show the line, and a caret under the place.
"""

V = [("V", "scalar")]

# %% An undeclared name -> RuntimeError
create_neuron_model("lif", params=["tau"], vars=V, sim_code="V += Isyn * dt / tua;")

# %% A missing semicolon -> RuntimeError
create_neuron_model(
    "lif",
    vars=V,
    sim_code="""
    scalar input = 2.0 * Isyn
    V += input;
    """,
)

# %% A semicolon in a condition -> RuntimeError
create_neuron_model("lif", vars=V, threshold_condition_code="V >= 1.0;")

# %% A bracket that is not closed -> RuntimeError
create_neuron_model("lif", vars=V, sim_code="V = exp(-(dt / 20.0);")

# %% A brace that is not closed -> RuntimeError
create_neuron_model("lif", vars=V, sim_code="if (V > 1.0) { V = 1.0;")

# %% A brace too many -> RuntimeError
create_neuron_model("lif", vars=V, sim_code="V = 1.0; }")

# %% $(…) that is not closed -> RuntimeError
create_neuron_model("lif", vars=V, sim_code="V += $(Isyn * dt;")

# %% A dollar without brackets -> RuntimeError
create_neuron_model("lif", vars=V, sim_code="$V = 0.0;")

# %% $(…) of GeNN 4 -> FutureWarning
create_neuron_model("lif", vars=V, sim_code="$(V) += $(Isyn);")

# %% Assignment to a parameter -> RuntimeError
create_neuron_model("lif", params=["tau"], vars=V, sim_code="V = 0.0; tau = 20.0;")

# %% Assignment to a read-only variable -> RuntimeError
weight = ("g", "scalar", VarAccess.READ_ONLY)
create_weight_update_model("pulse", vars=[weight], pre_spike_syn_code="g += 0.1;")

# %% Assignment to a built-in name -> RuntimeError
create_neuron_model("lif", vars=V, sim_code="t = 0.0;")

# %% Assignment to the variable of another group -> RuntimeError
create_current_source_model("clamp", neuron_var_refs=V, injection_code="V = -65.0;")

# %% Assignment to a constant -> RuntimeError
create_neuron_model("lif", vars=V, sim_code="const scalar E = 0.5; E = V;")

# %% Assignment to what is no variable -> RuntimeError
create_neuron_model("lif", vars=V, sim_code="V + 1.0 = Isyn;")

# %% Reading the target of a reduction -> RuntimeError
total = ("total", "scalar", CustomUpdateVarAccess.REDUCE_NEURON_SUM)
create_custom_update_model("sum", vars=[total], var_refs=V, update_code="total += V;")

# %% A local variable declared twice -> RuntimeError
create_neuron_model("lif", vars=V, sim_code="scalar x = V; scalar x = Isyn; V = x;")

# %% A constant without a value -> RuntimeError
create_neuron_model("lif", vars=V, sim_code="const scalar E; V = E;")

# %% A local array -> RuntimeError
create_neuron_model("lif", vars=V, sim_code="scalar x[3]; V = 0.0;")

# %% A division by zero -> RuntimeError
create_neuron_model("lif", vars=V, sim_code="V = Isyn / 0;")

# %% A division by zero in floating-point numbers -> UserWarning
create_neuron_model("lif", vars=V, sim_code="V = Isyn / 0.0;")

# %% An unknown function -> RuntimeError
create_neuron_model("lif", vars=V, sim_code="V = sine(t);")

# %% Too few arguments -> RuntimeError
create_neuron_model("lif", vars=V, sim_code="V = pow(V);")

# %% A function that is not called -> RuntimeError
create_neuron_model("lif", vars=V, sim_code="V = exp;")

# %% The value of a function that has none -> RuntimeError
create_current_source_model("dc", injection_code="scalar x = injectCurrent(1.0);")

# %% Integers of two types -> RuntimeError
create_neuron_model("lif", vars=[("n", "unsigned int")], sim_code="n = min(n, 10);")

# %% The remainder of floating-point numbers -> RuntimeError
create_neuron_model("lif", vars=V, sim_code="V = V % 2.0;")

# %% Conditions combined by & -> RuntimeError
create_neuron_model("lif", vars=V, threshold_condition_code="(V > 1.0) & (t > 5.0)")

# %% An integer that is too large -> RuntimeError
create_neuron_model("lif", vars=[("n", "int64_t")], sim_code="n = 3000000000;")

# %% A number without a digit before the point -> RuntimeError
create_neuron_model("lif", vars=V, sim_code="V *= .5;")

# %% A number with a suffix that there is not -> RuntimeError
create_neuron_model("lif", vars=[("n", "int64_t")], sim_code="n = 100L;")

# %% Python instead of C -> RuntimeError
create_neuron_model("lif", vars=V, threshold_condition_code="V > 1.0 and t > 5.0")

# %% A comment of C -> RuntimeError
create_neuron_model("lif", vars=V, sim_code="V = 0.0; /* reset */")

# %% The preprocessor -> RuntimeError
create_neuron_model("lif", vars=V, sim_code="#define TAU 20.0\nV = TAU;")

# %% Division and assignment in one -> RuntimeError
create_neuron_model("lif", vars=V, sim_code="V /= 2.0;")

# %% A shift to the right -> RuntimeError
create_neuron_model("lif", vars=[("n", "int")], sim_code="n = n >> 1;")

# %% A return -> RuntimeError
create_neuron_model("lif", vars=V, sim_code="if (V < 0.0) return; V += Isyn;")

# %% The address of a variable -> RuntimeError
create_neuron_model("lif", vars=V, sim_code="V = &V;")

# %% A namespace of C++ -> RuntimeError
create_neuron_model("lif", vars=V, sim_code="V = std::exp(V);")

# %% A member -> RuntimeError
create_neuron_model("lif", vars=V, sim_code="V = cell.V;")

# %% A type that is derived -> RuntimeError
create_neuron_model("lif", vars=V, sim_code="auto x = Isyn; V += x;")

# %% A function of one's own -> RuntimeError
create_neuron_model("lif", vars=V, sim_code="scalar f(scalar x) { return x; } V = f(V);")

# %% A loop that never ends -> RuntimeError
create_neuron_model("lif", vars=V, sim_code="while (true) { V *= 0.5; }")

# %% A break outside a loop -> RuntimeError
create_neuron_model("lif", vars=V, sim_code="if (V > 1.0) break;")

# %% The input by the name that postsynaptic code has for it -> RuntimeError
create_neuron_model("lif", vars=V, sim_code="V += inSyn;")

# %% A constant of C's header files -> RuntimeError
create_neuron_model("lif", vars=V, sim_code="V = sin(M_PI * t);")

# %% DT of GeNN 4 -> RuntimeError
create_neuron_model("lif", vars=V, sim_code="V += Isyn * DT;")

# %% The absolute value of a floating-point number -> UserWarning
create_neuron_model("lif", vars=V, sim_code="V = abs(V);")

# %% Random numbers in a weight update -> RuntimeError
create_weight_update_model("noisy", pre_spike_syn_code="addToPost(gennrand_uniform());")

# %% Random numbers in a custom update -> RuntimeError
create_custom_update_model("noise", var_refs=V, update_code="V = gennrand_normal();")

# %% An input of another kind of code -> RuntimeError
create_postsynaptic_model("delta", sim_code="addToPost(inSyn); inSyn = 0.0;")

# %% Synapses added by code that is no connectivity -> RuntimeError
create_var_init_snippet("ring", var_init_code="addSynapse(id_post);")

# %% The index of what is no array -> RuntimeError
create_neuron_model("lif", vars=V, sim_code="V = V[id];")

# %% An array that is not indexed -> RuntimeError
create_neuron_model("lif", vars=V, extra_global_params=[("gain", "scalar*")], sim_code="V *= gain;")

# %% An index that is no integer -> RuntimeError
create_neuron_model("lif", vars=V, extra_global_params=[("x", "scalar*")], sim_code="V = x[t];")

# %% printf -> NotImplementedError
create_neuron_model("lif", vars=V, sim_code='printf("%f", V);')

# %% The time in the code of initial values -> RuntimeError
create_var_init_snippet("ramp", var_init_code="value = t;")
