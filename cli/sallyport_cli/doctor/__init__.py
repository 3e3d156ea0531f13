"""`sallyport doctor`: what is wrong with a live deployment, and how to fix it."""

from sallyport_cli.doctor.commands import add_commands

__all__ = ["add_commands"]
