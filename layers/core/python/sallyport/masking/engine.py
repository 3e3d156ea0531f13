"""Walks a JSON document and masks it: an action's hints first, then what fields say, then free text.

Structure is masked on the way down; strings that need reading are put off until every name in a field is known, so
that a name in one field is found in the prose of another.
"""

from __future__ import annotations

import json
import re
from typing import Any

from sallyport.masking import freetext, policy, words
from sallyport.masking.budget import MAX_DEPTH, Budget
from sallyport.masking.ledger import MARKER, Ledger
from sallyport.masking.plain import scrub_surrogates
from sallyport.masking.spans import Span, settle
from sallyport.masking.structure import fhir, tables
from sallyport.masking.structure.fields import Field, field_of, holds
from sallyport.masking.values import JSON, FieldRule, MaskingFailed, MaskingRules

type Hints = tuple[tuple[tuple[str, ...], FieldRule], ...]

_WORD = re.compile(r"[^\W_]+")
_FIELD_KEY = re.compile(r"[A-Za-z_$@][A-Za-z_$:.\-]{0,60}\d{0,2}")
# Fields whose category also holds for what lies below them: `"phone": {"home": …}`, DynamoDB's `{"S": …}`.
_INHERITED = frozenset(
    ("PHONE", "EMAIL", "SSN", "MRN", "SECRET", "ACCOUNT", "HEALTH_PLAN", "LICENSE", "BIOMETRIC", "PHOTO", "NAME", "IP")
)
_PUBLIC_PARTS = frozenset(
    ("state", "country", "use", "type", "system", "region", "code", "status", "kind", "label", "primary", "verified")
)


class Engine:
    """One request's masking: its rules, its ledger, its budget."""

    def __init__(self, rules: MaskingRules, budget: Budget) -> None:
        freetext.load()
        self.rules = rules
        self.ledger = Ledger()
        self.budget = budget
        self.columns = policy.columns(rules)
        self.extended = bool(rules.patterns or rules.terms or rules.medical_codes == "mask")
        self.known: set[str] = set()
        self.pending: list[tuple[Any, Any, str, str]] = []
        self.mentions: list[tuple[Any, Any, str, str]] = []

    def run(self, document: JSON) -> JSON:
        """The masked document. Raises MaskingFailed."""
        self._reserve(document)
        hints: Hints = tuple((tuple(rule.path.split(".")[1:]), rule) for rule in self.rules.fields)
        root: list[JSON] = [None]
        self._put(root, 0, document, "$", hints, None, 0, "")
        for holder, key, text, path in self.pending:
            holder[key] = self._text(text, path)
        for holder, key, text, path in self.mentions:
            if hits := self._known_in(text):
                holder[key] = self._replaced(text, path, _mentions(text, hits))
        return root[0]

    def _reserve(self, document: JSON) -> None:
        """One pass at the speed of the encoder: is it JSON, is it too long, which markers are taken."""
        try:
            encoded = json.dumps(document, ensure_ascii=False)
        except RecursionError:
            raise MaskingFailed("masking_depth_exceeded") from None
        except (TypeError, ValueError):
            raise MaskingFailed("masking_not_json") from None
        self.budget.admit(len(encoded))
        if "[" in encoded:
            self.ledger.reserve(encoded)

    def _put(
        self, holder: Any, slot: Any, value: JSON, path: str, hints: Hints, field: Field | None, depth: int, role: str
    ) -> None:
        """Masks `value` into `holder[slot]`."""
        for steps, rule in hints:
            if not steps:
                holder[slot] = value if rule.treat == "reveal" else self._whole(value, path, rule.category)
                return
        if depth > MAX_DEPTH:
            raise MaskingFailed("masking_depth_exceeded")
        kind = type(value)
        if kind is str:
            holder[slot] = value
            self._string(holder, slot, value, path, field)  # type: ignore[arg-type]
        elif kind is dict:
            self._object(holder, slot, value, path, hints, field, depth)  # type: ignore[arg-type]
        elif kind is list:
            inner = _descend(hints, None) if hints else hints
            masked: list[JSON] = [None] * len(value)  # type: ignore[arg-type]
            holder[slot] = masked
            for i, item in enumerate(value):  # type: ignore[arg-type]
                self._put(masked, i, item, f"{path}[{i}]", inner, field, depth + 1, role)
        elif kind in (int, float):
            holder[slot] = self._number(value, path, field)  # type: ignore[arg-type]
        else:
            holder[slot] = value

    def _string(self, holder: Any, slot: Any, value: str, path: str, field: Field | None) -> None:
        if field is not None and holds(field, value):
            holder[slot] = self._mask(value, path, field.category, "field")
        elif field is not None and not field.category:
            return
        elif len(value) > 1 and not (_FIELD_KEY.fullmatch(value) and field_of(value) is not None):
            self.pending.append((holder, slot, value, path))

    def _object(
        self,
        holder: Any,
        slot: Any,
        value: dict[str, JSON],
        path: str,
        hints: Hints,
        field: Field | None,
        depth: int,
    ) -> None:
        masked: dict[str, JSON] = {}
        holder[slot] = masked
        _strings_only(value)
        if fhir.is_resource(value) and not hints:
            self._fhir(masked, value, path, depth, "")
            return
        described = tables.described_field(value)
        headers = tables.headers(value)
        inherited = field if field is not None and (field.category in _INHERITED or tables.is_typed(value)) else None
        for key, item in value.items():
            shown = self._key(key, path, masked)
            below = f"{path}.{shown}"
            inner = _descend(hints, key) if hints else hints
            found = self.columns.get(words.fold(key)) if self.columns else None
            found = found or (described if key in tables.VALUE_KEYS and described else field_of(key))
            if found is None and inherited is not None and key.lower() not in _PUBLIC_PARTS:
                found = inherited
            if isinstance(item, list) and item and isinstance(item[0], list) and not inner:
                masked[shown] = self._rows(item, below, headers, depth + 1)
            else:
                self._put(masked, shown, item, below, inner, found, depth + 1, key)

    def _rows(self, rows: list[JSON], path: str, headers: list[Field | None] | None, depth: int) -> list[JSON]:
        """A matrix, its columns named by a header elsewhere or by its own first row."""
        columns = headers if headers is not None else tables.first_row(rows)
        masked: list[JSON] = [None] * len(rows)
        for i, row in enumerate(rows):
            if (
                isinstance(row, list)
                and columns is not None
                and len(row) == len(columns)
                and not (headers is None and i == 0)
            ):
                cells: list[JSON] = [None] * len(row)
                masked[i] = cells
                for j, cell in enumerate(row):
                    self._put(cells, j, cell, f"{path}[{i}][{j}]", (), columns[j], depth + 1, "")
            else:
                self._put(masked, i, row, f"{path}[{i}]", (), None, depth + 1, "")
        return masked

    def _fhir(self, masked: dict[str, JSON], node: dict[str, JSON], path: str, depth: int, role: str) -> None:
        """One object of a FHIR resource."""
        if depth > MAX_DEPTH:
            raise MaskingFailed("masking_depth_exceeded")
        _strings_only(node)
        plain = not self.columns and self.rules.medical_codes == "keep"
        for key, item in node.items():
            kind = type(item)
            if kind is str and plain and key in fhir.KEEP:
                masked[key] = item
            elif kind is dict:
                if plain and fhir.terminology_only(item):  # type: ignore[arg-type]
                    masked[key] = item
                    continue
                inner: dict[str, JSON] = {}
                masked[key] = inner
                self._fhir(inner, item, f"{path}.{key}", depth + 1, key)  # type: ignore[arg-type]
            elif kind is list:
                items: list[JSON] = [None] * len(item)  # type: ignore[arg-type]
                masked[key] = items
                for i, entry in enumerate(item):  # type: ignore[arg-type]
                    if type(entry) is dict:
                        if plain and fhir.terminology_only(entry):
                            items[i] = entry
                            continue
                        inner = {}
                        items[i] = inner
                        self._fhir(inner, entry, f"{path}.{key}[{i}]", depth + 1, key)
                    else:
                        self._fhir_leaf(items, i, node, key, entry, f"{path}.{key}[{i}]", role)
            else:
                shown = key if key.isidentifier() else self._key(key, path, masked)
                self._fhir_leaf(masked, shown, node, key, item, f"{path}.{shown}", role)

    def _fhir_leaf(
        self, holder: Any, slot: Any, node: dict[str, Any], key: str, value: JSON, path: str, role: str
    ) -> None:
        holder[slot] = value
        kind = type(value)
        if value is None or kind is bool or value == "":
            return
        if kind is list:
            self._put(holder, slot, value, path, (), None, 0, key)
            return
        if isinstance(value, str) and value[:2] in ("19", "20", "18") and fhir.DATE.fullmatch(value):
            holder[slot] = self._mask(value, path, "DATE", "fhir")
            return
        column = self.columns.get(words.fold(key)) if self.columns else None
        category = (column.category or "keep") if column is not None else fhir.element(node, key, value, role)
        if (
            category == "keep"
            and self.rules.medical_codes == "mask"
            and key in ("code", "display", "text")
            and fhir.coded(node)
        ):
            category = "CODE"
        if category == "known":
            self.mentions.append((holder, slot, str(value), path))
        elif category is None:
            self._put(holder, slot, value, path, (), field_of(key), 0, key)
        elif category != "keep":
            holder[slot] = self._mask(str(value), path, category, "fhir")

    def _key(self, key: str, path: str, taken: dict[str, JSON]) -> str:
        """The key as shown: field names stay, identifiers used as keys do not."""
        shown = key
        if (key and not _FIELD_KEY.fullmatch(key)) or (key and _person(key)):
            shown = self._text(key, path) if not _person(key) else self._mask(key, path, "NAME", "key")
        if shown not in taken:
            return shown
        n = 2
        while f"{shown} ({n})" in taken:
            n += 1
        return f"{shown} ({n})"

    def _whole(self, value: JSON, path: str, category: str) -> JSON:
        """Everything below `value` replaced, the containers kept."""
        if isinstance(value, dict):
            masked: dict[str, JSON] = {}
            for key, item in value.items():
                shown = self._key(key, path, masked)
                masked[shown] = self._whole(item, f"{path}.{shown}", category)
            return masked
        if isinstance(value, list):
            return [self._whole(item, f"{path}[{i}]", category) for i, item in enumerate(value)]
        if value is None or isinstance(value, bool) or value == "":
            return value
        return self._mask(str(value), path, category, "hint")

    def _mask(self, value: str, path: str, category: str, detector: str) -> str:
        if not category or MARKER.fullmatch(value):
            return value
        if category == "NAME":
            self._learn(value)
        elif category == "ID" and " " in value and value.replace(" ", "").isalpha():
            category = "NAME"
        self.ledger.found(path, category, detector)
        return self.ledger.marker(category, value)

    def _learn(self, name: str) -> None:
        """Remember the words of a name that stands in a field, to find them in prose."""
        for word in _WORD.findall(name):
            if len(word) >= 3 and not words.lexicon().get(words.fold(word), 0) & (words.FREQUENT | words.MEDICAL):
                self.known.add(words.fold(word))

    def _number(self, value: float, path: str, field: Field | None) -> JSON:
        if field is not None:
            return (
                self._mask(repr(value), path, field.category, "field")
                if field.category and holds(field, value)
                else value
            )
        if isinstance(value, int) and (spans := freetext.find(str(value))):
            return self._mask(str(value), path, spans[0].category, "number")
        return value

    def _text(self, text: str, path: str) -> str:
        self.budget.check()
        text = scrub_surrogates(text)
        spans = freetext.find(text)
        if hits := self._known_in(text):
            spans = settle([*spans, *_mentions(text, hits)])
        if self.rules.allow:
            spans = [span for span in spans if not policy.allowed(text, span, self.rules)]
        if self.extended:
            spans = settle([*spans, *policy.find(text, self.rules)])
        return self._replaced(text, path, spans) if spans else text

    def _marked(self, value: str, category: str) -> str:
        """The marker of `value`; a full name whose parts stand in fields gets their markers, so that they agree."""
        if category == "NAME" and " " in value and self.known and not self.ledger.has("NAME", value):
            parts = value.split(" ")
            if all(self.ledger.has("NAME", part) for part in parts):
                return " ".join(self.ledger.marker("NAME", part) for part in parts)
        return self.ledger.marker(category, value)

    def _known_in(self, text: str) -> set[str]:
        return self.known.intersection(map(words.fold, _WORD.findall(text))) if self.known else set()

    def _replaced(self, text: str, path: str, spans: list[Span]) -> str:
        kept = [match.span() for match in MARKER.finditer(text)] if "[" in text else []
        out, end = [], 0
        for span in spans:
            if kept and any(start < span.end and span.start < stop for start, stop in kept):
                continue
            out += [text[end : span.start], self._marked(text[span.start : span.end], span.category)]
            end = span.end
            self.ledger.found(path, span.category, span.detector)
        return "".join(out) + text[end:]


def _mentions(text: str, names: set[str]) -> list[Span]:
    return [
        Span(*match.span(), "NAME", "known") for match in _WORD.finditer(text) if words.fold(match.group()) in names
    ]


def _strings_only(node: dict[str, JSON]) -> None:
    """Keys that are no strings are no JSON, though the encoder would let numbers pass."""
    try:
        "".join(node)
    except TypeError:
        raise MaskingFailed("masking_not_json", "a key is no string") from None


def _person(key: str) -> bool:
    """Whether a key that could be a field's name is a person's: `Emily`, `john.smith`."""
    flags = [words.lexicon().get(part.lower(), 0) for part in re.split(r"[._\-]", key)]
    if len(flags) == 1:
        return key[0].isupper() and bool(flags[0] & words.GIVEN_STRONG) and not flags[0] & words.ORDINARY
    return (
        len(flags) == 2
        and bool(flags[0] & words.GIVEN_STRONG and flags[1] & words.SURNAME)
        and not any(flag & words.FREQUENT for flag in flags)
    )


def _descend(hints: Hints, key: str | None) -> Hints:
    """The hints that still apply below `key`; a list item is written `*`."""
    return tuple((steps[1:], rule) for steps, rule in hints if steps[0] == "*" or steps[0] == key)
