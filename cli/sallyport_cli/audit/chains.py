"""One chain of events: places, texts, hashes, links, rules; and the same chain in the log."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from msgspec import Struct
from msgspec.json import Decoder

from sallyport_cli.audit.canonical import NotCanonical
from sallyport_cli.audit.events import Event, Illegal, read_event
from sallyport_cli.audit.findings import Finding, Kind, Tally
from sallyport_cli.audit.rules import walk_of

GENESIS = "0" * 64
KEY = "REQ#"
# These were judged by a policy that the deployment's chain must have named before.
_JUDGED = frozenset(("request.submitted", "decision.recorded", "grant.issued", "grant.redeemed"))


class NoItem(ValueError):
    """A line that is not an item of the audit table."""


class Item(NamedTuple):
    """An item of the audit table. `changes`: it comes from an incremental export, which may repeat known items."""

    chain: str
    sk: str
    event: str
    hash: str
    prev_hash: str
    changes: str | None = None


class Logged(NamedTuple):
    """An event's place in the log: its hash, and when it says it happened."""

    hash: str
    at: str


@dataclass(frozen=True, slots=True)
class Limits:
    """Instants, as events write them. After `torn` the export may lack part of a transaction, and events that the log
    has; at `latest` the export was over. Events before `settled` must be in the log by now. None: nothing says so."""

    torn: str | None = None
    latest: str | None = None
    settled: str | None = None


class _Text(Struct, forbid_unknown_fields=True, gc=False):
    S: str


class Attributes(Struct, forbid_unknown_fields=True, gc=False):
    """An item as a line of a full export has it."""

    pk: _Text
    sk: _Text
    event: _Text
    hash: _Text
    prev_hash: _Text


class Line(Struct, forbid_unknown_fields=True, gc=False):
    """A line of a full export."""

    Item: Attributes


# A line end that is neither between two objects nor after the last.
_INSIDE = re.compile(rb"\n(?:(?<!\}\n)|(?!\{|\Z))")
_DECODE, _DECODE_ALL = Decoder(Line).decode, Decoder(Line).decode_lines


def item_of(line: bytes) -> Item:
    """The item on a line of a data file. Raises NoItem."""
    try:
        found = _DECODE(line).Item
    except (ValueError, RecursionError):
        return _slowly(line)
    key = found.pk.S
    if key[:4] != KEY:
        raise NoItem
    return Item(key[4:], found.sk.S, found.event.S, found.hash.S, found.prev_hash.S)


def lines_at_once(block: bytes) -> list[Line] | None:
    """What a block of whole lines says, or None where not every line is one item of a full export."""
    try:
        found = _DECODE_ALL(block)
    except (ValueError, RecursionError):
        return None
    # The parser ignores line ends, but each line must hold exactly one value.
    is_a_line_each = block.count(b"\n") == len(found) and block[-1:] == b"\n" and not _INSIDE.search(block)
    return found if is_a_line_each else None


def _slowly(line: bytes) -> Item:
    """Any line: of an incremental export, or with text that is not valid Unicode."""
    try:
        said = json.loads(line)
        if "Item" in said:
            return _item(said["Item"], None)
        if "NewImage" not in said:
            return _item(said["OldImage"], "removed") if "OldImage" in said else _removed(said["Keys"])
        return _item(said["NewImage"], "overwritten" if said.get("OldImage") else "added")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise NoItem from None


def _removed(keys: Mapping[str, Mapping[str, str]]) -> Item:
    """An export without old images has only the key of a deleted item."""
    key, place = keys["pk"]["S"].removeprefix(KEY), keys["sk"]["S"]
    if not isinstance(place, str):
        raise NoItem
    return Item(key, place, "", "", "", "removed")


def _item(attributes: Mapping[str, Mapping[str, str]], changes: str | None) -> Item:
    texts = [attributes[name]["S"] for name in ("pk", "sk", "event", "hash", "prev_hash")]
    if len(attributes) != 5 or any(len(attribute) != 1 for attribute in attributes.values()):
        raise NoItem
    if not all(isinstance(text, str) for text in texts) or not texts[0].startswith(KEY):
        raise NoItem
    key, *others = texts
    return Item(key.removeprefix(KEY), others[0], others[1], others[2], others[3], changes)


def _order(item: Item) -> tuple[str, bool]:
    return item.sk, item.changes is not None


class Chain:
    """Checks one chain; everything found goes into the tally."""

    def __init__(self, name: str, limits: Limits, tally: Tally) -> None:
        self.name = name
        self.limits = limits
        self.tally = tally
        # What the export has, by place: the text's hash, and when the event says it happened.
        self.there: dict[int, tuple[str, str]] = {}
        self._walk: Any = walk_of(name)
        self._sound = True
        self._next = 0
        self._gaps: set[int] = set()
        # What the next event may name as the one before it; None where that is not known.
        self._before: tuple[str, ...] | None = (GENESIS,)
        if self._walk is None:
            self._found(Kind.ILLEGAL, "a chain of no known kind", 0)

    def check(self, items: Iterable[Item], logged: Mapping[int, Logged] | None) -> None:
        """`items` in any order; `logged` is None when there is no log to compare with."""
        known: dict[str, Item] = {}
        for item in sorted(items, key=_order):
            if (item.sk in known or item.changes is not None) and not self._is_new(item, known):
                continue
            known[item.sk] = item
            self._check(item.sk, item.event, item.hash, item.prev_hash)
        self.tally.events += len(known)
        self.tally.chains += bool(known)
        if logged is not None:
            self.compare(logged)

    def check_whole(self, items: Iterable[Attributes]) -> bool:
        """Whether these are all events of a sound chain, in order, and not torn. If not, the tally does not say what is
        wrong."""
        for item in items:
            before = self._next
            self._check(item.sk.S, item.event.S, item.hash.S, item.prev_hash.S)
            if self._next <= before:
                return False
        self.tally.events += self._next
        self.tally.chains += 1
        return self._sound and not self.tally.torn

    def _is_new(self, item: Item, known: dict[str, Item]) -> bool:
        before, seq = known.get(item.sk), int(item.sk) if item.sk.isdecimal() else None
        if item.changes == "removed":
            self._found(Kind.REMOVED, "deleted from the table between two exports", seq)
            return False
        if item.changes == "overwritten":
            self._found(Kind.OVERWRITTEN, "written over in the table between two exports", seq)
        elif before is not None and before[:5] == item[:5] and item.changes is None:
            self._found(Kind.DUPLICATED, "the place appears twice", seq)
        elif before is not None and before[:5] != item[:5]:
            self._found(Kind.OVERWRITTEN, "the place has two different events", seq)
        return before is None

    def _found(self, kind: Kind, detail: str, seq: int | None) -> None:
        self.tally.found(Finding(kind, detail, self.name, seq))
        self._sound = False

    def _check(self, sk: str, text: str, told: str, prev_hash: str) -> None:
        if not (len(sk) == 10 and sk.isascii() and sk.isdigit()):
            self._found(Kind.MISPLACED, "its sort key is not a place in a chain", None)
            return
        seq, data = int(sk), text.encode("utf-8", "surrogatepass")
        digest = hashlib.sha256(data).hexdigest()
        if digest == told:
            event = self._event(text, data, seq, prev_hash)
        else:
            self._found(Kind.ALTERED, "its hash is not that of its text", seq)
            event = None
        self.there[seq] = digest, event.at if event is not None else ""
        if seq != self._next:
            self._gap(seq, event)
        elif self._before is not None and prev_hash not in self._before:
            where, what = (seq - 1, "the event after it links to another one") if seq else (0, "not a first event")
            self._found(Kind.REWRITTEN, what, where)
        if event is not None:
            self._take(event, seq)
        self._next, self._before = seq + 1, (told, digest)

    def _event(self, text: str, data: bytes, seq: int, prev_hash: str) -> Event | None:
        """The event, or None after a finding about it."""
        try:
            event = read_event(text, data)
        except NotCanonical as error:
            self._found(Kind.NOT_CANONICAL, str(error), seq)
            return None
        except Illegal as illegal:
            self._found(Kind.ILLEGAL, str(illegal), seq)
            return None
        if event.request_id != self.name or event.seq != seq:
            self._found(Kind.MISPLACED, "it was written for another place", seq)
            return None
        if event.prev_hash != prev_hash:
            self._found(Kind.ALTERED, "its attributes contradict its text", seq)
            return None
        return event

    def _gap(self, seq: int, event: Event | None) -> None:
        torn = self.limits.torn is not None and event is not None and event.at > self.limits.torn
        if torn and self._sound:
            self.tally.torn += 1
        else:
            last = f" to {seq - 1}" if seq - self._next > 1 else ""
            self._found(Kind.REMOVED, f"events {self._next}{last} are missing", self._next)
            self._gaps.add(self._next)
        self._before, self._sound = None, False

    def _take(self, event: Event, seq: int) -> None:
        at, kind, judge = event.at, event.type, event.judged_by
        if self.limits.latest is not None and at > self.limits.latest:
            self._found(Kind.MANIFEST_ALTERED, "it happened later than the export says it was taken", seq)
        if kind == "policy.changed":
            self.tally.noted.add(str(event.details.get("after")))
        elif kind in _JUDGED and (judge not in self.tally.judged or at < self.tally.judged[judge][2]):
            self.tally.judged[judge] = (self.name, seq, at)
        if self._sound and self._walk is not None:
            try:
                self._walk.take(event)
            except Illegal as illegal:
                self._found(Kind.ILLEGAL, str(illegal), seq)
            except (KeyError, TypeError, AttributeError):
                self._found(Kind.ILLEGAL, f"{kind} without its facts", seq)

    def compare(self, logged: Mapping[int, Logged]) -> None:
        """Compares what is `there` with what is in the log."""
        newest, settled = max(logged, default=-1), self.limits.settled
        for seq, (digest, at) in self.there.items():
            if seq in logged:
                if logged[seq].hash != digest:
                    self._found(Kind.DIFFERS_FROM_LOG, "another event was notarized in its place", seq)
            elif seq < newest:
                self._found(Kind.NOT_IN_LOG, "it was not notarized, but what came after it was", seq)
            elif settled is not None and at < settled:
                self._found(Kind.NOT_IN_LOG, "it was never notarized", seq)
            else:
                self.tally.pending += 1
        self._missing([seq for seq in sorted(logged) if seq not in self.there], logged)

    def _missing(self, places: list[int], logged: Mapping[int, Logged]) -> None:
        gone = [seq for seq in places if self.limits.torn is None or logged[seq].at <= self.limits.torn]
        self.tally.newer += len(places) - len(gone)
        if gone and not self.there:
            self._found(Kind.REQUEST_REMOVED, f"all its {len(gone)} events were notarized and are missing", gone[0])
            return
        for seq in gone:
            if seq not in self._gaps:
                self._found(Kind.REMOVED, "it was notarized and is missing", seq)
