"""When people are asked again: soon, bounded, within the ladder's time, and every agent's cards get their turn."""

import heapq

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sallyport.domain.channels import Trouble
from sallyport.domain.turns import MOST_TRIES, Turn, turn_after

RUNGS = st.lists(st.integers(1, 604_800), min_size=1, max_size=5).map(tuple)
PASSING = [Trouble.BUSY, Trouble.UNAVAILABLE]
LASTING = [Trouble.CLOSED, Trouble.UNAUTHORIZED]


def following(turn: Turn, trouble: Trouble, retry_after: int = 0, undecided: int = 1) -> tuple[int, Turn] | None:
    return turn_after(turn, trouble, retry_after=retry_after, undecided=undecided, seed="req-1")


@given(RUNGS, st.sampled_from(Trouble), st.integers(0, 10_000), st.integers(0, 10_000), st.text(max_size=30))
def test_asking_again_ends_and_takes_as_long_as_the_ladder(
    rungs: tuple[int, ...], trouble: Trouble, retry_after: int, undecided: int, seed: str
) -> None:
    """Whatever Slack answers: each wait is short, each turn has time left, and together they are the ladder's time."""
    turn, waited, tries = Turn(0, rungs, rungs[0]), 0, 0
    while after := turn_after(turn, trouble, retry_after=retry_after, undecided=undecided, seed=seed):
        wait, turn = after
        waited, tries = waited + wait, tries + 1
        assert 1 <= wait <= 100  # below the two minutes after which the reconciler looks
        assert turn.seconds >= 1
        assert waited + turn.seconds + sum(rungs[turn.rung + 1 :]) == sum(rungs)
    assert tries <= MOST_TRIES + len(rungs) - 1


@pytest.mark.parametrize("trouble", PASSING)
def test_what_passes_is_tried_again_on_the_same_rung_and_soon(trouble: Trouble) -> None:
    assert following(Turn(0, (1800, 1800), 1800), trouble) == (1, Turn(0, (1800, 1800), 1799, 1))


@pytest.mark.parametrize("seconds", [1, 7, 30])
def test_slack_is_left_alone_for_as_long_as_it_asks(seconds: int) -> None:
    after = following(Turn(0, (1800,), 1800, tries=3), Trouble.BUSY, retry_after=seconds)
    assert after is not None
    assert after[0] == seconds


def test_an_outage_is_asked_about_ever_less_often_and_still_every_minute() -> None:
    turn, waits = Turn(0, (3600,), 3600), list[int]()
    while after := following(turn, Trouble.UNAVAILABLE):
        waits.append(after[0])
        turn = after[1]
    assert waits[:8] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert sum(waits) > 1300
    assert len(waits) == MOST_TRIES


@pytest.mark.parametrize("trouble", LASTING)
def test_what_lasts_climbs_at_once_and_keeps_the_time(trouble: Trouble) -> None:
    assert following(Turn(0, (1800, 600), 1800), trouble) == (1, Turn(1, (1800, 600), 2399))


@pytest.mark.parametrize("trouble", LASTING)
def test_on_the_last_rung_the_card_waits_for_somebody_to_repair_the_channel(trouble: Trouble) -> None:
    assert following(Turn(0, (1800,), 1800), trouble) == (60, Turn(0, (1800,), 1740, 1))


@pytest.mark.parametrize("turn", [Turn(0), Turn(0, (8,), 1), Turn(0, (9000,), 5000, MOST_TRIES)])
def test_without_time_or_tries_left_the_turn_is_waited_out(turn: Turn) -> None:
    assert following(turn, Trouble.UNAVAILABLE) is None


class Channel:
    """Slack's limit: one message a second, and whoever comes between is told to come back in one."""

    def __init__(self) -> None:
        self.free_at = 0

    def takes(self, now: int) -> bool:
        if now < self.free_at:
            return False
        self.free_at = now + 1
        return True


def posted_at(cards: dict[str, str]) -> dict[str, int]:
    """When each card (request id: agent) is posted, if all are asked for in the same second."""
    channel, done = Channel(), dict[str, int]()
    waiting = [(0, n, request_id, Turn(0, (1800,), 1800)) for n, request_id in enumerate(cards)]
    while waiting:
        now, n, request_id, turn = heapq.heappop(waiting)
        if channel.takes(now):
            done[request_id] = now
            continue
        undecided = sum(agent == cards[request_id] for agent in cards.values())
        after = turn_after(turn, Trouble.BUSY, retry_after=1, undecided=undecided, seed=request_id)
        if after is not None:
            heapq.heappush(waiting, (now + after[0], n, request_id, after[1]))
    return done


@pytest.mark.parametrize("flood", [20, 60])
def test_a_burst_is_queued_whole_and_starves_nobody(flood: int) -> None:
    cards = {f"req-{n:03}": "flooding" for n in range(flood)} | {"req-other": "quiet"}
    done = posted_at(cards)
    assert done.keys() == cards.keys()
    assert done["req-other"] <= 10
    assert max(done.values()) <= 3 * flood


def test_without_a_share_a_flood_would_starve_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the share is for: taken away, the other agent's card comes last."""
    monkeypatch.setattr("sallyport.domain.turns._WIDEST_SHARE", 1)
    done = posted_at({f"req-{n:03}": "flooding" for n in range(25)} | {"req-other": "quiet"})
    assert done["req-other"] > 20
