"""Values of technical parameters for bench/scopes.py: kinds that identify nobody, and kinds that identify somebody."""
