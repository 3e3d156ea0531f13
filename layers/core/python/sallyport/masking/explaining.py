"""Why each marker stands where it is, and why the capitalised words next to it stay."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from sallyport.masking import freetext
from sallyport.masking.detect.detector import Rule
from sallyport.masking.detect.names import kinds
from sallyport.masking.engine import Engine
from sallyport.masking.ledger import Ledger, Place, path

_NEAR = 40  # characters; further away a word is no neighbour


@dataclass(frozen=True, slots=True)
class Explained:
    """`text`, from `start` to `end` in the string at `path`, and what became of it: `shown`, a marker, or "" where it
    stays. `rule` is "" where no rule spoke of a word, and it stays for what it is."""

    path: str
    start: int
    end: int
    shown: str
    category: str
    rule: str
    says: str
    text: str = field(repr=False)


class Witness(Ledger):
    """A ledger that keeps what it is told. It lives as long as the explanation, on the machine of whoever asks."""

    def __init__(self) -> None:
        super().__init__()
        self.marks: list[tuple[Place, Explained]] = []

    def found(self, place: Place, category: str, rule: Rule, value: str, start: int, shown: str) -> None:
        super().found(place, category, rule, value, start, shown)
        end = start + len(value)
        self.marks.append((place, Explained(path(place), start, end, shown, category, rule.id, rule.says, value)))


def explained(engine: Engine, witness: Witness) -> tuple[Explained, ...]:
    """What `witness` saw while `engine` masked a document, with the neighbours that stayed, string by string."""
    by_path: dict[str, list[Explained]] = defaultdict(list)
    for place, mark in witness.marks:
        by_path[path(place)].append(mark)
    for _, slot, text, above, _ in engine.pending:
        where = path((above, slot))
        by_path[where] += _neighbours(engine, where, text, by_path.get(where, []))
    return tuple(one for marks in by_path.values() for one in sorted(marks, key=lambda mark: (mark.start, mark.end)))


def _neighbours(engine: Engine, where: str, text: str, marks: list[Explained]) -> Iterator[Explained]:
    """The words of `text` near one of `marks` and outside all of them that stayed."""
    near = list(marks)
    for word in freetext.stayed(text, engine.memory) if near else ():
        covered = any(mark.start < word.end and word.start < mark.end for mark in near)
        if not covered and any(_distance(mark, word.start, word.end) <= _NEAR for mark in near):
            rule, says = (word.rule.id, word.rule.says) if word.rule is not None else ("", _plainly(word.kind))
            spelled = text[word.start : word.end]
            yield Explained(where, word.start, word.end, "", "", rule, says, spelled)


def _distance(mark: Explained, start: int, end: int) -> int:
    return max(mark.start - end, start - mark.end, 0)


def _plainly(kind: int) -> str:
    """What a word is that stays because no rule says otherwise."""
    return f"No rule takes it for a name: {kinds.NAMES[kind]}."
