"""Every function as `sam build` leaves it starts with its layers alone: an emulator would lend it our packages."""

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from local import deploy
from local.stack import PROJECT
from tests.support.template import ROOT

FUNCTIONS = sorted(p.parent.name for p in (ROOT / "functions").glob("*/app.py"))
# -I: neither this environment's variables nor the current folder; -S: no site-packages.
START = """
import importlib, json, runpy, sys
sys.path[:0] = json.loads(sys.argv[1])
runpy.run_path(sys.argv[2])
for lazily in json.loads(sys.argv[3]):
    importlib.import_module(lazily)
ours = tuple(json.loads(sys.argv[1])) + (sys.base_prefix,)
files = [getattr(m, "__file__", None) for m in sys.modules.values()]
print(json.dumps([f for f in files if f and not f.startswith(ours) and f != sys.argv[2]]))
"""


@pytest.fixture(scope="session")
def built() -> Path:
    """The local stack's build, made now where it is not of these sources; the stack has no need to make it again."""
    deploy.build(PROJECT)
    return PROJECT.build_directory


@pytest.fixture(scope="session")
def byte_code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where functions leave what they compiled: in a layer it would make another version of it."""
    return tmp_path_factory.mktemp("byte-code")


def folder(built: Path, uri: str) -> Path:
    return (built / uri).resolve()


@cache
def template(built: Path) -> dict[str, Any]:
    from samcli.yamlhelper import yaml_parse

    parsed: dict[str, Any] = yaml_parse((built / "template.yaml").read_text())
    return parsed


def layers(built: Path) -> list[str]:
    resources = template(built)["Resources"]
    names = ("DepsLayer", "CoreLayer", "PolicyLayer")
    return [str(folder(built, resources[name]["Properties"]["ContentUri"]) / "python") for name in names]


def modules(built: Path) -> list[str]:
    """Every module of the core layer: also those that a function imports when it first needs them."""
    core = Path(layers(built)[1])
    return [".".join(p.relative_to(core).with_suffix("").parts).removesuffix(".__init__") for p in core.rglob("*.py")]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_built_function_imports_with_its_layers_alone(built: Path, byte_code: Path, function: str) -> None:
    resources = template(built)["Resources"].values()
    uris = [r["Properties"].get("CodeUri", "") for r in resources if r["Type"] == "AWS::Serverless::Function"]
    apps = [folder(built, uri) / "app.py" for uri in uris]
    (app,) = [a for a in apps if a.read_bytes() == (ROOT / "functions" / function / "app.py").read_bytes()]
    lazily = modules(built) if function == "submit_request" else []
    given = [json.dumps(layers(built)), str(app), json.dumps(lazily)]
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-X", f"pycache_prefix={byte_code}", "-c", START, *given],
        env={"PATH": os.defpath, "AWS_DEFAULT_REGION": "us-east-1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == []


def test_a_function_has_no_packages_of_its_own(built: Path) -> None:
    for resource in template(built)["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            names = {p.name for p in folder(built, resource["Properties"]["CodeUri"]).iterdir()}
            assert names == {"app.py", "requirements.txt"}


def files(folder: Path) -> set[str]:
    return {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file() and p.suffix != ".pyc"}


def test_layers_are_laid_out_as_lambda_reads_them(built: Path) -> None:
    deps, core, policy = map(Path, layers(built))
    assert (deps / "pynamodb").is_dir()
    assert files(core) == files(ROOT / "layers/core/python") >= {"sallyport/domain/requests.py"}
    assert files(policy) == files(ROOT / "layers/policy/python") >= {"sallyport_policy/authorization.cedar"}


def test_layers_hold_nothing_that_running_them_leaves_behind(built: Path) -> None:
    """By-products differ from run to run, and with them the layer: every deploy would publish it anew."""
    assert not [path for layer in layers(built) for path in Path(layer).rglob("__pycache__")]
