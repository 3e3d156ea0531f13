"""The catalogue's schemas, judged by somebody else's code."""
