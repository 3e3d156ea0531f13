"""Whether a value can be what the name of its field says."""

from __future__ import annotations

import re

from sallyport.masking.lexicon import stamps
from sallyport.masking.structure.fields import Field

_BLANK = re.compile(r"[\W_]*")  # dashes and the like, where a value is missing or a table is drawn
# The image that a container is made from: `registry.example.com/ingest:1.42.7`.
_CONTAINER = re.compile(
    r"(?=.*[/:])(?!.*\.(?i:jpe?g|png|gif|tiff?|bmp|webp|heic"
    r"|dcm)$)[a-z0-9][a-z0-9._/-]{0,200}(?::[\w.-]{1,128})?(?:@sha256:[0-9a-f]{64})?"
)
# Where Terraform keeps a resource: `module.raw.aws_s3_bucket.this[0]`.
_RESOURCE = re.compile(
    r"(?:(?:module\.[\w-]{1,80}(?:\[[^\]]{0,80}\])?"
    r"|data)\.){0,8}[a-z][a-z0-9]*(?:_[a-z0-9]+)+\.[\w-]{1,120}(?:\[[^\]]{0,80}\])?"
)
_DIGIT = re.compile(r"\d|::")
_YEAR = re.compile(r"\s*(?:1[89]|20)\d\d\s*")
_DATELIKE = re.compile(rf"\d{{1,4}}[^\w\s]\d{{1,2}}|\d{{6,}}|(?:{stamps.MONTHS})[a-z]*\W", re.IGNORECASE)
_PERSON = re.compile(r"[^\W\d_][^\W_'.\u2019-]*(?:[ ,.'\u2019-]{1,2}[^\W_]+){0,5}\.?\s*")


def holds(field: Field, value: object) -> bool:
    """Whether `value` can be what a field's name says it is: anything for `whole`, a fitting shape for `check`."""
    if value is None or isinstance(value, bool) or value == "":
        return False
    if field.category == "PHOTO" and isinstance(value, str) and _CONTAINER.fullmatch(value):
        return False
    if field.category == "IP" and isinstance(value, str) and not _DIGIT.search(value):
        return False  # `AWS Internal`, `<source of the attack>`
    if field.category == "ADDRESS" and isinstance(value, str) and _RESOURCE.fullmatch(value):
        return False
    if field.trust == "whole":
        if not isinstance(value, str) or field.category == "SECRET":
            return True
        return (field.category != "ADDRESS" or len(value) <= 300) and not _BLANK.fullmatch(value)
    text = value if isinstance(value, str) else repr(value)
    if field.category == "DATE":
        return bool(_DATELIKE.search(text)) and not _YEAR.fullmatch(text) and len(text) <= 60
    if field.category == "AGE":
        digits = "".join(filter(str.isdigit, text.partition(".")[0]))
        return bool(digits) and len(digits) < 5 and int(digits) > 89
    return (
        isinstance(value, str)
        and len(value) <= 60
        and _PERSON.fullmatch(value.strip()) is not None
        and not value.islower() | value.isupper() * ("_" in value)
    )
