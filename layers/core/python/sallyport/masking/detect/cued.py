"""Numbers and codes after a word that announces them; the walk over tokens in `ids` meets them."""

from __future__ import annotations

from sallyport.masking.detect import sparing
from sallyport.masking.detect import vocabulary as v
from sallyport.masking.detect.detector import Basis, Detector
from sallyport.masking.spans import Span

# Categories whose cues are words of machines as well: `node group`, `image tag`, `device`, `plan`.
_VAGUE = frozenset(("ID", "HEALTH_PLAN", "VEHICLE", "DEVICE"))
_ACCOUNTS = v.listed("account")


def _vaguely_announced(_text: str, span: Span) -> frozenset[str] | None:
    if span.category == "ACCOUNT":
        return _ACCOUNTS
    return sparing.SURE if span.category in _VAGUE else None


def _in_an_arn(text: str, span: Span) -> bool:
    return span.category == "ACCOUNT" and text.startswith("arn:")


DETECTOR = Detector(
    name="cue",
    says="A number or code after a word that announces it.",
    categories=("SSN", "MRN", "HEALTH_PLAN", "ACCOUNT", "LICENSE", "VEHICLE", "DEVICE", "ID"),
    basis=Basis.CUE,
    rank=3,
    allowable=True,
    scopes=True,
    labels=True,
    cell=False,
    sparing=sparing.NEVER._replace(explained=_vaguely_announced, running=True, look_alike=_in_an_arn),
    find=None,
)
ANNOUNCED = DETECTOR.rule("announced", "A word before it says whose number, or which, it is.")
