"""The Web API: the methods that an app calls, with Slack's answers and Slack's refusals."""

from local_slack.api.dispatch import WebApi

__all__ = ["WebApi"]
