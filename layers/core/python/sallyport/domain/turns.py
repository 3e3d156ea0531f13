"""One turn of asking people: a rung of the ladder, or what is left of it after its card could not be posted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256

from sallyport.domain.channels import Trouble

# With waits of a minute, half an hour of an outage. Then the turn runs out while people can decide through the API, and
# the next rung posts.
MOST_TRIES = 30
_SLOWEST = 60
# The reconciler looks after a settled request whose workflow is silent for two minutes.
_LONGEST = 100
# Up to this many undecided requests of one agent each get a second of their own to be posted in.
_WIDEST_SHARE = 40
_REPAIRED_BY_PEOPLE = (Trouble.CLOSED, Trouble.UNAUTHORIZED)


@dataclass(frozen=True, slots=True)
class Turn:
    """`seconds` is what this turn may take, `rungs` what each of the ladder would, `tries` how often its card could not
    be posted."""

    rung: int
    rungs: tuple[int, ...] = ()
    seconds: int = 0
    tries: int = 0

    @property
    def begins(self) -> bool:
        """Whether it begins a rung."""
        return self.tries == 0

    @property
    def first(self) -> bool:
        """Whether nothing can have been posted before."""
        return self.begins and self.rung == 0


def turn_after(turn: Turn, trouble: Trouble, *, retry_after: int, undecided: int, seed: str) -> tuple[int, Turn] | None:
    """After how many seconds to ask again, and for how long; None: wait for people as long as this turn lasts.

    No turn shortens the ladder as a whole: what is left of a rung that is given up is added to the next. `undecided` is
    how many requests of the same agent are pending: its cards are spread over as many seconds, so that one agent's
    flood leaves room for the cards of others. `seed` says where in those seconds; it must differ by request.
    """
    if trouble in _REPAIRED_BY_PEOPLE and turn.rung + 1 < len(turn.rungs):
        wait, rung = 1, turn.rung + 1
        return wait, Turn(rung, turn.rungs, turn.rungs[rung] + turn.seconds - wait)
    wait = min(_LONGEST, _pause(turn, trouble, retry_after) + _place(turn, undecided, seed))
    if turn.tries >= MOST_TRIES or turn.seconds <= wait:
        return None
    return wait, replace(turn, seconds=turn.seconds - wait, tries=turn.tries + 1)


def _pause(turn: Turn, trouble: Trouble, retry_after: int) -> int:
    if trouble is Trouble.BUSY:
        return max(1, retry_after)
    return _SLOWEST if trouble in _REPAIRED_BY_PEOPLE else min(_SLOWEST, 2**turn.tries)


def _place(turn: Turn, undecided: int, seed: str) -> int:
    share = max(1, min(_WIDEST_SHARE, undecided))
    return int.from_bytes(sha256(f"{seed} {turn.tries}".encode()).digest()[:4]) % share
