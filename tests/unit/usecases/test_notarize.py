"""The notary, in memory: each event once, whatever comes again, wherever a run ends."""

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from sallyport.domain import merkle
from sallyport.domain.checkpoints import FIRST, key_id, pem, read, vkey
from sallyport.domain.clock import stamp_seconds
from sallyport.domain.events import NO_EVENTS, SYSTEM, Draft, EventType, Link, Subject, link
from sallyport.domain.notary import Busy, Change, LogInconsistent, LogState, Stored, origin
from sallyport.domain.ports import PortFailed
from sallyport.usecases.notarize import notarize_changes, notarize_on_schedule
from tests.fakes.notary import Clock, Crashed, FakeLogSigner, FakeTrail, NotaryHouse
from tests.support.story import NOW


def events(chain: str, count: int) -> list[Stored]:
    """The items of one chain, as the gate writes them."""
    subject = Subject(chain, "s3.export", "aa" * 32, "bb" * 32)
    drafts = [Draft(EventType.DECISION_REFUSED, SYSTEM, {"at": at}) for at in range(count)]
    made, _ = link(subject, NO_EVENTS, drafts, NOW)
    return [Stored(chain, Link(f"{e.seq:010d}", e.body, e.hash, e.prev_hash)) for e in made]


def inserted(items: Sequence[Stored]) -> list[Change]:
    return [Change(f"event-{i.chain}-{i.link.place}", i.chain, i.link.place, None, i, None, i.link.hash) for i in items]


def entries(house: NotaryHouse) -> list[str]:
    """What the log holds, read as a verifier would: from the bundles of its size. The tiles must tell the same."""
    size = house.log_states.state.size
    held: list[bytes] = []
    for start in range(0, size, 256):
        content = house.worm.get(merkle.Place(None, start // 256, min(256, size - start)).path)
        assert content is not None
        held += merkle.unbundled(content)
    assert len(held) == size
    edge, tiles = merkle.extended(merkle.Edge(0, ()), [merkle.leaf_hash(entry) for entry in held])
    assert house.log_states.state.root == merkle.root(edge).hex()
    for tile in tiles:
        assert house.worm.get(tile.place.path) == tile.content
    for at, entry in enumerate(held):
        event = json.loads(entry)
        assert house.worm.get(f"index/{event['request_id']}/{event['seq']:010d}") == at.to_bytes(8)
    assert len([path for path in house.worm.versions if path.startswith("index/")]) == size
    return [entry.decode() for entry in held]


def checkpoints(house: NotaryHouse) -> list[str]:
    """Every note that was ever kept, in order; each is signed, names the one before, and the newest is `checkpoint`."""
    notes = [house.worm.versions[path] for path in sorted(house.worm.versions) if path.startswith("checkpoints/")]
    assert all(len(versions) == 1 for versions in notes)
    before = FIRST
    key = Ed25519PublicKey.from_public_bytes(house.log_signer.public_key())
    for (note,) in sorted(notes, key=lambda n: read(n[0]).time):
        found = read(note)
        assert found.previous == before
        key.verify(base64.b64decode(note.decode().split(" ")[-1])[4:], found.text)
        before = hashlib.sha256(note).hexdigest()
    newest = house.worm.get("checkpoint")
    assert before == (FIRST if newest is None else hashlib.sha256(newest).hexdigest())
    return [note.decode() for (note,) in notes]


def bodies(items: Sequence[Stored]) -> list[str]:
    return [item.link.body for item in items]


# -- appending


@pytest.mark.parametrize("parts", [[3], [1, 1, 1], [255, 1, 1], [256], [257], [100, 300], [600, 5]])
def test_events_stand_in_the_log_in_the_order_in_which_they_came(parts: list[int]) -> None:
    house, chain, at = NotaryHouse(), events("req-1", sum(parts)), 0
    for part in parts:
        done = notarize_changes(inserted(chain[at : at + part]), house, house.run())
        at += part
        assert (done.appended, done.size) == (part, at)
    assert entries(house) == bodies(chain)


def test_replayed_records_change_nothing() -> None:
    house, chain = NotaryHouse(), events("req-1", 5)
    notarize_changes(inserted(chain), house, house.run())
    before = {path: list(versions) for path, versions in house.worm.versions.items()}
    for again in (chain, chain[2:], [*chain, *chain]):
        assert notarize_changes(inserted(again), house, house.run()).appended == 0
    assert house.worm.versions == before
    assert house.alarms == []


def test_record_that_comes_twice_in_one_batch_is_appended_once() -> None:
    house, chain = NotaryHouse(), events("req-1", 2)
    assert notarize_changes(inserted([*chain, *chain]), house, house.run()).appended == 2
    assert entries(house) == bodies(chain)


def test_appending_reads_the_right_edge_however_long_the_log_is() -> None:
    house = NotaryHouse()
    notarize_changes(inserted(events("req-1", 2000)), house, house.run())
    house.worm.reads = 0
    notarize_changes(inserted(events("req-2", 1)), house, house.run())
    # The event's place, the last bundle, and a tile of each level.
    assert house.worm.reads <= 4


def test_two_runs_at_once_take_turns_and_lose_nothing() -> None:
    house, one, other = NotaryHouse(), events("req-1", 3), events("req-2", 3)
    first = house.run()

    def other_run_comes_in_between(seconds: float) -> None:
        house.log_states.release("elsewhere")
        house.clock.pass_(seconds)

    house.log_states.take("elsewhere", house.clock())
    notarize_changes(inserted(one), house, replace(first, pause=other_run_comes_in_between))
    notarize_changes(inserted(other), house, house.run())
    assert sorted(entries(house)) == sorted(bodies([*one, *other]))


def test_run_gives_up_while_another_holds_the_log_and_goes_on_when_its_lease_is_over() -> None:
    house, chain = NotaryHouse(), events("req-1", 1)
    house.log_states.take("elsewhere", house.clock())
    with pytest.raises(Busy):
        notarize_changes(inserted(chain), house, house.run())
    assert house.worm.versions == {}
    house.clock.pass_(90)
    assert notarize_changes(inserted(chain), house, house.run()).appended == 1


def test_run_whose_lease_was_taken_away_writes_nothing_of_the_state() -> None:
    house, chain = NotaryHouse(), events("req-1", 1)
    house.log_states.take("run-1", house.clock())
    house.clock.pass_(91)
    house.log_states.take("elsewhere", house.clock())
    with pytest.raises(Busy):
        house.log_states.save("run-1", LogState(size=7))
    house.log_states.release("run-1")
    assert (house.log_states.state, house.log_states.holder) == (LogState(), "elsewhere")
    assert chain


# -- crashes


def crashes(house: NotaryHouse, work: str, *, size: int) -> int:
    """How many writes one occasion makes: the places where a run can end."""
    steps = house.steps()
    if work == "changes":
        notarize_changes(inserted(events("req-2", size)), house, house.run())
    else:
        notarize_on_schedule(house, house.run())
    return steps.taken


@pytest.mark.parametrize("held", [0, 3, 254])
def test_run_that_ends_anywhere_is_finished_by_the_next_whatever_comes_then(held: int) -> None:
    """Also when the records come back in other company, as after a bisected batch."""
    old, new, more = events("req-1", held), events("req-2", 3), events("req-3", 2)
    trial = _with(old)
    for crash_at in range(1, crashes(trial, "changes", size=3) + 1):
        for again in (new, [*new, *more], [*more, new[0]], more):
            house = _with(old)
            house.steps(crash_at)
            with pytest.raises(Crashed):
                notarize_changes(inserted(new), house, house.run())
            house.log_states.holder = None  # its lease is over
            house.steps()
            notarize_changes(inserted(again), house, house.run())
            notarize_changes(inserted([*new, *more]), house, house.run())
            assert sorted(entries(house)) == sorted(bodies([*old, *new, *more])), (crash_at, len(again))
            assert {len(versions) for versions in house.worm.versions.values()} == {1}
            notarize_on_schedule(house, house.run())
            assert len(checkpoints(house)) == 1


def _with(old: Sequence[Stored]) -> NotaryHouse:
    house = NotaryHouse()
    notarize_changes(inserted(old), house, house.run())
    return house


def test_checkpoint_that_was_signed_when_the_run_ended_is_the_one_that_is_kept() -> None:
    trial = _with(events("req-1", 3))
    notarize_on_schedule(trial, trial.run())
    trial.clock.pass_(300)
    for crash_at in range(1, crashes(trial, "schedule", size=0) + 1):
        house = _with(events("req-1", 3))
        notarize_on_schedule(house, house.run())
        house.clock.pass_(300)
        house.steps(crash_at)
        with pytest.raises(Crashed):
            notarize_on_schedule(house, house.run())
        house.clock.pass_(300)
        house.steps()
        notarize_on_schedule(house, house.run())
        assert len(checkpoints(house)) in (2, 3), crash_at


# -- checkpoints


def test_checkpoints_are_signed_though_nothing_happened_and_name_the_one_before() -> None:
    house = NotaryHouse()
    for _ in range(3):
        notarize_on_schedule(house, house.run())
        house.clock.pass_(300)
    notarize_changes(inserted(events("req-1", 300)), house, house.run())
    notarize_on_schedule(house, house.run())
    assert [read(note.encode()).size for note in checkpoints(house)] == [0, 0, 0, 300]
    assert len(house.worm.versions["checkpoint"]) == 4
    assert house.worm.versions["key.pem"][0].startswith(b"-----BEGIN PUBLIC KEY-----")


def test_new_key_goes_on_with_the_log_and_is_listed_before_it_signs() -> None:
    house = NotaryHouse()
    first = house.log_signer
    notarize_changes(inserted(events("req-1", 3)), house, house.run())
    notarize_on_schedule(house, house.run())
    house.clock.pass_(300)
    house.log_signer = FakeLogSigner()
    rotated = house.clock()
    for _ in range(2):
        notarize_on_schedule(house, house.run())
        house.clock.pass_(300)
    notes = sorted(v[0] for path, v in house.worm.versions.items() if path.startswith("checkpoints/"))
    name = origin(house.places)
    signers = [base64.b64decode(note.split()[-1])[:4] for note in sorted(notes, key=lambda note: read(note).time)]
    assert signers == [key_id(name, s.public_key()) for s in (first, house.log_signer, house.log_signer)]
    listed = sorted((versions for path, versions in house.worm.versions.items() if path.startswith("keys/")), key=str)
    rows = sorted((version.decode().split() for (version,) in listed), key=lambda row: row[1])
    assert [row[0] for row in rows] == [vkey(name, signer.public_key()) for signer in (first, house.log_signer)]
    assert rows[1][1] == stamp_seconds(rotated)
    pems = house.worm.versions["key.pem"]
    assert pems == [pem(first.public_key()), pem(house.log_signer.public_key())]


def test_second_checkpoint_of_a_second_is_the_first_one() -> None:
    house = NotaryHouse()
    notarize_on_schedule(house, house.run())
    notarize_on_schedule(house, house.run())
    assert len(checkpoints(house)) == 1


def _signed_then_grown() -> NotaryHouse:
    house = _with(events("req-1", 5))
    notarize_on_schedule(house, house.run())
    house.clock.pass_(300)
    notarize_changes(inserted(events("req-2", 5)), house, house.run())
    return house


def _another_log(house: NotaryHouse) -> None:
    """The whole log made anew with one other event, its state and tiles as they should be."""
    other = _with([*events("req-9", 5), *events("req-2", 5)])
    kept = {path: v for path, v in house.worm.versions.items() if path.startswith("checkpoint")}
    house.worm.versions = other.worm.versions | kept
    house.log_states.state = replace(other.log_states.state, checkpoint=house.log_states.state.checkpoint)


def _rolled_back(house: NotaryHouse) -> None:
    house.log_states.state = replace(
        _with(events("req-1", 3)).log_states.state, checkpoint=house.log_states.state.checkpoint
    )
    house.worm.versions |= {"tile/0/000.p/3": _with(events("req-1", 3)).worm.versions["tile/0/000.p/3"]}


def _state_deleted(house: NotaryHouse) -> None:
    house.log_states.state = LogState()


def _state_edited(house: NotaryHouse) -> None:
    house.log_states.state = replace(house.log_states.state, root="00" * 32)


def _tile_edited(house: NotaryHouse) -> None:
    (tile,) = house.worm.versions["tile/0/000.p/10"]
    house.worm.versions["tile/0/000.p/10"].append(bytes(32) + tile[32:])


def _tile_cut(house: NotaryHouse) -> None:
    house.worm.versions["tile/0/000.p/10"].append(b"")


def _tile_gone(house: NotaryHouse) -> None:
    del house.worm.versions["tile/0/000.p/10"]


def _checkpoint_replaced(house: NotaryHouse) -> None:
    other = _with(events("req-9", 5))
    notarize_on_schedule(other, other.run())
    house.worm.versions["checkpoint"] += other.worm.versions["checkpoint"]


def _checkpoint_gone(house: NotaryHouse) -> None:
    del house.worm.versions["checkpoint"]


@pytest.mark.parametrize(
    ("attack", "code"),
    [
        (_another_log, "not_the_log_that_was_signed"),
        (_rolled_back, "not_the_log_that_was_signed"),
        (_state_deleted, "checkpoint_not_known"),
        (_state_edited, "root_differs"),
        (_tile_edited, "root_differs"),
        (_tile_cut, "tile_size"),
        (_tile_gone, "tile_missing"),
        (_checkpoint_replaced, "checkpoint_differs"),
        (_checkpoint_gone, "checkpoint_differs"),
    ],
)
def test_nothing_is_signed_that_does_not_begin_with_what_was_signed(attack: object, code: str) -> None:
    house = _signed_then_grown()
    attack(house)  # type: ignore[operator]  # one of the above
    before = [path for path in house.worm.versions if path.startswith("checkpoints/")]
    house.clock.pass_(300)
    with pytest.raises(LogInconsistent) as found:
        notarize_on_schedule(house, house.run())
    assert found.value.code == code
    assert [path for path in house.worm.versions if path.startswith("checkpoints/")] == before


def test_log_whose_tiles_were_changed_takes_no_event() -> None:
    house = _signed_then_grown()
    _tile_edited(house)
    with pytest.raises(LogInconsistent):
        notarize_changes(inserted(events("req-3", 1)), house, house.run())


# -- tampering


def test_overwritten_event_raises_the_alarm_and_what_stood_there_is_kept() -> None:
    house, (was,) = NotaryHouse(), events("req-1", 1)
    now_there = Stored("req-1", replace(was.link, body='{"note":"Jane Doe, MRN 0048213"}'))
    notarize_changes([Change("e1", "req-1", was.link.place, was, now_there, "aa" * 32, "cc" * 32)], house, house.run())
    assert house.alarms == ["req-1"]
    ((kept,),) = [v for path, v in house.worm.versions.items() if path == "tampering/req-1/0000000000/e1.json"]
    said = json.loads(kept)
    assert (said["kind"], said["new"]) == ("modified", {"image_sha256": "cc" * 32})
    assert said["old"]["event"] == was.link.body
    assert said["old"]["image_sha256"] == "aa" * 32
    assert b"Jane Doe" not in kept


def test_removed_event_raises_the_alarm_and_stays_in_the_log() -> None:
    house, chain = NotaryHouse(), events("req-1", 2)
    notarize_changes(inserted(chain), house, house.run())
    removed = Change("e2", "req-1", chain[1].link.place, chain[1], None, "aa" * 32, None)
    notarize_changes([removed], house, house.run())
    notarize_changes([removed], house, house.run())
    assert house.alarms == ["req-1", "req-1"]
    assert len(house.worm.versions["tampering/req-1/0000000001/e2.json"]) == 1
    assert entries(house) == bodies(chain)


def test_event_that_is_put_again_with_other_bytes_is_refused_by_the_log() -> None:
    house, chain = NotaryHouse(), events("req-1", 2)
    notarize_changes(inserted(chain), house, house.run())
    (other,) = (e for e in _forged("req-1") if e.link.place == chain[0].link.place)
    done = notarize_changes(inserted([other]), house, house.run())
    assert (done.appended, house.alarms) == (0, ["req-1"])
    assert entries(house) == bodies(chain)
    (path,) = [path for path in house.worm.versions if path.startswith("tampering/req-1/0000000000/")]
    assert json.loads(house.worm.versions[path][0])["kind"] == "rewritten"


def _forged(chain: str) -> list[Stored]:
    subject = Subject(chain, "s3.export", "ff" * 32, "bb" * 32)
    made, _ = link(subject, NO_EVENTS, [Draft(EventType.REQUEST_APPROVED, SYSTEM)], NOW)
    return [Stored(chain, Link(f"{e.seq:010d}", e.body, e.hash, e.prev_hash)) for e in made]


@pytest.mark.parametrize(
    ("chain", "change"),
    [
        ("Jane Doe, MRN 0048213", {}),
        ("req-1", {"place": "0000000007"}),
        ("req-1", {"place": "Jane Doe"}),
        ("req-1", {"body": "Jane Doe"}),
        ("req-1", {"body": ""}),
        ("req-1", {"hash": "00"}),
        ("req-2", {}),
    ],
)
def test_item_that_is_no_event_is_kept_as_a_digest_and_the_rest_goes_on(chain: str, change: dict[str, str]) -> None:
    house, (event,) = NotaryHouse(), events("req-1", 1)
    bad = Stored(chain, replace(event.link, **change))
    good = events("req-7", 2)
    done = notarize_changes(inserted([bad, *good]), house, house.run())
    assert (done.appended, len(house.alarms)) == (2, 1)
    assert entries(house) == bodies(good)
    (path,) = [path for path in house.worm.versions if path.startswith("tampering/")]
    assert json.loads(house.worm.versions[path][0])["kind"] == "malformed"
    told = path + house.alarms[0] + house.worm.versions[path][0].decode()
    assert "Jane" not in told
    assert "0048213" not in told


def test_alarm_sounds_though_the_bucket_is_out_of_reach() -> None:
    house, (was,) = NotaryHouse(), events("req-1", 1)
    house.worm.failing = True
    with pytest.raises(PortFailed):
        notarize_changes([Change("e1", "req-1", was.link.place, was, None, "aa" * 32, None)], house, house.run())
    assert house.alarms == ["req-1"]


# -- what the stream lost


def test_events_that_the_stream_lost_are_found_once_a_day() -> None:
    chain = events("req-1", 10)
    house = NotaryHouse(trail=FakeTrail(list(chain)))
    notarize_changes(inserted(chain[:4]), house, house.run())
    assert notarize_on_schedule(house, house.run()).appended == 6
    assert sorted(entries(house)) == sorted(bodies(chain))
    house.trail.items += events("req-2", 1)
    house.clock.pass_(timedelta(hours=23).total_seconds())
    assert notarize_on_schedule(house, house.run()).appended == 0
    house.clock.pass_(timedelta(hours=2).total_seconds())
    assert notarize_on_schedule(house, house.run()).appended == 1
    assert house.alarms == []


def test_search_takes_a_bounded_time_and_the_next_run_goes_on_where_it_ended() -> None:
    chain = events("req-1", 9)
    clock = Clock()

    class Slow(FakeTrail):
        def page(self, after: str | None):  # type: ignore[no-untyped-def]  # as its parent
            clock.pass_(15)
            return super().page(after)

    house = NotaryHouse(trail=Slow(list(chain)), clock=clock)
    found = [notarize_on_schedule(house, house.run()).appended for _ in range(2)]
    assert found == [6, 3]
    assert house.log_states.state.scanned is None


def test_search_finds_what_was_put_past_the_stream() -> None:
    house = NotaryHouse(trail=FakeTrail([Stored("req-1", replace(events("req-1", 1)[0].link, body="{}"))]))
    assert notarize_on_schedule(house, house.run()).appended == 0
    assert house.alarms == ["req-1"]
