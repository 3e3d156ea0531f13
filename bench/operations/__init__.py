"""A corpus of operations: what agents write about machines, with the identifiers in it labelled. See SOURCES.md."""
