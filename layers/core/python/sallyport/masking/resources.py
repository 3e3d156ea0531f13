"""Walks FHIR resources: most of a resource is codes, systems and references, so what stays is copied without looking
at it twice, and the element's name decides about the rest."""

from __future__ import annotations

from typing import Any, Protocol

from sallyport.masking import people, words
from sallyport.masking.budget import MAX_DEPTH
from sallyport.masking.detect import declared
from sallyport.masking.ledger import Ledger, Place
from sallyport.masking.memory import Memory
from sallyport.masking.neighbours import Neighbours
from sallyport.masking.replacement import Replacement
from sallyport.masking.structure import fhir, fhir_elements
from sallyport.masking.structure.fields import Field
from sallyport.masking.values import JSON, MaskingFailed, MaskingRules

_CENTURIES = frozenset(("18", "19", "20"))
_NAME_PARTS = frozenset(("given", "family"))
_NOTHING: frozenset[str] = frozenset()


class Walk(Protocol):
    """The walk over a document that a resource is a part of: what it knows, and where the rest goes back to."""

    rules: MaskingRules
    columns: dict[str, Field]
    ledger: Ledger
    memory: Memory
    neighbours: Neighbours
    replacement: Replacement
    mentioning: list[tuple[Any, Any, str, Place]]  # looked through for known names and nothing else, at the end

    def put(  # as `Engine.put`
        self,
        holder: Any,
        slot: Any,
        value: JSON,
        above: Place | None,
        hints: tuple[()],
        field: Field | None,
        depth: int,
    ) -> None: ...

    def shown_key(self, key: str, place: Place, taken: dict[str, Any]) -> str: ...


class Resources:
    """The FHIR part of one request's walk; whatever FHIR leaves to people goes back to the walk around it."""

    def __init__(self, walk: Walk) -> None:
        self._walk = walk
        self._replacement = walk.replacement
        self._keys = walk.memory.keys
        self._found = walk.ledger.found
        self._marker = walk.ledger.marker
        # A policy that speaks of columns or codes has its say on every element; else the specification's is enough.
        self._plain = not walk.columns and walk.rules.medical_codes == "keep"
        self._keep = fhir_elements.KEEP if self._plain else _NOTHING

    def mask(  # noqa: C901 - the inner loop: every call that it saves is felt
        self, node: dict[str, Any], place: Place, depth: int, role: str = ""
    ) -> dict[str, JSON]:
        """One object of a resource; `role` is the element that it stands under."""
        if depth >= MAX_DEPTH:
            raise MaskingFailed("masking_depth_exceeded")
        if not node.keys() <= self._keys.plain:
            node = self._with_shown_keys(node, place)
        masked: dict[str, Any] = node.copy()
        keep, plain = self._keep, self._plain
        for key, item in node.items():
            kind = type(item)
            if kind is str:
                if key not in keep or " " in item or "@" in item:  # see fhir.is_code
                    self._leaf(masked, key, node, key, item, place, role, depth)
            elif kind is dict:
                if not (plain and fhir.stays(item)):
                    masked[key] = self.mask(item, (place, key), depth + 1, key)
            elif kind is list:
                if not plain or len(item) != 1 or type(item[0]) is not dict:
                    masked[key] = self._list(node, key, item, (place, key), depth + 1, role)
                elif not fhir.stays(item[0]):
                    masked[key] = [self.mask(item[0], ((place, key), 0), depth + 2, key)]
            elif not (item is None or kind is bool or (kind is int and plain and key not in fhir_elements.NUMBERS)):
                self._leaf(masked, key, node, key, item, place, role, depth)
        return masked

    def _list(self, node: dict[str, Any], key: str, items: list[Any], place: Place, depth: int, role: str) -> list[Any]:
        if depth >= MAX_DEPTH:
            raise MaskingFailed("masking_depth_exceeded")
        masked = items.copy()
        plain = self._plain
        displays = fhir.coded_displays(items) if plain and key == "extension" else _NOTHING
        for i, item in enumerate(items):
            kind = type(item)
            if kind is dict:
                if not (plain and (fhir.stays(item) or (displays and fhir.repeats(item, displays)))):
                    masked[i] = self.mask(item, (place, i), depth + 1, key)
            elif not (item is None or kind is bool or (kind is int and plain and key not in fhir_elements.NUMBERS)):
                self._leaf(masked, i, node, key, item, place, role, depth)
        return masked

    def _leaf(
        self, holder: Any, slot: Any, node: dict[str, Any], key: str, value: Any, place: Place, role: str, depth: int
    ) -> None:
        """Masks the primitive `value` of `node[key]` in `holder[slot]`, or a list within a list."""
        kind = type(value)
        if kind is str:
            if value[:2] in _CENTURIES and fhir.DATE.fullmatch(value):
                holder[slot] = shown = self._marker("DATE", value)
                self._found((place, slot), "DATE", declared.ELEMENT, value, 0, shown)
                return
            if not value:
                return
        elif kind is not int and kind is not float:
            self._walk.put(holder, slot, value, place, (), None, depth + 1)
            return
        category = (fhir.element if self._plain else self._by_policy)(node, key, value, role)
        if category == "known":
            self._walk.mentioning.append((holder, slot, str(value), place))
        elif category is None:
            self._walk.put(holder, slot, value, place, (), self._walk.neighbours.key(key).field, depth + 1)
        elif category != "keep":
            person = self._person(node) if category == "NAME" and key in _NAME_PARTS else ""
            holder[slot] = self._replacement.whole(str(value), (place, slot), category, declared.ELEMENT, person)

    def _person(self, node: dict[str, Any]) -> str:
        """Whose HumanName `node` is, if it holds a given and a family name."""
        return self._replacement.people.in_fields(people.in_one(node.get("given")), people.in_one(node.get("family")))

    def _by_policy(self, node: dict[str, Any], key: str, value: Any, role: str) -> str | None:
        """As `fhir.element`, after what the policy says of columns and medical codes."""
        walk = self._walk
        if walk.columns and (column := walk.columns.get(words.fold(key))) is not None:
            return column.category or "keep"
        category = fhir.element(node, key, value, role)
        hides = category == "keep" and walk.rules.medical_codes == "mask" and key in ("code", "display", "text")
        return "CODE" if hides and fhir.coded(node) else category

    def _with_shown_keys(self, node: dict[str, Any], place: Place) -> dict[str, Any]:
        """`node` with the keys that are identifiers replaced."""
        shown: dict[str, Any] = {}
        for key, item in node.items():
            stays = key in self._keys.plain or self._keys.stays(key)
            shown[key if stays else self._walk.shown_key(key, place, shown)] = item
        return shown
