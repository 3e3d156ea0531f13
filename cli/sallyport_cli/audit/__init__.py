"""`sallyport audit`: the auditor's side. It knows only the documented format and shares no code with the writer."""

from sallyport_cli.audit.commands import add_commands

__all__ = ["add_commands"]
