"""An export told in formats that others read: approval traces for AgentAck, events for a SIEM.

Like all that reads a history, these believe it. `sallyport audit verify` says whether it deserves that.
"""
