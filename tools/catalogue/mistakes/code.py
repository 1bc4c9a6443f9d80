"""Code strings.

These messages show the line, and a caret under the place.
"""

V = [("V", "scalar")]

# %% An undeclared name -> RuntimeError
# PyGeNN: Error at 'tua': Undefined identifier
create_neuron_model("lif", params=["tau"], vars=V, sim_code="V += Isyn * dt / tua;")

# %% A missing semicolon -> RuntimeError
# PyGeNN: Error at 'V': Expect ';' after variable declaration
create_neuron_model(
    "lif",
    vars=V,
    sim_code="""
    scalar input = 2.0 * Isyn
    V += input;
    """,
)

# %% A semicolon in a condition -> RuntimeError
# PyGeNN: Error at ';': Unexpected token after expression
create_neuron_model("lif", vars=V, threshold_condition_code="V >= 1.0;")

# %% A bracket that is never closed -> RuntimeError
# PyGeNN: Error at ';': Expect ')' after arguments.
create_neuron_model("lif", vars=V, sim_code="V = exp(-(dt / 20.0);")

# %% A brace that is never closed -> RuntimeError
# PyGeNN: Error at end: Expect '}' after compound statement.
create_neuron_model("lif", vars=V, sim_code="if (V > 1.0) { V = 1.0;")

# %% One brace too many -> RuntimeError
# PyGeNN: Error at '}': Expect expression
create_neuron_model("lif", vars=V, sim_code="V = 1.0; }")

# %% $(…) that is never closed -> RuntimeError
# PyGeNN: Error: Unexpected character '$'.
create_neuron_model("lif", vars=V, sim_code="V += $(Isyn * dt;")

# %% A dollar without brackets -> RuntimeError
# PyGeNN: Error: Unexpected character '$'.
create_neuron_model("lif", vars=V, sim_code="$V = 0.0;")

# %% $(…) of GeNN 4 -> FutureWarning
create_neuron_model("lif", vars=V, sim_code="$(V) += $(Isyn);")

# %% A function in $(…) of GeNN 4 -> FutureWarning
weight = ("g", "scalar")
create_weight_update_model("pulse", vars=[weight], pre_spike_syn_code="$(addToInSyn, g);")

# %% $(injectCurrent, …) of GeNN 4 -> RuntimeError
# PyGeNN: Error: Unexpected character '$'.
create_postsynaptic_model("delta", sim_code="$(injectCurrent, inSyn);")

# %% Assignment to a parameter -> RuntimeError
# PyGeNN: Error at '=': Assignment of read-only variable
create_neuron_model("lif", params=["tau"], vars=V, sim_code="V = 0.0; tau = 20.0;")

# %% Assignment to a read-only variable -> RuntimeError
# PyGeNN: Error at '+=': Assignment of read-only variable
weight = ("g", "scalar", VarAccess.READ_ONLY)
create_weight_update_model("pulse", vars=[weight], pre_spike_syn_code="g += 0.1;")

# %% Assignment to a built-in name -> RuntimeError
# PyGeNN: Error at '=': Assignment of read-only variable
create_neuron_model("lif", vars=V, sim_code="t = 0.0;")

# %% Assignment to the variable of another group -> RuntimeError
create_current_source_model("clamp", neuron_var_refs=V, injection_code="V = -65.0;")

# %% Assignment to a constant -> RuntimeError
# PyGeNN: Error at '=': Assignment of read-only variable
create_neuron_model("lif", vars=V, sim_code="const scalar E = 0.5; E = V;")

# %% Assignment to something that is not a variable -> RuntimeError
# PyGeNN: Error at '=': Expression is not assignable
create_neuron_model("lif", vars=V, sim_code="V + 1.0 = Isyn;")

# %% Reading the target of a reduction -> RuntimeError
# PyGeNN: Error at '+=': Invalid operator for assignement of write-only variable
total = ("total", "scalar", CustomUpdateVarAccess.REDUCE_NEURON_SUM)
create_custom_update_model("sum", vars=[total], var_refs=V, update_code="total += V;")

# %% A local variable declared twice -> RuntimeError
# PyGeNN: Error at 'x': Redeclaration of variable
create_neuron_model("lif", vars=V, sim_code="scalar x = V; scalar x = Isyn; V = x;")

# %% A constant without a value -> RuntimeError
create_neuron_model("lif", vars=V, sim_code="const scalar E; V = E;")

# %% A local array -> RuntimeError
# PyGeNN: Error at '[': Expect ';' after variable declaration
create_neuron_model("lif", vars=V, sim_code="scalar x[3]; V = 0.0;")

# %% A division by zero -> RuntimeError
create_neuron_model("lif", vars=V, sim_code="V = Isyn / 0;")

# %% A division by zero in floating-point numbers -> UserWarning
create_neuron_model("lif", vars=V, sim_code="V = Isyn / 0.0;")

# %% An unknown function -> RuntimeError
# PyGeNN: Error at 'sine': Undefined identifier
create_neuron_model("lif", vars=V, sim_code="V = sine(t);")

# %% Too few arguments -> RuntimeError
# PyGeNN: Error at 'pow': No viable function candidates for 'pow'
create_neuron_model("lif", vars=V, sim_code="V = pow(V);")

# %% A function that is not called -> RuntimeError
create_neuron_model("lif", vars=V, sim_code="V = exp;")

# %% Using the result of a function that returns nothing -> RuntimeError
# PyGeNN: Error at 'x': Invalid operand types 'float' and 'void'
create_current_source_model("dc", injection_code="scalar x = injectCurrent(1.0);")

# %% Integers of two types -> RuntimeError
create_neuron_model("lif", vars=[("n", "unsigned int")], sim_code="n = min(n, 10);")

# %% The remainder of floating-point numbers -> RuntimeError
# PyGeNN: Error at '%': Invalid operand types 'float' and 'float'
create_neuron_model("lif", vars=V, sim_code="V = V % 2.0;")

# %% Conditions combined by & -> RuntimeError
# PyGeNN: Error at '&': Invalid operand types 'float' and 'float'
create_neuron_model("lif", vars=V, threshold_condition_code="(V > 1.0) & (t > 5.0)")

# %% An integer that is too large -> RuntimeError
create_neuron_model("lif", vars=[("n", "int64_t")], sim_code="n = 3000000000;")

# %% A number without a digit before the point -> RuntimeError
# PyGeNN: Error at '.': Expect expression
create_neuron_model("lif", vars=V, sim_code="V *= .5;")

# %% A number with an unknown suffix -> RuntimeError
# PyGeNN: Error at 'L': Expect ';' after expression
create_neuron_model("lif", vars=[("n", "int64_t")], sim_code="n = 100L;")

# %% Python instead of C -> RuntimeError
# PyGeNN: Error at 'and': Unexpected token after expression
create_neuron_model("lif", vars=V, threshold_condition_code="V > 1.0 and t > 5.0")

# %% A C comment -> RuntimeError
# PyGeNN: Error at '/': Expect expression
create_neuron_model("lif", vars=V, sim_code="V = 0.0; /* reset */")

# %% The preprocessor -> RuntimeError
# PyGeNN: Error: Unexpected character '#'.
create_neuron_model("lif", vars=V, sim_code="#define TAU 20.0\nV = TAU;")

# %% Division and assignment in one -> RuntimeError
# PyGeNN: Error at '=': Expect expression
create_neuron_model("lif", vars=V, sim_code="V /= 2.0;")

# %% A shift to the right -> RuntimeError
# PyGeNN: Error at '>': Expect expression
create_neuron_model("lif", vars=[("n", "int")], sim_code="n = n >> 1;")

# %% A return -> RuntimeError
# PyGeNN: Error at 'return': Undefined identifier
create_neuron_model("lif", vars=V, sim_code="if (V < 0.0) return; V += Isyn;")

# %% The address of a variable -> RuntimeError
# PyGeNN: Error at '&': Expect expression
create_neuron_model("lif", vars=V, sim_code="V = &V;")

# %% A C++ namespace -> RuntimeError
# PyGeNN: Error at ':': Expect ';' after expression
create_neuron_model("lif", vars=V, sim_code="V = std::exp(V);")

# %% Access to a member with a dot -> RuntimeError
# PyGeNN: Error at '.': Expect ';' after expression
create_neuron_model("lif", vars=V, sim_code="V = cell.V;")

# %% A type that the compiler has to deduce -> RuntimeError
# PyGeNN: Error at 'x': Expect ';' after expression
create_neuron_model("lif", vars=V, sim_code="auto x = Isyn; V += x;")

# %% Defining a function -> RuntimeError
# PyGeNN: Error at '(': Expect ';' after variable declaration
create_neuron_model("lif", vars=V, sim_code="scalar f(scalar x) { return x; } V = f(V);")

# %% A loop that never ends -> RuntimeError
create_neuron_model("lif", vars=V, sim_code="while (true) { V *= 0.5; }")

# %% A break outside a loop -> RuntimeError
# PyGeNN: Error at 'break': Statement not within loop
create_neuron_model("lif", vars=V, sim_code="if (V > 1.0) break;")

# %% The input under its name in postsynaptic code -> RuntimeError
# PyGeNN: Error at 'inSyn': Undefined identifier
create_neuron_model("lif", vars=V, sim_code="V += inSyn;")

# %% A constant from C's header files -> RuntimeError
# PyGeNN: Error at 'M_PI': Undefined identifier
create_neuron_model("lif", vars=V, sim_code="V = sin(M_PI * t);")

# %% DT of GeNN 4 -> RuntimeError
# PyGeNN: Error at 'DT': Undefined identifier
create_neuron_model("lif", vars=V, sim_code="V += Isyn * DT;")

# %% The absolute value of a floating-point number -> UserWarning
create_neuron_model("lif", vars=V, sim_code="V = abs(V);")

# %% Random numbers in a weight update -> RuntimeError
# PyGeNN: Error at 'gennrand_uniform': Undefined identifier
create_weight_update_model("noisy", pre_spike_syn_code="addToPost(gennrand_uniform());")

# %% Random numbers in a custom update -> RuntimeError
# PyGeNN: Error at 'gennrand_normal': Undefined identifier
create_custom_update_model("noise", var_refs=V, update_code="V = gennrand_normal();")

# %% An input that belongs to another kind of code -> RuntimeError
# PyGeNN: Error at 'addToPost': Undefined identifier
create_postsynaptic_model("delta", sim_code="addToPost(inSyn); inSyn = 0.0;")

# %% Adding synapses outside connectivity code -> RuntimeError
create_var_init_snippet("ring", var_init_code="addSynapse(id_post);")

# %% Indexing something that is not an array -> RuntimeError
# PyGeNN: Error at ']': Subscripted object is not a pointer
create_neuron_model("lif", vars=V, sim_code="V = V[id];")

# %% An array without an index -> RuntimeError
# PyGeNN: Error at '*=': Invalid operand types 'float' and 'float*'
create_neuron_model("lif", vars=V, extra_global_params=[("gain", "scalar*")], sim_code="V *= gain;")

# %% An index that is not an integer -> RuntimeError
# PyGeNN: Error at ']': Invalid subscript index type 'const float'
create_neuron_model("lif", vars=V, extra_global_params=[("x", "scalar*")], sim_code="V = x[t];")

# %% printf without a text -> RuntimeError
# PyGeNN: Error at 'printf': No viable function candidates for 'printf'
create_neuron_model("lif", vars=V, sim_code="printf(V);")

# %% An integer of printf that is not one -> RuntimeError
create_neuron_model("lif", vars=V, sim_code='printf("%d", V);')

# %% Fewer numbers of printf than places for them -> RuntimeError
create_neuron_model("lif", vars=V, sim_code='printf("%u: %g", id);')

# %% A line of printf that does not end -> RuntimeError
create_neuron_model("lif", vars=V, sim_code='printf("V is %g\n", V);')

# %% The time in code for initial values -> RuntimeError
create_var_init_snippet("ramp", var_init_code="value = t;")
