"""An event's text: the RFC 8785 form of an object with the members that every event has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from msgspec import Meta, Struct
from msgspec.json import Decoder, Encoder

from sallyport_cli.audit.canonical import parsed

if TYPE_CHECKING:
    type Details = dict[str, Any]
else:
    # What the quick way reads: no fractions, and no integer that a double cannot hold, because RFC 8785 writes those in
    # its own way.
    _Integer = Annotated[int, Meta(ge=-(2**53), le=2**53)]
    _Plain = str | bool | _Integer | None
    _Deeper = _Plain | list[_Plain] | dict[str, _Plain]
    Details = dict[str, _Plain | list[_Deeper] | dict[str, _Deeper]]


class Actor(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """Who did it."""

    channel: str
    id: str
    kind: Literal["agent", "person", "system"]


class Event(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True, gc=False):
    """An event's members, in the order in which RFC 8785 has them."""

    action: str
    action_digest: str
    actor: Actor
    at: str
    details: Details
    judged_by: Annotated[str, Meta(min_length=1)]
    policy_digest: str
    presented_digest: str | None = None
    prev_hash: str
    request_id: str
    seq: Annotated[int, Meta(ge=0, le=2**53)]
    type: str
    v: Literal[1]


_MEMBERS, _ACTOR = frozenset(Event.__struct_fields__), frozenset(Actor.__struct_fields__)
_NO_TEXTS = frozenset(("actor", "details", "seq", "v"))
_DECODE = Decoder(Event).decode
# The order of names within details; an event's own names are in order already.
_ENCODE = Encoder(order="deterministic").encode


class Illegal(Exception):
    """The event may not come at this point. The message says why, with ids and codes only."""


def read_event(text: str, data: bytes) -> Event:
    """`data` is the text in UTF-8. Raises NotCanonical or Illegal."""
    return _quickly(data) or _slowly(text)


def _quickly(data: bytes) -> Event | None:
    """The event, or None where this cannot tell. Whatever it accepts, the slow way accepts too, as the same event. For
    ASCII and such numbers, what msgspec writes in order is RFC 8785's form, because bytes sort like UTF-16 code units
    and the escapes are the same.
    """
    if not data.isascii():
        return None
    try:
        event = _DECODE(data)
    except (ValueError, RecursionError):
        return None
    return event if _ENCODE(event) == data else None


def _slowly(text: str) -> Event:
    said = parsed(text)
    check_form(said)
    return Event(**{**said, "actor": Actor(**said["actor"])})


def check_form(said: Any) -> None:
    """The members that every event has. Raises Illegal."""
    _need(isinstance(said, dict) and said.keys() in (_MEMBERS, _MEMBERS - {"presented_digest"}), "other members")
    _need(said["v"] == 1 and type(said["v"]) is int, "another version")
    actor = said["actor"]
    _need(isinstance(actor, dict) and actor.keys() == _ACTOR, "not an actor")
    _need(actor["kind"] in ("agent", "person", "system"), "an actor of no known kind")
    _need(isinstance(said["details"], dict) and type(said["seq"]) is int, "members of the wrong type")
    texts = [value for name, value in (said | actor).items() if name not in _NO_TEXTS]
    _need(all(isinstance(text, str) for text in texts), "members of the wrong type")
    _need(said["judged_by"], "no policy that judged it")


def _need(condition: object, wrong: str) -> None:
    if not condition:
        raise Illegal(f"an event with {wrong}")
