"""A policy layer to examine: the checkout's, a folder, or a git ref's."""

from __future__ import annotations

import io
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sallyport.adapters.cedar import CedarAuthorizer
from sallyport.adapters.executor import BotoCallMaker
from sallyport.adapters.policy_layer import load_policy, policy_texts
from sallyport.adapters.policy_yaml import read_yaml
from sallyport.domain.actions import PolicyBundle
from sallyport.domain.ports import Places
from sallyport_cli.errors import UsageError

PACKAGE = "layers/policy/python/sallyport_policy"
# Stands for the account, the region and the partition wherever none is given; nothing is looked up there.
PLACES = Places("aws", "000000000000", "us-east-1")


@dataclass(frozen=True)
class Layer:
    """A loaded policy layer. Has the ports that judging a submission needs (`JudgePorts`)."""

    root: Path
    policy: PolicyBundle
    places: Places = PLACES

    @cached_property
    def authorizer(self) -> CedarAuthorizer:
        return CedarAuthorizer(self.policy)

    @property
    def call_maker(self) -> BotoCallMaker:
        return _call_maker()

    @cached_property
    def raw_actions(self) -> dict[str, dict[str, Any]]:
        """The action files as written, by name."""
        return {
            name.removeprefix("actions/").removesuffix(".yaml"): read_yaml(text, name)
            for name, text in policy_texts(self.root).items()
            if name.startswith("actions/")
        }

    @property
    def tests(self) -> Path:
        """The cases beside the layer's package: layers/policy/tests."""
        return self.root.parent.parent / "tests"

    @property
    def targets(self) -> Path:
        """The rendered target roles, where the layer lies in a checkout."""
        return self.template.parent / "targets/template.yaml"

    @property
    def template(self) -> Path:
        """The deployment's template, where the layer lies in a checkout."""
        return self.root.parent.parent.parent.parent / "template.yaml"


# Shared by all layers, because it keeps the services' models, which are slow to read and the same for every policy.
@cache
def _call_maker() -> BotoCallMaker:
    return BotoCallMaker()


def default_root() -> Path:
    """The package `sallyport_policy` that is on the path: the checkout's."""
    return Path(str(files("sallyport_policy")))


def package_in(where: Path | None) -> Path | None:
    """The layer's package inside a checkout, where a checkout is given."""
    package = where / PACKAGE if where else None
    return package if package is not None and package.is_dir() else where


def open_layer(root: Path | None = None, account: str | None = None) -> Layer:
    """Raises UsageError where there is none, PolicyInvalid for one that cannot be loaded."""
    root = root or default_root()
    if not (root / "authorization.cedar").is_file():
        raise UsageError(f"{root} is not a policy layer: it has no authorization.cedar")
    places = PLACES if account is None else Places(PLACES.partition, account, PLACES.region)
    return Layer(root, load_policy(places.account, root), places)


@contextmanager
def layer_at(where: str, account: str | None = None) -> Iterator[Layer]:
    """The layer in the folder `where` (the package itself or a checkout), or at the git ref `where`."""
    folder = Path(where)
    if folder.is_dir():
        yield open_layer(package_in(folder), account)
        return
    with TemporaryDirectory(prefix="sallyport-policy-") as kept:
        _extract(where, Path(kept))
        yield open_layer(Path(kept) / PACKAGE, account)


def _extract(ref: str, target: Path) -> None:
    if ref.startswith("-"):
        raise UsageError(f"{ref} is neither a folder nor a git ref")
    top = default_root().parents[3]
    # The ref is one argument of git's, not a shell's, and cannot be an option.
    command = ["git", "-C", str(top), "archive", "--format=tar", ref, "--", PACKAGE]
    done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603
    if done.returncode:
        raise UsageError(f"{ref} is neither a folder nor a git ref that has {PACKAGE}")
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(target, filter="data")
