"""What the keys of an object say together: whose it is, and which two of its fields hold one person's name."""

from __future__ import annotations

from sallyport.masking import keys, people
from sallyport.masking.structure import company
from sallyport.masking.structure.company import Company
from sallyport.masking.values import JSON

_NOBODY = Company.NONE
_NO_PERSONS: dict[str, str] = {}


class Neighbours:
    """One request's keys. The rows of a table have the same keys from row to row, so what they say is remembered."""

    def __init__(self, known: people.People, read: keys.Keys) -> None:
        self._people = known
        self._keys = read
        self._pairs: dict[tuple[str, ...], tuple[tuple[str, str], ...]] = {}
        self._companies: tuple[dict[tuple[str, ...], Company], ...] = ({}, {}, {}, {})  # by what is around

    def key(self, key: str) -> keys.Key:
        """What `key` is, remembered within the request."""
        return self._keys[key]

    def persons(self, node: dict[str, JSON]) -> dict[str, str]:
        """Whose name each field of `node` holds, where one holds the given and another the family name of a person."""
        listed = tuple(node)
        pairs = self._pairs.get(listed)
        if pairs is None:
            pairs = self._pairs[listed] = people.pairs(listed)
        if not pairs:
            return _NO_PERSONS
        found: dict[str, str] = {}
        for first, last in pairs:
            person = self._people.in_fields(people.in_one(node[first]), people.in_one(node[last]))
            found |= {first: person, last: person} if person else {}
        return found

    def company(self, node: dict[str, JSON], around: Company) -> Company:
        """Whose object `node` is; the keys of a table's rows are the same from row to row and read once."""
        listed, known = tuple(node), self._companies[around]
        here = known.get(listed)
        if here is None:
            said = company.NOTHING
            for key in listed:
                said |= self.key(key).says
            if said & company.PERSON_IF_PLAIN and not said & company.SAYS_PERSON:  # then it depends on the values
                return company.settle(said | self._plainly(node), around)
            here = known[listed] = company.settle(said, around)
        return Company.MACHINE if here is _NOBODY and company.tells_of_a_machine(node) else here

    def _plainly(self, node: dict[str, JSON]) -> int:
        said = company.NOTHING
        for key, item in node.items():
            if type(item) is not dict and type(item) is not list and item is not None:
                said |= company.plainly(self.key(key).says)
        return said
