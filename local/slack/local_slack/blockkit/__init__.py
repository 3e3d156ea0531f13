"""Block Kit: what Slack accepts, what it refuses, and what it adds on its own."""

from local_slack.blockkit.normalise import normalise_blocks, normalise_home, normalise_view
from local_slack.blockkit.rules import Problem
from local_slack.blockkit.validate import check_blocks, check_home, check_view, text_weight

__all__ = [
    "Problem",
    "check_blocks",
    "check_home",
    "check_view",
    "normalise_blocks",
    "normalise_home",
    "normalise_view",
    "text_weight",
]
