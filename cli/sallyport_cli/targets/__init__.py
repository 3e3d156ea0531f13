"""`sallyport targets`: the roles that approved credentials are sessions of, derived from the actions."""

from sallyport_cli.targets.commands import add_commands

__all__ = ["add_commands"]
