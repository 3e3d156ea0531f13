"""The process that runs the emulated AWS: loads our patches, then hands over to ministack.

Run by `local.emulator` as `python -m local.emulator_entry --port N [--unpatched]`. The port is an argument only so
that the process can be recognised by its command line; ministack reads it from GATEWAY_PORT.
"""

import argparse
import importlib
import signal
import sys

from local import emulator_patches


def main() -> None:
    """Serve until SIGINT."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--unpatched", action="store_true", help="as ministack comes, to see what still needs a patch")
    arguments = parser.parse_args()
    # A shell that starts jobs in the background hands SIGINT down ignored, and then nothing could stop this process
    # cleanly.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    emulator_patches.require_pinned_version()
    if not arguments.unpatched:
        emulator_patches.apply()
    sys.argv = ["ministack"]
    # Only now: ministack reads its environment and binds its functions to each other at import.
    importlib.import_module("ministack.app").main()


if __name__ == "__main__":
    main()
