"""A local Slack workspace: one channel, its Web API, its signed clicks and a page to click in.

The product talks to it through its Slack API base URL and cannot tell the difference; everything here is for
development and tests and binds to the loopback interface only.
"""
