"""What ministack lacks and Sallyport needs, added by wrapping its functions before it starts.

One module per gap, each with `apply()`. They use ministack's internal names, so they are for exactly one version.
`tests/integration/test_emulator_patches.py` shows every gap closed, and fails when ministack closes one by itself.
"""

import importlib
import importlib.metadata

PINNED_VERSION = "1.5.33"
PATCHES = (
    "task_timeout_path",
    "task_token_failure",
    "task_token_resource",
    "source_identity",
    "admin_key",
    "secure_transport",
    "principal_arn",
    "permissions_boundary",
    "item_conditions",
    "export_resource",
    "sam_parameters",
    "template_properties",
    "cloudtrail_trail",
    "shared_layers",
)


class WrongVersionError(SystemExit):
    """The installed ministack is not the one that the patches were written for."""


def require_pinned_version() -> None:
    """Raise WrongVersionError unless the pinned ministack is installed."""
    found = importlib.metadata.version("ministack")
    if found != PINNED_VERSION:
        raise WrongVersionError(
            f"ministack {found} is installed, but local/emulator_patches/ was written for {PINNED_VERSION}: "
            "install the pinned requirements again, or revise the patches and the pin together"
        )


def apply() -> None:
    """Apply every patch. Must run before ministack serves."""
    for name in PATCHES:
        importlib.import_module(f"{__name__}.{name}").apply()
