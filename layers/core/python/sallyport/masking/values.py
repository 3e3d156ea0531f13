"""What masking hands to the rest of Sallyport: values that only the engine makes, findings, and the rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import InitVar, dataclass, field, replace
from typing import Any, Literal

type Choice = Literal["keep", "mask"]
type JSON = bool | int | float | str | list[JSON] | dict[str, JSON] | None

# Held by the engine alone: whoever has it vouches that the value went through the detectors.
_ENGINE_KEY = object()


class MaskingFailed(Exception):
    """The engine could not finish, so nothing may be shown.

    `code` is stable: `masking_budget_exceeded` (too long or too slow), `masking_depth_exceeded`, `masking_not_json`
    (a value that JSON cannot hold), `masking_rules_invalid` (a policy's terms or patterns), `masking_failed`.
    The message never quotes input.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code


def _vouch(key: object) -> None:
    if key is not _ENGINE_KEY:
        raise TypeError("masked values are made by sallyport.masking.mask and mask_text alone")


@dataclass(frozen=True, slots=True)
class MaskedText:
    """One string after masking; only `mask_text` makes it."""

    text: str
    key: InitVar[object] = None

    def __post_init__(self, key: object) -> None:
        _vouch(key)


@dataclass(frozen=True, slots=True)
class MaskedDocument:
    """A JSON document after masking; only `mask` makes it. Treat `document` as read-only."""

    document: JSON
    key: InitVar[object] = None

    def __post_init__(self, key: object) -> None:
        _vouch(key)

    @property
    def members(self) -> dict[str, Any]:
        """The document's members, where an object was masked: every view that people are shown is one."""
        if not isinstance(self.document, dict):
            raise TypeError("the masked document is no object")
        return self.document


def _masked_text(text: str) -> MaskedText:
    return MaskedText(text, _ENGINE_KEY)


def _masked_document(document: JSON) -> MaskedDocument:
    return MaskedDocument(document, _ENGINE_KEY)


@dataclass(frozen=True, slots=True)
class Finding:
    """`count` masked spans of one category that one detector found at `path` of the masked document; never the text."""

    path: str
    category: str
    detector: str
    count: int


@dataclass(frozen=True, slots=True)
class FieldRule:
    """An action's hint for one field.

    `path` is `$.a.b`, with `*` for any list item or any key. `mask` replaces the whole field without looking at it,
    `reveal` shows it exactly. `category` names the marker of a masked field.
    """

    path: str
    treat: Literal["mask", "reveal"]
    category: str = "VALUE"


@dataclass(frozen=True, slots=True)
class ColumnRule:
    """A deployment's word on a key, a column header or a label: how to treat whatever it names, at any depth."""

    name: str
    treat: Literal["mask", "reveal"]
    category: str = "VALUE"


@dataclass(frozen=True, slots=True)
class PatternRule:
    """A deployment's own identifier: an RE2 pattern (so linear in the text) and the category of its marker."""

    category: str
    pattern: str
    compiled: Any = field(compare=False, repr=False, default=None)


@dataclass(frozen=True, slots=True)
class TermRule:
    """Words that are always masked, compared without case, as whole words."""

    category: str
    terms: tuple[str, ...]
    compiled: Any = field(compare=False, repr=False, default=None)


@dataclass(frozen=True, slots=True)
class MaskingRules:
    """What a deployment and an action add to the engine. Action fields come first, then columns, terms, patterns."""

    fields: tuple[FieldRule, ...] = ()
    terms: tuple[TermRule, ...] = ()
    patterns: tuple[PatternRule, ...] = ()
    columns: tuple[ColumnRule, ...] = ()
    allow: frozenset[str] = frozenset()
    medical_codes: Choice = "keep"
    instants: Choice = "keep"  # when something happened to a machine
    public_addresses: Choice = "keep"  # of machines, in the fields that hold them

    def with_fields(self, fields: Sequence[FieldRule]) -> MaskingRules:
        """The same rules with an action's hints in front."""
        return replace(self, fields=(*fields, *self.fields))

    def before(self, general: MaskingRules) -> MaskingRules:
        """These rules in front of `general` ones; of two choices the one that masks."""
        return MaskingRules(
            fields=self.fields + general.fields,
            columns=self.columns + general.columns,
            terms=self.terms + general.terms,
            patterns=self.patterns + general.patterns,
            allow=self.allow | general.allow,
            medical_codes=_stricter(self.medical_codes, general.medical_codes),
            instants=_stricter(self.instants, general.instants),
            public_addresses=_stricter(self.public_addresses, general.public_addresses),
        )


def _stricter(one: Choice, other: Choice) -> Choice:
    return "mask" if "mask" in (one, other) else "keep"


DEFAULT = MaskingRules()
