"""Guards taken out one by one: whether a test notices. `python -m tests.mutants --help`."""
