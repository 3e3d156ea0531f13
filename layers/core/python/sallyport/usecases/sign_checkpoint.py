"""Sign the log as it is now. It must begin with what was signed before, or nothing is signed."""

from __future__ import annotations

from datetime import datetime

from sallyport.domain.checkpoints import FIRST, Checkpoint, NotACheckpoint, digest, key_id, pem, read, vkey
from sallyport.domain.clock import stamp_seconds
from sallyport.domain.merkle import Broken, consistency_proof, consistent, node_in, root
from sallyport.domain.notary import LogInconsistent, NotaryPorts, origin
from sallyport.services.log_lease import Log, finish_note
from sallyport.services.log_tiles import log_edge, tile
from sallyport.usecases.append_events import finish_append


def sign_checkpoint(log: Log, now: datetime) -> Checkpoint:
    """A new checkpoint, though nothing may have happened since the last; the last itself where it is of this second.

    Raises LogInconsistent when state, tiles and the last checkpoint do not agree.
    """
    finish_append(log)
    last = _last(log)
    now = now.replace(microsecond=0)
    if last is not None and last.time >= now:
        return last
    ports, state = log.ports, log.state
    found = root(log_edge(state.size, ports))
    if found.hex() != state.root:
        raise LogInconsistent("root_differs")
    checkpoint = Checkpoint(origin(ports.places), state.size, found, now, state.checkpoint)
    if last is not None:
        _must_begin_with(last, checkpoint, ports)
    public = ports.log_signer.public_key()
    _list_key(public, checkpoint, ports)
    note = checkpoint.signed(public, ports.log_signer.sign(checkpoint.text))
    log.save(note=note.decode())
    finish_note(log)
    return checkpoint


def _list_key(public: bytes, first: Checkpoint, ports: NotaryPorts) -> None:
    """Before a key signs for the first time it is listed, with the instant from which on it signs."""
    path = f"keys/{key_id(first.origin, public).hex()}"
    if ports.worm.get(path) is None:
        ports.worm.replace("key.pem", pem(public))
        ports.worm.put_new(path, f"{vkey(first.origin, public)} {stamp_seconds(first.time)}\n".encode())


def _last(log: Log) -> Checkpoint | None:
    """The checkpoint that the state names, as the bucket has it."""
    note = log.ports.worm.get("checkpoint")
    if log.state.checkpoint == FIRST:
        if note is not None:
            raise LogInconsistent("checkpoint_not_known")
        return None
    if note is None or digest(note) != log.state.checkpoint:
        raise LogInconsistent("checkpoint_differs")
    try:
        return read(note)
    except NotACheckpoint:
        raise LogInconsistent("checkpoint_unreadable") from None


def _must_begin_with(last: Checkpoint, new: Checkpoint, ports: NotaryPorts) -> None:
    if last.origin != new.origin or last.size > new.size:
        raise LogInconsistent("not_the_log_that_was_signed")
    if last.size == 0:
        return
    try:
        proof = consistency_proof(last.size, new.size, node_in(new.size, lambda place: tile(place, ports)))
    except Broken:
        raise LogInconsistent("tile_size") from None
    if not consistent(last.size, last.root, new.size, new.root, proof):
        raise LogInconsistent("not_the_log_that_was_signed")
