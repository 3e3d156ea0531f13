"""Frozen values and rules: requests, decisions, grants, the audit chain. No I/O; standard library and RFC 8785 only."""
