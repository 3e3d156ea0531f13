"""Detectors: each reads a plain text and yields spans. None keeps state, none quotes what it found."""
