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

# %% A bracket that is never closed -> RuntimeError
create_neuron_model("lif", vars=V, sim_code="V = exp(-(dt / 20.0);")

# %% A brace that is never closed -> RuntimeError
create_neuron_model("lif", vars=V, sim_code="if (V > 1.0) { V = 1.0;")

# %% One brace too many -> RuntimeError
create_neuron_model("lif", vars=V, sim_code="V = 1.0; }")

# %% $(…) that is never closed -> RuntimeError
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

# %% Assignment to something that is not a variable -> RuntimeError
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

# %% Using the result of a function that returns nothing -> RuntimeError
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

# %% A number with an unknown suffix -> RuntimeError
create_neuron_model("lif", vars=[("n", "int64_t")], sim_code="n = 100L;")

# %% Python instead of C -> RuntimeError
create_neuron_model("lif", vars=V, threshold_condition_code="V > 1.0 and t > 5.0")

# %% A C comment -> RuntimeError
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

# %% A C++ namespace -> RuntimeError
create_neuron_model("lif", vars=V, sim_code="V = std::exp(V);")

# %% Access to a member with a dot -> RuntimeError
create_neuron_model("lif", vars=V, sim_code="V = cell.V;")

# %% A type that the compiler has to deduce -> RuntimeError
create_neuron_model("lif", vars=V, sim_code="auto x = Isyn; V += x;")

# %% Defining a function -> RuntimeError
create_neuron_model("lif", vars=V, sim_code="scalar f(scalar x) { return x; } V = f(V);")

# %% A loop that never ends -> RuntimeError
create_neuron_model("lif", vars=V, sim_code="while (true) { V *= 0.5; }")

# %% A break outside a loop -> RuntimeError
create_neuron_model("lif", vars=V, sim_code="if (V > 1.0) break;")

# %% The input under its name in postsynaptic code -> RuntimeError
create_neuron_model("lif", vars=V, sim_code="V += inSyn;")

# %% A constant from C's header files -> RuntimeError
create_neuron_model("lif", vars=V, sim_code="V = sin(M_PI * t);")

# %% DT of GeNN 4 -> RuntimeError
create_neuron_model("lif", vars=V, sim_code="V += Isyn * DT;")

# %% The absolute value of a floating-point number -> UserWarning
create_neuron_model("lif", vars=V, sim_code="V = abs(V);")

# %% Random numbers in a weight update -> RuntimeError
create_weight_update_model("noisy", pre_spike_syn_code="addToPost(gennrand_uniform());")

# %% Random numbers in a custom update -> RuntimeError
create_custom_update_model("noise", var_refs=V, update_code="V = gennrand_normal();")

# %% An input that belongs to another kind of code -> RuntimeError
create_postsynaptic_model("delta", sim_code="addToPost(inSyn); inSyn = 0.0;")

# %% Adding synapses outside connectivity code -> RuntimeError
create_var_init_snippet("ring", var_init_code="addSynapse(id_post);")

# %% Indexing something that is not an array -> RuntimeError
create_neuron_model("lif", vars=V, sim_code="V = V[id];")

# %% An array without an index -> RuntimeError
create_neuron_model("lif", vars=V, extra_global_params=[("gain", "scalar*")], sim_code="V *= gain;")

# %% An index that is not an integer -> RuntimeError
create_neuron_model("lif", vars=V, extra_global_params=[("x", "scalar*")], sim_code="V = x[t];")

# %% printf -> NotImplementedError
create_neuron_model("lif", vars=V, sim_code='printf("%f", V);')

# %% The time in code for initial values -> RuntimeError
create_var_init_snippet("ramp", var_init_code="value = t;")
