"""What several use cases share, over ports: recording a transition, policy's answer, approvals that still
count, cards, sessions. A use case is a verb; what two of them need is here (docs/decisions/0083)."""
