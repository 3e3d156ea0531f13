"""Copy events into the log: each once, in tiles, however often the stream repeats them and wherever a run ended.

Each step takes at most what fills the bundle of entries. First the state says up to which size is appended; then the
bundle is stored, which settles what stands there; then each event's place and the tiles follow from it; last the state
says that it is done. Whoever takes the log after a crash finishes exactly that, or finds no bundle and starts over.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from sallyport.domain.evidence import Disproved, opened
from sallyport.domain.merkle import (
    MAX_ENTRY,
    WIDTH,
    Broken,
    Place,
    bundle,
    extended,
    leaf_hash,
    root,
    unbundled,
)
from sallyport.domain.notary import CHAIN_NAME, PLACE_NAME, LogInconsistent, Stored
from sallyport.services.log_lease import Log
from sallyport.services.log_tiles import log_edge, tile


@dataclass(frozen=True, slots=True)
class Appended:
    """How many events are new in the log, and those that may not be: `rewritten` stand in the log with other bytes,
    `malformed` are no events of their place."""

    count: int
    rewritten: tuple[Stored, ...]
    malformed: tuple[Stored, ...]


def append_events(found: Sequence[Stored], log: Log) -> Appended:
    """Append those that the log does not have yet. Raises LogInconsistent, PortFailed or Busy; what was begun is then
    finished by the next run."""
    finish_append(log)
    sound = [stored for stored in found if _sound(stored)]
    malformed = tuple(stored for stored in found if not _sound(stored))
    held = _entries_at(log, {_path(stored) for stored in sound})
    fresh: dict[str, bytes] = {}
    rewritten: list[Stored] = []
    for stored in sound:
        path, body = _path(stored), stored.link.body.encode()
        known = held.get(path) or fresh.setdefault(path, body)
        if known != body:
            rewritten.append(stored)
    for part in _steps(list(fresh.values()), log.state.size):
        _append(log, part)
    return Appended(len(fresh), tuple(rewritten), malformed)


def finish_append(log: Log) -> None:
    """Finish the step that a run before began, if its bundle is there; otherwise nothing of it is."""
    state = log.state
    if state.planned is None:
        return
    content = log.ports.worm.get(_bundle_place(state.planned).path)
    if content is None:
        log.save(planned=None)
        return
    held = _unbundled(content)
    if len(held) != (state.planned - 1) % WIDTH + 1:
        raise LogInconsistent("bundle_size")
    _settle(log, held[state.size % WIDTH :])


def _sound(stored: Stored) -> bool:
    """Whether it is an event, and where it says: nothing else goes where nobody can remove it."""
    if not (CHAIN_NAME.fullmatch(stored.chain) and PLACE_NAME.fullmatch(stored.link.place)):
        return False
    try:
        opened(stored.link, stored.chain)
    except Disproved:
        return False
    return len(stored.link.body.encode()) <= MAX_ENTRY


def _entries_at(log: Log, paths: set[str]) -> dict[str, bytes]:
    """What the log holds in these places of chains, by the objects that name them."""
    places = {path: int.from_bytes(found) for path, found in log.ports.worm.get_all(paths).items()}
    if any(index >= log.state.size for index in places.values()):
        raise LogInconsistent("index_beyond_size")
    bundles = {index // WIDTH: _bundle_with(index, log.state.size).path for index in places.values()}
    contents = log.ports.worm.get_all(bundles.values())
    if len(contents) != len(bundles):
        raise LogInconsistent("bundle_missing")
    held = {number: _unbundled(contents[path]) for number, path in bundles.items()}
    return {path: held[index // WIDTH][index % WIDTH] for path, index in places.items()}


def _bundle_with(index: int, size: int) -> Place:
    return _bundle_place(min(size, (index // WIDTH + 1) * WIDTH))


def _steps(entries: list[bytes], size: int) -> list[list[bytes]]:
    """Cut where a bundle is full."""
    room = WIDTH - size % WIDTH
    starts = [0, *range(room, len(entries), WIDTH), len(entries)] if entries else []
    return [entries[low:high] for low, high in pairwise(starts) if high > low]


def _append(log: Log, entries: list[bytes]) -> None:
    size = log.state.size
    log.save(planned=size + len(entries))
    held = _unbundled(tile(_bundle_place(size), log.ports)) if size % WIDTH else ()
    content = bundle([*held, *entries])
    if log.ports.worm.put_new(_bundle_place(size + len(entries)).path, content) != content:
        raise LogInconsistent("bundle_taken")
    _settle(log, entries)


def _settle(log: Log, entries: Sequence[bytes]) -> None:
    """What follows from a stored bundle."""
    size = log.state.size
    before = log_edge(size, log.ports)
    if root(before).hex() != log.state.root:
        raise LogInconsistent("root_differs")
    after, tiles = extended(before, [leaf_hash(entry) for entry in entries])
    places = {_index_of(entry): (size + at).to_bytes(8) for at, entry in enumerate(entries)}
    log.ports.worm.put_all_new(places | {changed.place.path: changed.content for changed in tiles})
    log.save(size=after.size, root=root(after).hex(), planned=None)


def _bundle_place(size: int) -> Place:
    """Where the last entries of a log of `size` lie, for a size above 0."""
    return Place(None, (size - 1) // WIDTH, (size - 1) % WIDTH + 1)


def _path(stored: Stored) -> str:
    return f"index/{stored.chain}/{stored.link.place}"


def _index_of(entry: bytes) -> str:
    event = json.loads(entry)
    return f"index/{event['request_id']}/{event['seq']:010d}"


def _unbundled(content: bytes) -> tuple[bytes, ...]:
    try:
        return unbundled(content)
    except Broken:
        raise LogInconsistent("bundle_unreadable") from None
