"""An export in formats that other tools read: approval traces for AgentAck, events for a SIEM.

Like everything that reads a history, these trust it. `sallyport audit verify` says whether it deserves that.
"""
