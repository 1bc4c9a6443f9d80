"""``python -m numbagenn run``: existing scripts run unchanged."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import numbagenn as engine
from numbagenn.__main__ import main
from numbagenn.compat import missing_names
from numbagenn.compat import shim as stand_in
from numbagenn.compat import v4_9 as legacy
from numbagenn.compat.api_version import pygenn_version
from numbagenn.compat.shim import ONLY_4_9, ONLY_5
from tests import ROOT
from tutorial_helpers import data, inference
from tutorial_helpers.models import build_classifier

SCRIPTS = Path(__file__).parent / "scripts_4_9"

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs a script in this process: its status and what it printed."""

    def running(code: str, *arguments: str, options: tuple[str, ...] = ()) -> tuple[int, str, str]:
        stand_in._announce.cache_clear()
        script = tmp_path / "script.py"
        script.write_text(code, encoding="utf-8")
        before = dict(sys.modules), list(sys.path), list(sys.argv)
        finders = list(sys.meta_path)
        status = main(["run", *options, str(script), *arguments])
        after = {name: module for name, module in sys.modules.items() if name in before[0]}
        assert (after, sys.path, sys.argv) == before
        assert sys.meta_path == finders
        assert not {"pygenn", "pygenn.genn_model"} & set(sys.modules)
        return (status, *capsys.readouterr())

    return running


# --- Scripts of the three chapters in 4.9's style -------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the weights and a few images."""
    path = tmp_path_factory.mktemp("inputs")
    images, _ = data.load_mnist()
    np.save(path / "images.npy", images[:8])
    for name, matrix in zip(data.WEIGHT_FILES, data.load_weights(), strict=True):
        np.save(path / name, matrix)
    return path


@pytest.fixture(scope="module")
def expected(folder: Path) -> inference.Classification:
    network = build_classifier(data.load_weights(), batch_size=1)
    return inference.classify(network, np.load(folder / "images.npy"))


def run_stored(name: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    stand_in._announce.cache_clear()
    assert main(["run", str(SCRIPTS / name), str(folder)]) == 0
    return capsys.readouterr()


def test_single_image(
    folder: Path, expected: inference.Classification, capsys: pytest.CaptureFixture[str]
) -> None:
    out, err = run_stored("single_image.py", folder, capsys)
    counts = [[int(word) for word in line.split()[1:]] for line in out.splitlines()]
    assert [len(layer) for layer in counts] == [784, 128, 10]
    assert counts[-1] == expected.counts[0].tolist()
    assert err == (
        "Note: the script asks for the backend 'SingleThreadedCPU'; numbagenn serves instead.\n"
    )


@pytest.mark.parametrize("name", ["one_at_a_time.py", "batches.py"])
def test_many_images(
    name: str,
    folder: Path,
    expected: inference.Classification,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out, err = run_stored(name, folder, capsys)
    assert [int(word) for word in out.split()] == expected.predictions.tolist()
    assert err == ""


def test_a_process(folder: Path) -> None:
    completed = subprocess.run(
        [sys.executable, "-m", "numbagenn", "run", str(SCRIPTS / "batches.py"), str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert (completed.returncode, completed.stderr) == (0, "")
    assert len(completed.stdout.split()) == 8


# --- What a script finds --------------------------------------------------------------------------

ENVIRONMENT = """
import os, sys
from pathlib import Path
import pygenn
import its_own_module
print(__name__, sys.argv[1:], Path(__file__) == Path(sys.argv[0]).resolve())
print(sys.modules["__main__"].__dict__ is globals(), Path(sys.path[0]) == Path(__file__).parent)
print(os.getcwd() in sys.path, its_own_module.version, __doc__, __package__, __spec__)
"""


def test_environment_of_a_script(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "its_own_module.py").write_text("from pygenn import __version__ as version\n")
    # As with python -m: the current folder comes first, and is not there with python SCRIPT.
    here = str(Path.cwd())
    monkeypatch.setattr(sys, "path", [here, *(entry for entry in sys.path if entry != here)])
    status, out, err = run('"""Text."""' + ENVIRONMENT, "a", "--help", "--api", "5")
    assert (status, err) == (0, "")
    assert out.splitlines() == [
        "__main__ ['a', '--help', '--api', '5'] True",
        "True True",
        "False 5.4.0 Text. None None",
    ]
    # The script's own modules are forgotten with the stand-in that they hold.
    assert "its_own_module" not in sys.modules
    assert run(ENVIRONMENT, options=("--api", "4.9"))[1].splitlines()[2].startswith("False 4.9.0")


def test_the_stand_in_wins_over_an_installation(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    installed = {"pygenn": ModuleType("pygenn"), "pygenn.own": ModuleType("own")}
    for name, module in installed.items():
        monkeypatch.setitem(sys.modules, name, module)
    script = tmp_path / "script.py"
    script.write_text(
        "import pygenn\nprint(pygenn.__version__)\nimport pygenn.own\n", encoding="utf-8"
    )
    assert main(["run", str(script)]) == 1
    out, err = capsys.readouterr()
    assert out == "5.4.0\n"
    assert "ImportError: cannot import name 'own' from 'pygenn'" in err
    assert {name: sys.modules[name] for name in installed} == installed


def test_importing_sets_nothing() -> None:
    code = (
        "import sys, numbagenn.compat.running; "
        "print([name for name in sys.modules if name.split('.')[0] == 'pygenn'])"
    )
    completed = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    assert completed.stdout == "[]\n"


# --- How a script ends ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "status", "err"),
    [
        ("", 0, ""),
        ("raise SystemExit", 0, ""),
        ("import sys; sys.exit()", 0, ""),
        ("import sys; sys.exit(7)", 7, ""),
        ("import sys; sys.exit(True)", 1, ""),
        ("import sys; sys.exit('no images')", 1, "no images\n"),
        ("import sys; sys.exit((1, 2))", 1, "(1, 2)\n"),
        ("import sys; print('warned', file=sys.stderr)", 0, "warned\n"),
    ],
)
def test_exit_status(run: Run, code: str, status: int, err: str) -> None:
    assert run(code) == (status, "", err)


WAYS_TO_END = [
    ("print('x\\n' * 100_000)", "| true", "141\n"),
    ("import atexit; atexit.register(print, 'end'); raise KeyboardInterrupt", "", "end\n130\n"),
    ("raise KeyboardInterrupt", "2>&-", "130\n"),
    ("print(1)", ">&-", "0\n"),
]


@pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")
@pytest.mark.parametrize("package", ["numbagenn", "tutorial_helpers"])
@pytest.mark.parametrize(
    ("code", "redirected", "statuses"),
    WAYS_TO_END,
)
def test_both_commands_end_alike(
    package: str, code: str, redirected: str, statuses: str, tmp_path: Path
) -> None:
    script = tmp_path / "script.py"
    script.write_text(code)
    run = f'"$1" -m {package} run "$2"'
    piped = redirected.startswith("|")
    line = f"{{ {run}; echo $? >&2; }} {redirected}" if piped else f"{run} {redirected}; echo $?"
    completed = subprocess.run(
        ["sh", "-c", line, "sh", sys.executable, str(script)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert (completed.stderr if piped else completed.stdout) == statuses


def test_an_interrupted_script(run: Run) -> None:
    status, _, err = run("raise KeyboardInterrupt")
    assert (status, err.splitlines()[-1]) == (130, "Interrupted.")


BROKEN = """\
from pygenn import GeNNModel

def build(model):
    model.add_neuron_population("pop", 3, "LFI", {}, {})

try:
    build(GeNNModel())
except NameError:
    pass
"""


def test_an_error_is_shown_with_the_lines_of_the_script(run: Run, tmp_path: Path) -> None:
    status, out, err = run("print('begun')\n" + BROKEN)
    script = tmp_path / "script.py"
    lines = [line for line in err.splitlines() if set(line) - set(" ^~")]
    assert (status, out) == (1, "begun\n")
    assert lines == [
        "Traceback (most recent call last):",
        f'  File "{script}", line 8, in <module>',
        "    build(GeNNModel())",
        f'  File "{script}", line 5, in build',
        '    model.add_neuron_population("pop", 3, "LFI", {}, {})',
        "AttributeError: module 'pygenn.neuron_models' has no attribute 'LFI'; did you mean 'LIF'?",
    ]


def test_an_error_of_another_library_is_shown_whole(run: Run) -> None:
    status, _, err = run("import json\njson.loads('{')")
    assert status == 1
    assert "script.py" in err
    assert "json" + os.sep in err
    assert f"compat{os.sep}running" not in err


CALLBACK = """\
from pygenn import GeNNModel, create_neuron_model
def decay(pars, dt):
    return dt / pars["tau"]
cell = create_neuron_model("cell", params=["tau"], derived_params=[("decay", decay)])
model = GeNNModel()
model.add_neuron_population("pop", 3, cell, {"tau": 0.0}, {})
model.build()
"""


def test_lines_that_the_engine_calls_are_shown(run: Run) -> None:
    status, _, err = run(CALLBACK)
    assert status == 1
    assert 'return dt / pars["tau"]' in err
    assert err.splitlines()[-1].startswith("RuntimeError: Derived parameter 'decay' of")
    assert f"numbagenn{os.sep}" not in err


@pytest.mark.parametrize(
    ("code", "last"),
    [
        ("x = (1", "SyntaxError: '(' was never closed"),
        ("if True:\nprint()", "IndentationError: expected an indented block"),
    ],
)
def test_wrong_syntax(run: Run, code: str, last: str) -> None:
    status, out, err = run(code)
    assert (status, out) == (1, "")
    assert "Traceback" not in err
    assert err.splitlines()[0].strip().startswith('File "')
    assert err.splitlines()[-1].startswith(last)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("none.py", "there is no such file"),
        ("", "Is a directory" if os.name != "nt" else "Permission denied"),
    ],
)
def test_what_cannot_be_run(
    name: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", str(tmp_path / name)]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith("Error: ")
    assert words in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("run",), "the following arguments are required: SCRIPT"),
        (("run", "--api", "6", "x.py"), "argument --api: invalid choice: '6'"),
        (("run", "--fast", "x.py"), "--fast"),
    ],
)
def test_wrong_options(
    arguments: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2
    assert words in capsys.readouterr().err


def test_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["run", "--help"])
    assert end.value.code == 0
    out = capsys.readouterr().out
    assert "Run a PyGeNN script or notebook unchanged on numbagenn" in out
    assert "python -m numbagenn run --api 4.9 simulate.py" in out


# --- The stand-in ---------------------------------------------------------------------------------

# Section 19 of what the project knows of PyGeNN: what its own tests import.
PUBLIC = (
    "GeNNModel, VarAccess, VarAccessMode, CustomUpdateVarAccess, ParallelismHint, "
    "create_neuron_model, create_current_source_model, create_weight_update_model, "
    "create_postsynaptic_model, create_custom_update_model, "
    "create_custom_connectivity_update_model, create_var_init_snippet, "
    "create_sparse_connect_init_snippet, create_var_ref, create_psm_var_ref, create_wu_var_ref, "
    "create_wu_pre_var_ref, create_wu_post_var_ref, create_egp_ref, create_out_post_var_ref, "
    "create_den_delay_var_ref, create_spike_time_var_ref, create_prev_spike_time_var_ref, "
    "create_src_spike_count_var_ref, init_var, init_weight_update, init_postsynaptic, "
    "init_sparse_connectivity, init_toeplitz_connectivity, types"
)


def test_names_of_5(run: Run) -> None:
    status, out, err = run(
        f"from pygenn import {PUBLIC}\n"
        "import pygenn, pygenn.types\n"
        "from pygenn.genn_model import GeNNModel as model, backend_modules, init_var\n"
        "from pygenn.neuron_models import LIF\n"
        "from pygenn import neuron_models, init_var_snippets\n"
        "print(model is GeNNModel is pygenn.GeNNModel, list(backend_modules))\n"
        "print(types.Float is pygenn.types.Float, types is pygenn.types)\n"
        "print(LIF().class_name, init_var_snippets.Constant().class_name)\n"
        "print(hasattr(pygenn, 'get_num_threads'), hasattr(pygenn, 'genn_wrapper'))\n"
    )
    assert (status, err) == (0, "")
    assert out.splitlines() == ["True ['bundled']", "True True", "LIF Constant", "False False"]


def test_names_of_the_engine_are_taken_from_it() -> None:
    own = {"get_num_threads", "set_num_threads", "GeNNModel", "types"}
    modules = stand_in.stand_in("5")
    assert all(
        value is getattr(engine.types, name)
        for name, value in vars(modules["pygenn"].types).items()
        if name in modules["pygenn"].types.__all__
    )
    assert "Float" in modules["pygenn"].types.__all__
    for name in set(engine.__all__) - own:
        given = getattr(modules["pygenn"], name)
        assert getattr(given, "__wrapped__", given) is getattr(engine, name)
    assert issubclass(modules["pygenn"].GeNNModel, engine.GeNNModel)
    assert set(modules["pygenn"].__all__) >= set(engine.__all__) - own


def test_what_is_out_of_scope_is_an_error_when_used(run: Run) -> None:
    code = (
        "from pygenn.genn_model import *\n"
        "own = create_custom_neuron_class('own', custom_body={'get': '{ return 1; }'})\n"
        "print('described')\n"
        "model = GeNNModel()\n"
    )
    status, out, err = run(code + "model.add_neuron_population('cells', 3, own, {}, {})")
    assert (status, out) == (1, "described\n")
    assert "does not support 'custom_body' (neuron model 'own')" in err


def test_a_description_that_is_not_there_is_an_error_when_used() -> None:
    create = stand_in.stand_in("4.9")["pygenn.genn_model"].create_custom_init_var_snippet_class
    unavailable = create("own", custom_body={"get": "{ return 1; }"})
    with pytest.raises(NotImplementedError, match="'custom_body'"):
        engine.init_var(unavailable)


@pytest.mark.parametrize("code", ["V += 1;", "x = (1;", "x = __shfl_xor_sync(0xFFFF, x, 1);"])
def test_wrong_code_is_told_at_once_and_an_error_when_used(
    run: Run, code: str, recwarn: pytest.WarningsRecorder
) -> None:
    described = f"""
from pygenn import GeNNModel, create_neuron_model
wrong = create_neuron_model("wrong", vars=[("x", "scalar")], sim_code="{code}")
print("described")
"""
    status, out, err = run(described)
    assert (status, out) == (0, "described\n")
    told = [
        (Path(one.filename).name, one.lineno, one.category, str(one.message).partition(",")[0])
        for one in recwarn
    ]
    at_once = ("script.py", 3, UserWarning, "This model can be described")
    assert told == ([] if "__" in code else [at_once])
    status, out, err = run(
        f"{described}GeNNModel().add_neuron_population('cells', 1, wrong, {{}}, {{'x': 0.0}})"
    )
    assert (status, out) == (1, "described\n")
    assert "Error: Sim code of neuron model 'wrong', line 1: " in err


@pytest.mark.parametrize("backend", ["cuda", "hip", "single_threaded_cpu"])
def test_backends_are_accepted_and_named(run: Run, backend: str) -> None:
    status, out, err = run(
        "from pygenn import GeNNModel\n"
        f"model = GeNNModel('float', 'x', backend='{backend}', manual_device_id=1)\n"
        f"model.backend_name = '{backend}'\n"
        f"model.timing = True\nmodel.default_narrow_sparse_ind_enabled = True\n"
        "print(model.backend_name)"
    )
    assert (status, out) == (0, "bundled\n")
    assert err == (
        f"Note: the script asks for the backend '{backend}'; numbagenn serves instead.\n"
    )


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ("GeNNModel(backend='gpu')", "KeyError: \"Backend 'gpu' is not available"),
        ("setattr(GeNNModel(), 'backend_name', 'gpu')", "KeyError: \"Unknown backend 'gpu'"),
        ("GeNNModel(optimise_codes=True)", "Unknown preference 'optimise_codes'; did you mean"),
    ],
)
def test_wrong_models(run: Run, call: str, words: str) -> None:
    status, _, err = run(f"from pygenn import GeNNModel\n{call}")
    assert status == 1
    assert words in err


def test_names_of_4_9(run: Run) -> None:
    status, out, err = run(
        "import pygenn\n"
        "from pygenn import genn_model, genn_wrapper, GeNNModel\n"
        f"from pygenn.genn_model import {', '.join(legacy.__all__)}\n"
        "from pygenn.genn_model import create_egp_ref, create_wu_pre_var_ref\n"
        "from pygenn.genn_wrapper import NO_DELAY, VarLocation_HOST, VarAccess_READ_ONLY\n"
        "from pygenn.genn_wrapper.Models import VarAccessMode_READ_WRITE\n"
        "from pygenn.genn_groups import NeuronGroup, SynapseGroup, CurrentSource\n"
        "print(NO_DELAY, VarAccess_READ_ONLY is genn_wrapper.Models.VarAccess_READ_ONLY)\n"
        "print(pygenn.__version__, GeNNModel is genn_model.GeNNModel, GeNNModel().dT)\n"
        "try:\n    from pygenn import create_neuron_model\n"
        "except ImportError:\n    print('no name of 5')\n",
        options=("--api", "4.9"),
    )
    assert (status, err) == (0, "")
    assert out.splitlines() == ["0 True", "4.9.0 True 0.1", "no name of 5"]


# --- Which of the two a script is for -------------------------------------------------------------

SYNAPSES_4_9 = (
    "from pygenn import GeNNModel\n"
    "model.add_synapse_population('a', kind, 0, p, q, 'StaticPulse', {}, {}, {}, {}, psm, {}, {})"
)


@pytest.mark.parametrize(
    ("code", "version"),
    [
        ("", "5"),
        ("print('hello')", "5"),
        ("import pygenn", "5"),
        ("from pygenn import GeNNModel", "5"),
        ("from pygenn.genn_model import GeNNModel, backend_modules", "5"),
        ("from pygenn import GeNNModel, init_weight_update", "5"),
        ("import pygenn\npygenn.create_neuron_model('x')", "5"),
        ("from pygenn import types", "5"),
        ("import pygenn.neuron_models", "5"),
        ("from pygenn import *\ninit_postsynaptic('DeltaCurr')", "5"),
        ("from pygenn.genn_model import create_custom_neuron_class", "4.9"),
        ("from pygenn import genn_model\ngenn_model.create_dpf_class(f)()", "4.9"),
        ("import pygenn.genn_model as g\ng.init_connectivity('OneToOne', {})", "4.9"),
        ("from pygenn.genn_model import *\ncreate_custom_neuron_class('x')", "4.9"),
        ("from pygenn.genn_wrapper import NO_DELAY", "4.9"),
        ("from pygenn import genn_wrapper", "4.9"),
        ("import pygenn.genn_wrapper.Models", "4.9"),
        ("from pygenn.genn_model import GeNNModel\nmodel.dT = 1.0", "4.9"),
        ("from pygenn.genn_model import GeNNModel\npop.pull_var_from_device('V')", "4.9"),
        # Without PyGeNN itself: what a library on top of it may use.
        ("from ml_genn import Network\npop.push_var_to_device('V')", "5"),
        ("from ml_genn import Network\npop.pull_state_from_device()", "4.9"),
        ("from pygenn.genn_model import GeNNModel\nkind = 'DENSE_INDIVIDUALG'", "4.9"),
        ("kind = 'DENSE_PROCEDURALG'", "5"),
        (SYNAPSES_4_9, "4.9"),
        # One that runs with both is told that it has 5.x.
        ("try:\n    from pygenn import create_neuron_model\nexcept ImportError:\n"
         "    from pygenn.genn_model import create_custom_neuron_class", "5"),
        # Names of others mean nothing.
        ("from mine import types, genn_wrapper, VarAccess", "5"),
        ("types = 1\nx.VarAccess = types", "5"),
        ("from its_own import cell", "4.9"),
        ("import its_own.cells", "4.9"),
        ("from its_own.other import x", "5"),
        ("x = (", "5"),
    ],
)  # fmt: skip
def test_version_of_a_script(code: str, version: str, tmp_path: Path) -> None:
    package = tmp_path / "its_own"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "other.py").write_text("from pygenn import GeNNModel")
    (package / "cell.py").write_text("from pygenn.genn_model import create_custom_neuron_class")
    (package / "cells.py").write_text("import its_own.other\nfrom its_own.cell import *")
    assert pygenn_version([code], tmp_path, ONLY_4_9, ONLY_5) == version


# --- Names that there are not ---------------------------------------------------------------------

LACKING = "has it, but numbagenn does not support "
TRY = """
import pygenn
try:
    {code}
except ({kind}) as error:
    print(type(error).__name__, error)
else:
    print("found")
"""


def tried(run: Run, code: str, version: str, kind: str = "ImportError, AttributeError") -> str:
    """Return what a line of a script comes to."""
    status, out, err = run(TRY.format(code=code, kind=kind), options=("--api", version))
    assert (status, err) == (0, "")
    return out.removesuffix("\n")


@pytest.mark.parametrize(
    ("version", "module", "name"),
    [
        ("5", "pygenn.genn_model", "generate_code"),
        ("5", "pygenn.genn_model", "Runtime"),
        ("4.9", "pygenn.genn_wrapper", "Snippet"),
        ("4.9", "pygenn.genn_wrapper.Models", "VarRef"),
    ],
)
def test_names_that_the_engine_lacks(run: Run, version: str, module: str, name: str) -> None:
    title = {"5": "PyGeNN 5.4", "4.9": "PyGeNN 4.9"}[version]
    found = tried(run, f"from {module} import {name}", version)
    start = f"ImportError cannot import name '{name}' from '{module}': {title} {LACKING}"
    assert found.startswith(start)
    assert found.endswith("; run the script on real PyGeNN.")
    found = tried(run, f"import {module}; {module}.{name}", version)
    assert found.startswith(
        f"AttributeError module '{module}' has no attribute '{name}': {title} {LACKING}"
    )
    # Scripts that ask first go on.
    assert (
        tried(run, f"import {module}; assert not hasattr({module}, '{name}')", version) == "found"
    )


@pytest.mark.parametrize(
    ("version", "line"),
    [
        ("5", "from pygenn.genn_model import create_custom_neuron_class"),
        ("5", "from pygenn import VarAccess_READ_ONLY"),
        ("5", "from pygenn import VarAccessDuplication_SHARED"),
        ("5", "from pygenn.genn_wrapper import NO_DELAY"),
        ("5", "import pygenn.genn_wrapper.Models"),
        ("5", "pygenn.genn_wrapper"),
        ("4.9", "from pygenn import create_neuron_model"),
        ("4.9", "from pygenn.genn_model import create_neuron_model"),
        ("4.9", "from pygenn import types"),
        ("4.9", "from pygenn import create_pre_var_ref"),
        ("4.9", "from pygenn import SynapseMatrixConnectivity"),
        ("4.9", "import pygenn.neuron_models"),
        ("4.9", "import pygenn.cuda_backend"),
        ("4.9", "from pygenn import init_sparse_connectivity"),
        ("4.9", "pygenn.VarAccess"),
    ],
)
def test_names_of_the_other_version(run: Run, version: str, line: str) -> None:
    other = {"5": "4.9", "4.9": "5"}[version]
    titles = {"5": "PyGeNN 5.4", "4.9": "PyGeNN 4.9"}
    assert tried(run, line, version).endswith(
        f": it belongs to {titles[other]}, and the script is run as one for {titles[version]}; "
        f"run it with --api {other}."
    )


@pytest.mark.parametrize(
    ("version", "line", "expected"),
    [
        (
            "5",
            "from pygenn import create_neurn_model",
            "ImportError cannot import name 'create_neurn_model' from 'pygenn': PyGeNN 5.4 has no "
            "such name; did you mean 'create_neuron_model'?",
        ),
        (
            "5",
            "pygenn.SynapseGruop",
            "AttributeError module 'pygenn' has no attribute 'SynapseGruop': PyGeNN 5.4 has no "
            "such name; did you mean 'SynapseGroup'?",
        ),
        (
            "4.9",
            "from pygenn.genn_model import create_custom_neuron_clas",
            "ImportError cannot import name 'create_custom_neuron_clas' from 'pygenn.genn_model': "
            "PyGeNN 4.9 has no such name; did you mean 'create_custom_neuron_class'?",
        ),
        (
            "5",
            "import pygenn.nothing",
            "ImportError cannot import name 'nothing' from 'pygenn': PyGeNN 5.4 has no such name; "
            "correct it.",
        ),
        (
            "5",
            "from pygenn.neuron_models import LFI",
            "ImportError cannot import name 'LFI' from 'pygenn.neuron_models': PyGeNN 5.4 has no "
            "such name; did you mean 'LIF'?",
        ),
        (
            "5",
            "from pygenn.types import Flaot",
            "ImportError cannot import name 'Flaot' from 'pygenn.types': PyGeNN 5.4 has no such "
            "name; did you mean 'Float'?",
        ),
        (
            "5",
            "from pygenn import backend_modules",
            "ImportError cannot import name 'backend_modules' from 'pygenn': it is in "
            "'pygenn.genn_model'; import it from there.",
        ),
        (
            "4.9",
            "from pygenn import NO_DELAY",
            "ImportError cannot import name 'NO_DELAY' from 'pygenn': it is in "
            "'pygenn.genn_wrapper'; import it from there.",
        ),
    ],
)
def test_names_that_no_version_has_there(run: Run, version: str, line: str, expected: str) -> None:
    assert tried(run, line, version) == expected


def test_other_packages_are_looked_for_as_ever(run: Run) -> None:
    for line, expected in (
        ("import no_such_package", "ModuleNotFoundError No module named 'no_such_package'"),
        ("import json.nothing", "ModuleNotFoundError No module named 'json.nothing'"),
        ("from json import nothing", "ImportError cannot import name 'nothing' from 'json'"),
    ):
        assert tried(run, line, "5").startswith(expected)


def test_classes_of_groups_are_in_both_modules_of_4_9(run: Run) -> None:
    line = "from pygenn.genn_model import NeuronGroup; from pygenn.genn_groups import NeuronGroup"
    assert tried(run, line, "4.9") == "found"


def test_a_missing_name_ends_a_script_by_its_sentence_alone(run: Run, tmp_path: Path) -> None:
    status, out, err = run("from pygenn.genn_model import generate_code")
    assert (status, out) == (1, "")
    lines = [line for line in err.splitlines() if set(line) - set(" ^~")]
    assert lines[:-1] == [
        "Traceback (most recent call last):",
        f'  File "{tmp_path / "script.py"}", line 1, in <module>',
        "    from pygenn.genn_model import generate_code",
    ]
    assert lines[-1] == (
        "ImportError: cannot import name 'generate_code' from 'pygenn.genn_model': PyGeNN 5.4 has "
        "it, but numbagenn does not support what is made of C++; run the script on real PyGeNN."
    )


def test_what_is_said_to_be_missing_is() -> None:
    for version, names in missing_names._NAMES.items():
        modules = stand_in.stand_in(version)
        found = {name for name in names for module in modules.values() if name in vars(module)}
        assert not found
