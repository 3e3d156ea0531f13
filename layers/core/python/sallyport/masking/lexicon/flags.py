"""What a word can be. The flags of a listed word are the sum of these."""

from __future__ import annotations

GIVEN, GIVEN_STRONG, SURNAME, SURNAME_STRONG, COMMON, FREQUENT, MEDICAL, EPONYM, PLACE, PLACE_STRONG, REGION, NATION = (
    1 << bit for bit in range(12)
)
NAME = GIVEN | SURNAME
STRONG_NAME = GIVEN_STRONG | SURNAME_STRONG
ORDINARY = COMMON | MEDICAL
