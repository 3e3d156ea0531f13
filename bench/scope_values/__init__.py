"""Values of technical parameters for bench/scopes.py: kinds that are nobody's, and kinds that are somebody's."""
