"""A Slack workspace on this machine: its Web API, its signed interactions and a page to click in.

An app talks to it through its Slack API base URL and cannot tell the difference; everything here is for development
and tests and binds to the loopback interface only.
"""
