"""Walks a JSON document and masks it: hints first, then field names, then free text."""

from __future__ import annotations

from sallyport.masking import freetext
from sallyport.masking.budget import MAX_DEPTH, Budget
from sallyport.masking.ledger import MARKER, Ledger
from sallyport.masking.values import JSON, FieldRule, MaskingFailed, MaskingRules


class Engine:
    """One request's masking: its rules, its ledger, its budget."""

    def __init__(self, rules: MaskingRules, budget: Budget) -> None:
        self.rules = rules
        self.ledger = Ledger()
        self.budget = budget
        self._hints = tuple((tuple(rule.path.split(".")[1:]), rule) for rule in rules.fields)

    def run(self, document: JSON) -> JSON:
        self._reserve(document, 0)
        return self._value(document, "$", self._hints, 0)

    def _reserve(self, value: JSON, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise MaskingFailed("masking_depth_exceeded")
        if isinstance(value, str):
            self.ledger.reserve(value)
        elif isinstance(value, dict):
            for key, item in value.items():
                if not isinstance(key, str):
                    raise MaskingFailed("masking_not_json", "a key is no string")
                self.ledger.reserve(key)
                self._reserve(item, depth + 1)
        elif isinstance(value, list):
            for item in value:
                self._reserve(item, depth + 1)

    def _value(self, value: JSON, path: str, hints: tuple[tuple[tuple[str, ...], FieldRule], ...], depth: int) -> JSON:
        for steps, rule in hints:
            if not steps:
                return value if rule.treat == "reveal" else self._whole(value, path, rule.category)
        self.budget.spend(len(value) if isinstance(value, str) else 8)
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            return self._text(value, path)
        if isinstance(value, (int, float)):
            return self._number(value, path)
        if isinstance(value, list):
            inner = _descend(hints, None)
            return [self._value(item, f"{path}[{i}]", inner, depth + 1) for i, item in enumerate(value)]
        if isinstance(value, dict):
            return self._object(value, path, hints, depth)
        raise MaskingFailed("masking_not_json")

    def _object(
        self, value: dict[str, JSON], path: str, hints: tuple[tuple[tuple[str, ...], FieldRule], ...], depth: int
    ) -> dict[str, JSON]:
        masked: dict[str, JSON] = {}
        for key, item in value.items():
            shown = unused(self._text(key, path), masked)
            masked[shown] = self._value(item, f"{path}.{shown}", _descend(hints, key), depth + 1)
        return masked

    def _whole(self, value: JSON, path: str, category: str) -> JSON:
        """Everything below `value` replaced, the containers kept."""
        if isinstance(value, dict):
            masked: dict[str, JSON] = {}
            for key, item in value.items():
                shown = unused(self._text(key, path), masked)
                masked[shown] = self._whole(item, f"{path}.{shown}", category)
            return masked
        if isinstance(value, list):
            return [self._whole(item, f"{path}[{i}]", category) for i, item in enumerate(value)]
        if value is None or isinstance(value, bool) or value == "":
            return value
        if isinstance(value, str) and MARKER.fullmatch(value):
            return value
        self.ledger.found(path, category, "field")
        return self.ledger.marker(category, str(value))

    def _number(self, value: float, path: str) -> JSON:
        if isinstance(value, int) and (spans := freetext.find(str(value))):
            self.ledger.found(path, spans[0].category, "number")
            return self.ledger.marker(spans[0].category, str(value))
        return value

    def _text(self, text: str, path: str) -> str:
        out, end = [], 0
        for span in freetext.find(text):
            out += [text[end : span.start], self.ledger.marker(span.category, text[span.start : span.end])]
            end = span.end
            self.ledger.found(path, span.category, span.detector)
        return "".join(out) + text[end:] if out else text


def _descend(
    hints: tuple[tuple[tuple[str, ...], FieldRule], ...], key: str | None
) -> tuple[tuple[tuple[str, ...], FieldRule], ...]:
    """The hints that still apply below `key`; a list item is written `*`."""
    return tuple((steps[1:], rule) for steps, rule in hints if steps[0] == "*" or steps[0] == key)


def unused(key: str, taken: dict[str, JSON]) -> str:
    """`key`, or the key with a number when masking made two keys alike: no entry may be lost."""
    shown, n = key, 1
    while shown in taken:
        n += 1
        shown = f"{key} ({n})"
    return shown
