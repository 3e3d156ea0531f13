"""In-memory twins of the ports. Each passes the same contract suite as its AWS or Slack implementation."""
