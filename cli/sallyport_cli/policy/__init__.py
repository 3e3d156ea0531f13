"""`sallyport policy`: whether the policy is sound, what it says, and what a change of it changes."""

from sallyport_cli.policy.commands import add_commands

__all__ = ["add_commands"]
