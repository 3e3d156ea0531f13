"""`python -m sallyport_cli`."""

import os
import sys

from sallyport_cli.main import main

# The exit code that shells report for a program ended by SIGPIPE, 128 + 13, because our own 1 would mean findings.
_NOBODY_READS = 141

try:
    code = main()
    sys.stdout.flush()
except BrokenPipeError:  # as in `sallyport … | head`
    # Nothing is left to flush when the interpreter ends: https://docs.python.org/3/library/signal.html#note-on-sigpipe
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    code = _NOBODY_READS
sys.exit(code)
