"""Layers unpacked once for all functions, because ministack unpacks them again for every environment.

A fresh deployment starts an environment for each function (SnapStart does that when a version is published), and with
thousands of files in a layer that kept two processors busy for half a minute.
"""

import hashlib
import importlib
import shutil
import tempfile
import zipfile
from pathlib import Path
from threading import Lock
from types import SimpleNamespace
from typing import Any

_UNPACKING = Lock()


def apply() -> None:
    """Give ministack's worker another reader of zip files, which knows a layer by the name that the worker gives it."""
    runtime: Any = importlib.import_module("ministack.core.lambda_runtime")
    runtime.zipfile = SimpleNamespace(
        ZipFile=_LayerFile, BadZipFile=zipfile.BadZipFile, LargeFileError=zipfile.LargeZipFile
    )


class _LayerFile(zipfile.ZipFile):
    """A zip file; a layer is unpacked into a folder of its content's digest, to which its place becomes a link."""

    def namelist(self) -> list[str]:
        # The worker resolves every name of a layer, to make sure that none leads out of the folder. This is not needed,
        # because `extractall` strips such names, and resolving thousands of them for every function takes most of the
        # time.
        return [] if self._is_layer else super().namelist()

    def extractall(self, path: Any = None, members: Any = None, pwd: bytes | None = None) -> None:
        if not self._is_layer:
            super().extractall(path, members, pwd)
            return
        digest = hashlib.sha256(Path(str(self.filename)).read_bytes()).hexdigest()
        shared = Path(tempfile.gettempdir()) / "layers" / digest
        with _UNPACKING:
            if not shared.is_dir():
                draft = shared.with_suffix(".new")
                shutil.rmtree(draft, ignore_errors=True)
                draft.mkdir(parents=True)
                super().extractall(draft, list(super().namelist()))
                draft.rename(shared)
        place = Path(str(path))
        place.rmdir()
        # The worker removes its folder with everything in it; where that is a link, it removes only the link.
        place.symlink_to(shared)

    @property
    def _is_layer(self) -> bool:
        return Path(str(self.filename)).name.startswith("layer_")
