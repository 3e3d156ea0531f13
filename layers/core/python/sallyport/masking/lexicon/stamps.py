"""Months and days of the week as programs write them, `Jan` and `Mon`, whatever the language of those who read it."""

from __future__ import annotations

from sallyport.masking.lexicon import topic
from sallyport.masking.lexicon.patterns import alternatives

MONTHS = alternatives(name.title() for name in topic("machines.short_months"))
DAYS = alternatives(name.title() for name in topic("machines.short_weekdays"))
