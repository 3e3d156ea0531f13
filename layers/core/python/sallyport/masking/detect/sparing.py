"""Which names of machines explain what a detector found; the usual answers, by which rows say what holds for them."""

from __future__ import annotations

from typing import Final

from sallyport.masking.detect.detector import Sparing
from sallyport.masking.detect.vocabulary import listed
from sallyport.masking.spans import Span

ANY: Final[frozenset[str]] = frozenset()  # stands for every kind
# These kinds say by themselves that a machine chose them, so a generic cue (`instance id`) takes nothing from them.
SURE: Final = listed(
    "arn resource store host image azure google logs group ticket region cidr account uuid hash ulid organization"
    " pool pod epoch quarter version zone name literal algorithm principal ports date address"
)
# And these cannot be a secret, whatever word stands near.
PUBLIC: Final = listed(
    "arn resource store host image azure google logs group region cidr organization pool pod epoch schedule"
    " ticket date quarter version address name account instant literal algorithm principal ports"
)


def by_any(_text: str, _span: Span) -> frozenset[str]:
    return ANY


def by_none(_text: str, _span: Span) -> None:
    return None


def always(_text: str, _span: Span) -> bool:
    return True


def devices(_text: str, span: Span) -> bool:
    """A device's number is a machine's, in a machine's field."""
    return span.category == "DEVICE"


# What says by itself whose it is.
NEVER: Final = Sparing(
    explained=by_none, running=False, words=False, digits=False, punctuated=False, half="", look_alike=devices
)
# A form that names of machines have as well.
FORM: Final = NEVER._replace(explained=by_any)
# A word or a number of everyday text.
WORD: Final = FORM._replace(words=True)
