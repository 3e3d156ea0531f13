"""The local stack: an emulated AWS account, a Slack workspace and sample data on 127.0.0.1."""
