"""Long tokens that look like identifiers or secrets and are neither: digests, public keys, placeholders, names of
software."""

from __future__ import annotations

import re
import string

from sallyport.masking.detect.secrets.values import made_up, repeated

_DIGEST_BEFORE = re.compile(
    r"(?:sha-?(?:1|224|256|384|512)|md5|checksums?|integrity|digest|commits?|checkout|cherry-pick|revert"
    r"|revision|etag)[\"'`]{0,2}\s{0,2}[:=/@\s-]\s{0,2}[\"'`(\[]?(?:sha\d{1,3}[-:])?$",
    re.IGNORECASE,
)
_DIGEST = re.compile(r"(?P<kind>sha(?:1|224|256|384|512)-)?(?:[0-9a-fA-F]{7,128}|[A-Za-z0-9+/]{27,88}={0,2})")
_ASSET = re.compile(
    r"(?<![0-9a-f])[0-9a-f]{16,128}(?:\.\w{1,8})?\.(?:png|jpe?g|gif|svg|webp|ico|css|m?js|map|html?|woff2?|ttf)$",
    re.IGNORECASE,
)
_PUBLIC_BEFORE = re.compile(
    r"(?:public[ _-]?key|pubkey|ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-nistp\d{3}"
    r"|recipient)[\"'`]{0,2}\s{0,2}[:=]?\s{0,2}[\"'`]?$",
    re.IGNORECASE,
)
_SIGNATURE_BEFORE = re.compile(r"\bsignature\"\s{0,2}:\s{0,2}\"$", re.IGNORECASE)
# Ids that a program hands out to programs; of people and their cases nobody speaks so.
_SOFTWARE_BEFORE = re.compile(
    r"(?P<whose>client|consumer|oauth|app|application|access[_ -]?key|tenant|subscription|project|workspace"
    r"|installation|integration|deployment|build|trace|span|request|correlation|instance|container"
    r"|image)[_ -]?id(?:entifier)?[\"'`\\]{0,3}\s{0,3}(?:=>|[:=])\s{0,3}[\"'`\\]{0,3}$",
    re.IGNORECASE,
)
# A key in a service that never gives it away: what comes after is its id.
_MANAGED_BEFORE = re.compile(
    r"(?:\bkms|\bcmk|customer[- ]managed|\bencryption)[ _-](?:master )?key(?:[ _-]?id)?[\s:='\"]{1,3}$", re.IGNORECASE
)
_UUID = re.compile(r"(?:mrk-)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|mrk-[0-9a-f]{32}", re.IGNORECASE)
_TOKEN = re.compile(r"[A-Za-z0-9_+/=.~%-]{0,1000}")
_BACK = re.compile(r"[A-Za-z0-9_+/.~%-]{0,1000}")
_LABEL = re.compile(r"[A-Za-z_.:/@-]{0,40}(?:\d{1,3}[A-Za-z_.:/@-]{1,40}){0,2}")
_MIXED = re.compile(
    r"(?=[0-9]*[A-Za-z])(?=[A-Za-z]*[0-9])[A-Za-z0-9]{16,64}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
)
_ISSUER = re.compile(r"[A-Za-z]{2,12}[_-]")  # `vendor_…`: whoever issues keys puts such a prefix before them
_TOKEN_CHARACTERS = frozenset(string.ascii_letters + string.digits + "_+/=.~%-")
_SHORTEST = 16  # shorter tokens are harmless as fillers only
_MARKS = " \t\r\"'`()[],;.-"
# What must stand there before the patterns above are tried.
_PUBLIC = ("public", "pubkey", "ssh-", "ecdsa-", "recipient")
_DIGESTS = ("sha", "md5", "checksum", "integrity", "digest", "commit", "checkout", "cherry", "rev", "etag")


def harmless(text: str, start: int, end: int, *, named: bool = False) -> bool:
    """Whether the token around `text[start:end]` is known to be neither a secret nor anybody's identifier.

    What is `named` a secret is not freed for looking made up.
    """
    if _whole(text, start, end) and end - start < _SHORTEST and not repeated(text[start:end]):
        return False  # most of what is asked about
    while end > start and text[end - 1] == "=":
        end -= 1
    at = end - len(_BACK.match(text[max(0, end - 1000) : end][::-1]).group())  # type: ignore[union-attr]
    if at > start and not _LABEL.fullmatch(text, start, at):
        return False
    start, end = at, at + len(_TOKEN.match(text, at).group())  # type: ignore[union-attr]
    token = text[start:end].rstrip(".")
    return repeated(token) or (len(token) >= _SHORTEST and _recognised(text, start, end, token, named=named))


def _recognised(text: str, start: int, end: int, token: str, *, named: bool) -> bool:
    """Whether a long token is a digest, a public key, an asset, an id of software, or made up."""
    before = text[max(0, start - 48) : start]
    small = before.lower()
    if token.startswith("age1") or (any(map(small.__contains__, _PUBLIC)) and _PUBLIC_BEFORE.search(before)):
        return True
    digest = _DIGEST.fullmatch(token)
    if digest is not None and (
        digest.group("kind") or (any(map(small.__contains__, _DIGESTS)) and _DIGEST_BEFORE.search(before))
    ):
        return True
    if "key" in small[-16:] and _UUID.fullmatch(token) and _MANAGED_BEFORE.search(before):
        return True
    if "." in token[-16:] and _ASSET.search(token[-160:]):
        return True
    if "id" in small[-16:] and _MIXED.fullmatch(token) and _SOFTWARE_BEFORE.search(before):
        return True
    if 'signature"' in small[-16:] and len(token) >= 43 and _SIGNATURE_BEFORE.search(before):
        return True
    return not named and not _ISSUER.match(token) and _alone(text, start, end) and made_up(token)


def _whole(text: str, start: int, end: int) -> bool:
    """Whether the token around `text[start:end]` is no longer than that."""
    return text[start - 1 : start] not in _TOKEN_CHARACTERS and text[end : end + 1] not in _TOKEN_CHARACTERS


def _alone(text: str, start: int, end: int) -> bool:
    """Whether nothing but white space and quotation marks is next to `text[start:end]` on its line."""
    before, after = text[max(0, start - 32) : start], text[end : end + 32]
    left, right = before.rpartition("\n")[2], after.partition("\n")[0]
    return (
        not left.strip(_MARKS)
        and not right.strip(_MARKS)
        and (len(left) < len(before) or start <= 32)
        and (len(right) < len(after) or end + 32 >= len(text))
    )
