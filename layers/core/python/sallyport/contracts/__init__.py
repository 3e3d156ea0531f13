"""The shapes at the edge: JSON bodies in, views out, Slack's payloads. Nothing here decides anything."""
