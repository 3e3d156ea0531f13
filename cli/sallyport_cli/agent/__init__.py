"""The agent's verbs: request, wait, credentials, run, cancel, done, actions, profile."""

from sallyport_cli.agent.commands import add_commands

__all__ = ["add_commands"]
