"""Walks a JSON document and masks it: an action's hints first, then what fields say, then free text.

Structure is masked on the way down; strings that need reading are put off until every name in a field is known, so
that a name in one field is found in the prose of another.
"""

from __future__ import annotations

from typing import Any

from sallyport.masking import admission, freetext, keys, people, policy, words
from sallyport.masking.budget import MAX_DEPTH, Budget
from sallyport.masking.detect import declared
from sallyport.masking.ledger import Ledger, Place
from sallyport.masking.neighbours import Neighbours
from sallyport.masking.plain import scrub_surrogates
from sallyport.masking.replacement import Replacement
from sallyport.masking.resources import Resources
from sallyport.masking.structure import company, fhir, judging, meanings, tables
from sallyport.masking.structure.company import Company
from sallyport.masking.structure.fields import Field
from sallyport.masking.values import JSON, FieldRule, MaskingFailed, MaskingRules

type Hints = tuple[tuple[tuple[str, ...], FieldRule], ...]

# Fields whose category also holds for what lies below them: `"phone": {"home": …}`, DynamoDB's `{"S": …}`.
_INHERITED = frozenset(
    ("PHONE", "EMAIL", "SSN", "MRN", "SECRET", "ACCOUNT", "HEALTH_PLAN", "LICENSE", "BIOMETRIC", "PHOTO", "NAME", "IP")
)
# Of those, what holds in a machine's object as well: a certificate's body is no licence's number.
_INHERITED_BY_MACHINES = frozenset(("PHONE", "EMAIL", "SSN", "MRN", "SECRET", "BIOMETRIC"))
_PUBLIC_PARTS = frozenset(
    (
        "state",
        "country",
        "use",
        "type",
        "system",
        "region",
        "code",
        "status",
        "kind",
        "label",
        "primary",
        "verified",
        "relation",
        "relationship",
        "description",
        "boundingbox",
        "confidence",
        "scope",
        "scopes",
        "imageid",
        "externalimageid",
    )
)
_SMALL = 99_999  # numbers of fewer than six digits identify nobody without a field that says so
_PERSON = Company.PERSON
_UNREAD: list[Field | None] | None = []  # the headers next to a matrix before anybody asked for them


class Engine:
    """One request's masking: its rules, its ledger, its budget."""

    def __init__(self, rules: MaskingRules, budget: Budget, ledger: Ledger | None = None) -> None:
        self.rules = rules
        self.budget = budget
        self.ledger = ledger or Ledger()
        self.replacement = Replacement(rules, budget, self.ledger)
        self.columns = policy.columns(rules)
        self.names: list[tuple[Any, Any, str, Place | None]] = []
        self.pending: list[tuple[Any, Any, str, Place, bool]] = []
        self._repeated: dict[tuple[int, str], int] = {}
        self.memory = self.replacement.memory
        self.neighbours = Neighbours(self.replacement.people, self.memory.keys)
        self._masked = self.replacement.masked
        self.mentioning: list[tuple[Any, Any, str, Place]] = []

    def run(self, document: JSON) -> JSON:
        """The masked document. Raises MaskingFailed."""
        admission.admit(document, self.budget, self.ledger)
        hints: Hints = tuple((tuple(rule.path.split(".")[1:]), rule) for rule in self.rules.fields)
        root: list[JSON] = [None]
        self.put(root, 0, document, None, hints, None, 0)
        replacement = self.replacement
        read = [replacement.read(text, machines=machines) for _, _, text, _, machines in self.pending]
        replacement.people.complete = True
        for holder, slot, name, above in self.names:
            holder[slot] = replacement.whole(name, (above, slot), "NAME", declared.VALUE)
        for (holder, slot, text, above, _), spans in zip(self.pending, read, strict=True):
            holder[slot] = replacement.spans(text, (above, slot), spans)
        # What terminologies and organisations are called is looked through for known names and nothing else.
        for holder, slot, text, place in self.mentioning if replacement.known else ():
            holder[slot] = replacement.names(text, (place, slot))
        return root[0]

    def put(
        self,
        holder: Any,
        slot: Any,
        value: JSON,
        above: Place | None,
        hints: Hints,
        field: Field | None,
        depth: int,
        around: Company = Company.NONE,
    ) -> None:
        """Masks `value` into `holder[slot]`, where `above` is the place of `holder` and `around` whose object it is."""
        for steps, rule in hints:
            if not steps:
                shown = rule.treat == "reveal"
                holder[slot] = value if shown else self._whole(value, (above, slot), rule.category)
                return
        kind = type(value)
        if kind is str:
            holder[slot] = value
            self._string(holder, slot, value, above, field)  # type: ignore[arg-type]
        elif kind is dict:
            self._object(holder, slot, value, (above, slot), hints, field, depth, around)  # type: ignore[arg-type]
        elif kind is list:
            self._list(holder, slot, value, (above, slot), hints, field, depth, around)  # type: ignore[arg-type]
        elif kind is int or kind is float:
            holder[slot] = self._number(value, (above, slot), field)  # type: ignore[arg-type]
        elif value is None or kind is bool:
            holder[slot] = value
        else:
            raise MaskingFailed("masking_not_json", "a value of no JSON type")

    def shown_key(self, key: str, place: Place, taken: dict[str, Any]) -> str:
        """The key as shown: field names stay, identifiers used as keys do not."""
        known = self.neighbours.key(key)
        shown = key
        if not known.shown:
            replaced = self.replacement
            shown = replaced.whole(key, place, "NAME", declared.PERSON) if known.person else replaced.text(key, place)
        if shown not in taken:
            return shown
        n = self._repeated.get((id(taken), shown), 2)
        while f"{shown} ({n})" in taken:
            n += 1
        self._repeated[id(taken), shown] = n + 1  # `taken` is a part of the masked document and outlives the walk
        return f"{shown} ({n})"

    def _string(self, holder: Any, slot: Any, value: str, above: Place | None, field: Field | None) -> None:
        said = judging.READ if field is None else judging.decide(field, value)
        if said == judging.KEEP:
            return
        machines = said == judging.READ_AS_MACHINES
        if said == "NAME":
            self.replacement.learn(value)
            self.names.append((holder, slot, value, above))
        elif not machines and said != judging.READ:
            holder[slot] = self.replacement.whole(value, (above, slot), said, declared.VALUE)
        elif len(value) > 1 and not (keys.looks_like_field(value) and self.neighbours.key(value).field is not None):
            self.pending.append((holder, slot, scrub_surrogates(value), above, machines))  # type: ignore[arg-type]

    def _number(self, value: float, place: Place, field: Field | None) -> JSON:
        if field is not None:
            said = judging.decide_number(field, value)
            return self.replacement.whole(repr(value), place, said, declared.VALUE) if said else value
        if isinstance(value, int) and abs(value) > _SMALL and (spans := freetext.find(str(value), memory=self.memory)):
            return self.replacement.whole(str(value), place, spans[0].category, declared.BARE)
        return value

    def _list(
        self,
        holder: Any,
        slot: Any,
        value: list[JSON],
        place: Place,
        hints: Hints,
        field: Field | None,
        depth: int,
        around: Company,
    ) -> None:
        _check_depth(depth)
        inner = _descend(hints, None) if hints else hints
        masked: list[JSON] = [None] * len(value)
        holder[slot] = masked
        if value and (names := tables.described_names(value)):
            around = company.of_names(names, around)
        for i, item in enumerate(value):
            self.put(masked, i, item, place, inner, field, depth + 1, around)

    def _object(
        self,
        holder: Any,
        slot: Any,
        value: dict[str, JSON],
        place: Place,
        hints: Hints,
        field: Field | None,
        depth: int,
        around: Company,
    ) -> None:
        _check_depth(depth)
        if fhir.is_resource(value) and not hints:
            holder[slot] = Resources(self).mask(value, place, depth)
            return
        masked: dict[str, JSON] = {}
        holder[slot] = masked
        here = self.neighbours.company(value, around)
        described, headers = tables.described_field(value, here, self._masked), _UNREAD
        inherited = field if field is not None and (_inherits(field, here) or tables.is_typed(value)) else None
        persons = self.neighbours.persons(value)
        for key, item in value.items():
            known = self.neighbours.key(key)
            shown = key if known.shown and key not in masked else self.shown_key(key, place, masked)
            inner = _descend(hints, key) if hints else hints
            found = self._field(key, known, described, here) or (
                inherited if inherited is not None and key.lower() not in _PUBLIC_PARTS else None
            )
            if found is None and here is _PERSON and type(item) is str:
                found = meanings.THEIRS
            if type(item) is list and item and type(item[0]) is list and not inner:
                headers = tables.headers(value, self._masked) if headers is _UNREAD else headers
                masked[shown] = self._rows(item, (place, shown), headers, depth + 1)
            elif key in persons and not inner and found is not None and _says_name(found, item):
                masked[shown] = self._names(item, (place, shown), persons[key])
            elif type(item) is dict or type(item) is list:
                below = company.below(known.says, here)
                self.put(masked, shown, item, place, inner, found, depth + 1, below)
            else:
                self.put(masked, shown, item, place, inner, found, depth + 1)

    def _field(self, key: str, known: keys.Key, described: Field | None, here: Company) -> Field | None:
        """What the policy, a name next to the value, or the key itself says of the value."""
        if self.columns and (column := self.columns.get(words.fold(key))):
            return column
        if described is not None and key in tables.VALUE_KEYS:
            return described
        field = known.meanings[here]
        return field if self._masked is meanings.SHOWN else meanings.masked(field, self._masked)

    def _rows(self, rows: list[Any], place: Place, headers: list[Field | None] | None, depth: int) -> list[JSON]:
        """A matrix, its columns named by a header elsewhere or by its own first row."""
        _check_depth(depth)
        columns = headers if headers is not None else tables.first_row(rows, self._masked)
        masked: list[JSON] = [None] * len(rows)
        for i, row in enumerate(rows):
            named = columns is not None and type(row) is list and len(row) == len(columns)
            if not named or (headers is None and i == 0):
                self.put(masked, i, row, place, (), None, depth + 1)
                continue
            cells: list[JSON] = [None] * len(row)
            masked[i] = cells
            for j, cell in enumerate(row):
                self.put(cells, j, cell, (place, i), (), columns[j], depth + 2)  # type: ignore[index]
        return masked

    def _names(self, value: JSON, place: Place, person: str) -> JSON:
        """The given or the family name of `person` replaced, or each of several."""
        if isinstance(value, list):
            return [self._names(item, (place, i), person) for i, item in enumerate(value)]
        return self.replacement.whole(str(value), place, "NAME", declared.VALUE, person)

    def _whole(self, value: JSON, place: Place, category: str) -> JSON:
        """Everything below `value` replaced, the containers kept."""
        if isinstance(value, dict):
            masked: dict[str, JSON] = {}
            for key, item in value.items():
                shown = self.shown_key(key, place, masked)
                masked[shown] = self._whole(item, (place, shown), category)
            return masked
        if isinstance(value, list):
            return [self._whole(item, (place, i), category) for i, item in enumerate(value)]
        if value is None or isinstance(value, bool) or value == "":
            return value
        return self.replacement.whole(str(value), place, category, declared.HIDDEN)


def _says_name(field: Field, value: JSON) -> bool:
    return judging.decide(field, people.in_one(value)) == "NAME"


def _inherits(field: Field, here: Company) -> bool:
    return field.category in (_INHERITED_BY_MACHINES if here is Company.MACHINE else _INHERITED)


def _check_depth(depth: int) -> None:
    if depth >= MAX_DEPTH:
        raise MaskingFailed("masking_depth_exceeded")


def _descend(hints: Hints, key: str | None) -> Hints:
    """The hints that still apply below `key`; a list item is written `*`."""
    return tuple((steps[1:], rule) for steps, rule in hints if steps[0] == "*" or steps[0] == key)
