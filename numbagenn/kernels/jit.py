"""Decisions about Numba: how kernels are compiled, and how their machine code is kept.

Generated modules use `kernel` for the functions that the engine calls, and `device_function` for
those that kernels call. No fast-math flag is ever set: sums are taken in the order in which they
are written, which makes results equal on every machine. The GIL is released, so that threads can
share the batch elements.

What is imported from ``numba.core`` is private and may change with any version of Numba. Versions
0.60 and 0.68 have been tested. Only this module, `target` and `instructions` use it. All others use
``numba.types``, ``numba.extending`` and ``llvmlite.ir``, which are public.
"""

from __future__ import annotations

import dis
import pickle
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import RLock
from types import ModuleType
from typing import Any, ClassVar

import llvmlite
import numba
from numba import typeof, types
from numba.core import errors, serialize, sigutils
from numba.core import ir as nodes
from numba.core.analysis import compute_cfg_from_blocks, compute_use_defs
from numba.core.caching import NullCache
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler, CompileResult, Flags
from numba.core.compiler_machinery import AnalysisPass, PassManager, register_pass
from numba.core.lowering import Lower
from numba.core.typed_passes import NativeLowering, NopythonTypeInference

from numbagenn.kernels import target as kernel_target

# Numba loads half of itself when it first needs it. That takes as long as the rest of a build with
# a warm cache, so we do it when modules are imported.
kernel_target.context.refresh()

#: Held while modules are compiled: Numba's compiler and the setting below serve one at a time.
COMPILER_LOCK = RLock()
_machine_code: dict[str, bytes] | None = None
_device_code: dict[str, bytes] | None = None

#: What the names of generated modules begin with.
GENERATED = "numbagenn_kernels_"


class _KernelLibrary(JITCodeLibrary):  # type: ignore[misc]
    """The code of a kernel, optimised once, with everything that it calls.

    Numba would go through each function first, and then twice through all of them: the first time
    for the sake of reference counts, of which there are none.
    """

    def _optimize_functions(self, ll_module: Any) -> None:
        ll_module.data_layout = self._codegen._data_layout

    def _optimize_final_module(self) -> None:
        # Short loops are unrolled before loops are vectorised. What is left of them becomes vectors
        # only if the compiler looks for lines that do the same side by side, as C compilers do.
        # With Intel's vector functions, where there are any, that goes wrong on Windows: see issue
        # 8705 of Numba.
        passes = self._codegen._module_pass_manager(slp_vectorize=not numba.config.USING_SVML)
        if isinstance(passes, tuple):
            manager, builder = passes
            manager.run(self._final_module, builder)
        else:  # as in Numba 0.60
            passes.run(self._final_module)


class _NoEnvironments:
    """Takes the environments of functions without machine code."""

    @staticmethod
    def set_env(name: str, environment: Any) -> None:
        """Do nothing."""


class _DeviceLibrary(_KernelLibrary):
    """The code of a device function, left as it is until it is part of a kernel."""

    def _optimize_final_module(self) -> None:
        pass

    def _finalize_final_module(self) -> None:
        self._finalize_dynamic_globals()
        self._finalized = True

    def get_pointer_to_function(self, name: str) -> int:
        """Return 0: a device function has no machine code of its own."""
        self._ensure_finalized()
        return 0

    @property
    def codegen(self) -> Any:
        """What takes environments, of which device functions read none."""
        return _NoEnvironments

    def serialize_using_object_code(self) -> Any:
        """Return the code in the form that it has, which is not that of a machine."""
        return self.serialize_using_bitcode()


# What Numba does for closures, for arithmetic of whole arrays, to put functions into others before
# their types are known, for branches that an argument decides, for tuples of several types and for
# blocks of "with". None of that is in kernels, and after each pass Numba analyses the
# whole function again.
_UNNEEDED = {
    "inline_closure_likes",
    "inline_inlinables",
    "inline_overloads",
    "nopython_rewrites",
    "rewrite_semantic_constants",
    "dead_branch_prune",
    "make_function_op_code_to_jit_function",
    "find_literally",
    "literal_unroll",
    "LiteralPropagation",
    "with_lifting",
    "dump_parfor_diagnostics",
    "annotate_types",
    "ir_legalization",
}


# What rewrites `raise`, for which it looks at each line of a function several times.
_OF_ERRORS = {"generic_rewrites", "Rewrite dynamic raises"}
_RAISE = dis.opmap["RAISE_VARARGS"]


# What gives each assignment of a variable a name of its own, so that a variable can have several
# types. It takes a time that grows with the cube of the number of assignments, and recurs from
# branch to branch. Generated functions of more lines than these are compiled without, which LLVM
# makes up for, unless one of their variables has several types.
_VERSIONS = "reconstruct_ssa"
_LONG = 200


class _SeveralTypesError(errors.NumbaError):
    """A variable of a function that is compiled without versions has several types."""


@register_pass(mutates_CFG=False, analysis_only=True)
class _OneType(AnalysisPass):  # type: ignore[misc]
    """Raises an error if any variable is assigned values of several types.

    Numba would give the variable a type that holds all of them, and convert the values.
    """

    _name = "one_type"

    def __init__(self) -> None:
        AnalysisPass.__init__(self)

    def run_pass(self, state: Any) -> bool:
        """Compare the types of variables with those of all that is assigned to them."""
        count = Counter(one.target.name for one in _assignments(state.func_ir))
        for one in _assignments(state.func_ir):
            name, value = one.target.name, one.value
            kind = types.unliteral(state.typemap[name])
            if isinstance(value, nodes.Var):
                same = types.unliteral(state.typemap[value.name]) == kind
            elif isinstance(value, nodes.Const):
                same = types.unliteral(typeof(value.value)) == kind
            else:
                called = state.calltypes.get(value) if isinstance(value, nodes.Expr) else None
                same = types.unliteral(called.return_type) == kind if called else False
            if not same and count[name] > 1:
                raise _SeveralTypesError(f"{name} has several types.")
        return False


def _assignments(function: Any) -> Iterator[Any]:
    for block in function.blocks.values():
        yield from block.find_insts(nodes.Assign)


def _without_versions(pipeline: Any) -> Any:
    """Return a pipeline that compiles functions in which each variable has one type."""
    result = PassManager(f"{pipeline.pipeline_name} without versions")
    for one, description in pipeline.passes:
        if one.name() != _VERSIONS:
            result.add_pass(one, description)
        if one is NopythonTypeInference:
            result.add_pass(_OneType, "each variable has one type")
    result.finalize()
    return result


class _Lower(Lower):  # type: ignore[misc]
    """Writes code in which a variable is a value, unless it is assigned in several places.

    Numba does that for variables of one block alone. All others are places on the stack. Where they
    hold arrays, the time that LLVM takes to see through them grows with the square of their number.
    """

    def _find_singly_assigned_variable(self) -> None:
        blocks = self.func_ir.blocks
        known = compute_use_defs(blocks)
        used: dict[str, list[int]] = {}
        for block, names in known.usemap.items():
            for name in names:
                used.setdefault(name, []).append(block)
        count = Counter(one.target.name for one in _assignments(self.func_ir))
        before = compute_cfg_from_blocks(blocks).dominators()
        # Blocks are written in their order.
        self._singly_assigned_vars = {
            name
            for block, names in known.defmap.items()
            for name in names
            if count[name] == 1
            and all(block in before[use] and block < use for use in used.get(name, ()))
        }
        self._blk_local_varmap: dict[str, Any] = {}


@register_pass(mutates_CFG=True, analysis_only=False)
class _KernelLowering(NativeLowering):  # type: ignore[misc]
    """Numba's pass that writes the code of a function, with the class above."""

    _name = "kernel_lowering"

    @property
    def lowering_class(self) -> type[Lower]:
        return _Lower


class _Flags(Flags):  # type: ignore[misc]
    """The settings of a function while it is compiled, which stay as they are.

    Numba looks up what it knows of other functions by them thousands of times, and would make a
    dictionary of all of them twice each time.
    """

    __slots__ = ("_known",)

    def __init__(self, copy_from: Flags | None = None) -> None:
        super().__init__(copy_from)
        self._known: tuple[int, dict[str, Any]] | None = None

    def __hash__(self) -> int:
        return self._all()[0]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Flags):
            return NotImplemented
        theirs = other._all()[1] if isinstance(other, _Flags) else other.values()
        return bool(self._all()[1] == theirs)

    def _all(self) -> tuple[int, dict[str, Any]]:
        if self._known is None:
            self._known = super().__hash__(), self.values()
        return self._known


class _KernelCompiler(Compiler):  # type: ignore[misc]
    """The compiler of kernels."""

    library: ClassVar[type[JITCodeLibrary]] = _KernelLibrary
    _versions = True

    def define_pipelines(self) -> Any:
        codegen = self.state.targetctx.codegen()
        self.state.library = self.library(codegen, self.state.func_id.func_qualname)
        self.state.library.enable_object_caching()
        pipelines = super().define_pipelines()
        can_raise = _RAISE in self.state.func_id.code.co_code[::2]
        unneeded = _UNNEEDED if can_raise else _UNNEEDED | _OF_ERRORS
        for pipeline in pipelines:
            pipeline.passes = [
                (_KernelLowering if one is NativeLowering else one, what)
                for one, what in pipeline.passes
                if one.name() not in unneeded
            ]
        return pipelines if self._versions else [_without_versions(one) for one in pipelines]

    def _compile_core(self) -> Any:
        self.state.flags = _Flags(self.state.flags)
        self._versions = not _is_long_and_generated(self.state.func_id)
        try:
            return super()._compile_core()
        except errors.NumbaError:
            if self._versions:
                raise
            self._versions = True
            self.state.status.fail_reason = None
            return super()._compile_core()


def _is_long_and_generated(function: Any) -> bool:
    lines = {line for _, _, line in function.code.co_lines()}
    return function.func.__module__.startswith(GENERATED) and len(lines) > _LONG


class _DeviceCompiler(_KernelCompiler):
    """The compiler of device functions."""

    library = _DeviceLibrary


class _NoAliasCompiler(_DeviceCompiler):
    """The same, which assumes that the arrays of a function do not overlap."""

    def define_pipelines(self) -> Any:
        self.state.flags.noalias = True
        return super().define_pipelines()


class _RareLibrary(_DeviceLibrary):
    """The code of a device function that stays a function, and is short."""

    def add_ir_module(self, ir_module: Any) -> None:
        for function in ir_module.functions:
            if not function.is_declaration:
                function.attributes.add("noinline")
                function.attributes.add("optsize")
        super().add_ir_module(ir_module)


class _RareCompiler(_NoAliasCompiler):
    """The compiler of device functions that are called once for many steps."""

    library = _RareLibrary


# Counting references to arrays, and making functions that Python and C can call, would take a fifth
# of the time in which a model is compiled.
_OPTIONS: dict[str, Any] = {
    "_target": kernel_target.NAME,
    "error_model": "numpy",
    "_nrt": False,
    "no_cfunc_wrapper": True,
}


class _DeviceFunction(kernel_target.Dispatcher):
    """A compiled function with no way into it from Python, which would crash the interpreter."""

    def compile(self, sig: Any) -> Any:
        """Compile the function once for all numbers that are written in calls, not for each."""
        return super().compile(tuple(map(types.unliteral, sig)))

    def __call__(self, *arguments: Any) -> Any:
        name = self.py_func.__name__
        raise TypeError(f"{name}() is compiled for kernels only; call {name}.py_func() instead.")


def device_function(function: Any) -> Any:
    """Decorate a function that only kernels call; it is compiled into each of them."""
    return _for_kernels_only(function, _DeviceCompiler)


def noalias_function(function: Any) -> Any:
    """Decorate a device function whose arrays are known not to overlap.

    What it reads can stay in registers while it writes. Checking at run time whether arrays overlap
    takes longer than adding a row of a hundred weights.
    """
    return _for_kernels_only(function, _NoAliasCompiler)


def rare_function(function: Any) -> Any:
    """Decorate a function like the one above that is called once for many steps.

    Unrolled loops would take longer to compile than they save.
    """
    return _for_kernels_only(function, _RareCompiler)


def _for_kernels_only(function: Any, compiler: type[Compiler]) -> Any:
    # A kernel calls a generated function once or twice; then it knows the numbers that it passes.
    generated = function.__module__.startswith(GENERATED)
    dispatcher = numba.njit(
        pipeline_class=compiler, no_cpython_wrapper=True, forceinline=generated, **_OPTIONS
    )(function)
    dispatcher.__class__ = _DeviceFunction
    if not generated:
        dispatcher._cache = _DeviceCode(function)
    return dispatcher


class _DeviceCode(NullCache):  # type: ignore[misc]
    """Where Numba looks for the code of a function of this package, and leaves it."""

    def __init__(self, function: Any) -> None:
        self._name = f"{function.__module__}.{function.__qualname__}"

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return the code for some types; None where it must be compiled."""
        name = self._name + str(sig)
        if not _device_code or name not in _device_code:
            return None
        codegen = target_context.codegen()
        usual, codegen._library_class = codegen._library_class, _DeviceLibrary
        try:
            return CompileResult._rebuild(target_context, *pickle.loads(_device_code[name]))
        # A damaged entry can fail in any way.
        except Exception:
            return None
        finally:
            codegen._library_class = usual

    def save_overload(self, sig: Any, cres: Any) -> None:
        """Keep compiled code.

        The addresses of this process that it may hold are those of functions that it calls, which
        nothing reads. None is left in a kernel, or that would not be kept.
        """
        if _device_code is not None:
            _device_code[self._name + str(sig)] = serialize.dumps(cres._reduce())


class _MachineCode(NullCache):  # type: ignore[misc]
    """Where Numba looks for what a kernel was compiled to, and leaves it."""

    def __init__(self, function: Any, known: dict[str, bytes]) -> None:
        self._function = function
        self._known = known

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return the compiled kernel; None where it must be compiled."""
        function = self._function
        if function.__name__ not in self._known:
            return None
        stored = pickle.loads(self._known[function.__name__])
        result = CompileResult._rebuild(target_context, *stored)
        arguments, _ = sigutils.normalize_signature(sig)
        found = result.fndesc.modname, result.fndesc.qualname, result.signature.args
        return result if found == (function.__module__, function.__name__, arguments) else None

    def save_overload(self, sig: Any, cres: Any) -> None:
        """Keep a compiled kernel."""
        # Addresses of this process mean nothing to another one.
        if not cres.library.has_dynamic_globals:
            self._known[self._function.__name__] = serialize.dumps(cres._reduce())


def kernel(signature: str, *, allocates: bool = False) -> Callable[[Any], Any]:
    """Return the decorator of a function that is compiled at once for the given signature.

    One that makes arrays of its own says so with `allocates`.
    """
    options = {**_OPTIONS, "_nrt": allocates}
    compiler = Compiler if allocates else _KernelCompiler

    def decorate(function: Any) -> Any:
        dispatcher = numba.njit(pipeline_class=compiler, nogil=True, **options)(function)
        if _machine_code is not None:
            dispatcher._cache = _MachineCode(function, _machine_code)
        dispatcher.compile(signature)
        dispatcher.disable_compile()
        return dispatcher

    return decorate


def kernels_of(module: ModuleType) -> dict[str, Any]:
    """Return the kernels of a generated module by name."""
    return {
        name: value
        for name, value in vars(module).items()
        if isinstance(value, kernel_target.Dispatcher) and not isinstance(value, _DeviceFunction)
    }


def target() -> tuple[str, ...]:
    """Return what machine code depends on besides its source: versions, processor, settings."""
    settings = ("OPT", "LOOP_VECTORIZE", "USING_SVML", "BOUNDSCHECK", "DEBUGINFO_DEFAULT")
    return (
        numba.__version__,
        llvmlite.__version__,
        *kernel_target.context.codegen().magic_tuple(),
        *(f"{name} = {getattr(numba.config, name)}" for name in settings),
    )


@contextmanager
def machine_code(known: dict[str, bytes], device: dict[str, bytes]) -> Iterator[None]:
    """Take the kernels that are defined inside from where they are known by name.

    Those that are not known are compiled and added. The same holds for what they call of this
    package, in `device`.
    """
    global _machine_code, _device_code
    with COMPILER_LOCK:
        _machine_code, _device_code = known, device
        try:
            yield
        finally:
            _machine_code = _device_code = None
