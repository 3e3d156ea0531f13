"""Instants in Slack's mrkdwn."""

from __future__ import annotations

from datetime import datetime


def slack_date(at: datetime) -> str:
    """Shown in the reader's own time zone. https://docs.slack.dev/messaging/formatting-message-text#date-formatting"""
    fallback = at.strftime("%Y-%m-%d %H:%M UTC")
    return f"<!date^{int(at.timestamp())}^{{time}}, {{date_short_pretty}}|{fallback}>"
