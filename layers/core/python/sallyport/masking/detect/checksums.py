"""Check digits of numbers."""

from __future__ import annotations


def luhn(digits: str) -> bool:
    """Whether a card number's check digit is right: it names the category, it never frees a number."""
    total = 0
    for i, char in enumerate(reversed(digits)):
        value = int(char) * (1 + i % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
