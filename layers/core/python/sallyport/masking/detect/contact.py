"""E-mail addresses, URLs, host names, network addresses, telephone numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sallyport.masking import machines
from sallyport.masking.detect import cues, numbers
from sallyport.masking.detect.numbers import Group, within
from sallyport.masking.detect.reading import Reading
from sallyport.masking.spans import Span

EMAIL = re.compile(
    r"[\w.+%'-]{1,64}(?: ?\[at\] ?| ?\(at\) ?|@)[\w-]{1,63}(?:(?:\.| ?\[dot\] ?| ?\(dot\) ?)[\w-]{1,63}){1,6}"
)
URL = re.compile(
    r"(?:https?|ftps?|sftp|wss?|file|s?mailto|tel|hxxps?)://?[^\s\"'<>`{}|\\^\[\]]{2,2000}|(?<![\w@.])www\.[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}(?:/[^\s\"'<>]{0,2000})?",
    re.IGNORECASE,
)
IPV4 = re.compile(r"\d(?<![\w.-]\d)\d{0,2}(?:\.\d{1,3}){3}(?:/\d{1,2})?(?!\.?\d)")
IPV6 = re.compile(
    r"(?<![\w:.])(?:[0-9A-Fa-f]{1,4}:){2,7}(?::?[0-9A-Fa-f]{1,4}){1,6}(?![\w:])|(?<![\w:])(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}(?![\w:])|(?<![\w:])::(?:[0-9A-Fa-f]{1,4}:){0,5}[0-9A-Fa-f]{1,4}(?![\w:])"
)
MAC = re.compile(r"(?<![\w:-])[0-9A-Fa-f]{2}(?:([:-])[0-9A-Fa-f]{2})(?:\1[0-9A-Fa-f]{2}){4}(?![\w:-])")

# Terminologies and specifications: their URLs say nothing about anybody.
_PUBLIC = re.compile(
    r"^https?://(?:[\w*-]+\.){0,4}(?:hl7\.org|loinc\.org|snomed\.info|w3\.org|unitsofmeasure\.org|ihe\.net|cdc\.gov|nih\.gov|fda\.gov"
    r"|who\.int|cms\.gov|ama-assn\.org|ietf\.org|rfc-editor\.org|json-schema\.org|schema\.org|doi\.org|wikipedia\.org|dicom\.nema\.org"
    r"|synthetichealth\.github\.io|terminology\.hl7\.org|amazonaws\.com|amazon\.com|microsoft\.com|google(?:apis)?\.com|github\.com|githubusercontent\.com|github\.io|apache\.org|kubernetes\.io|k8s\.io|hashicorp\.com|terraform\.io|docker\.(?:com|io)|python\.org|pypi\.org|npmjs\.(?:com|org)|golang\.org|go\.dev|mozilla\.org|stackoverflow\.com|redhat\.com|openshift\.com|elastic\.co|grafana\.com|prometheus\.io|bing\.com|mitre\.org|debian\.org|ubuntu\.com|kernel\.org|postgresql\.org|mysql\.com|opensource\.org|creativecommons\.org|readthedocs\.io|gitlab\.com|nist\.gov|snyk\.io|auth0\.com|okta\.com|azure\.com|crowdstrike\.com|datadoghq\.com|pagerduty\.com|cloudflare\.com|infracost\.io|owasp\.org|virustotal\.com|wiz\.io|slack\.com/(?:api|help)|atlassian\.(?:com|net)|oracle\.com|mongodb\.com|databricks\.com|snowflake\.com|helm\.sh|cncf\.io|jenkins\.io|circleci\.com|sonarsource\.com|nodejs\.org|rust-lang\.org|crates\.io|maven\.org|nginx\.org|openssl\.org|centos\.org|fedoraproject\.org|alpinelinux\.org|archlinux\.org|quay\.io|ghcr\.io|letsencrypt\.org|json\.org|yaml\.org|iana\.org)"
    r"(?:[:/?#]|$)",
    re.IGNORECASE,
)
_TECHNICAL = re.compile(
    r"^file://|^https?://[a-z][a-z0-9-]*(?::\d{2,5})?(?:[/?#]|$)|^https?://[\w.-]+\.(?:svc|local|internal|localhost|corp|lan)(?:[.:/?#]|$)|"
    r"^https?://(?:[\w-]+\.)*?(?:api|app|oauth|wiki|grafana|kibana|prometheus|argocd?|jenkins|gitlab|git|jira|confluence|sentry|kubernetes|k8s|vault|nexus|artifactory|sonar|status|metrics|monitoring|alerts?|build|ci|staging|hooks?|webhooks?|registry|docs?|dev|console|cdn|localhost|\d{1,3}(?:\.\d{1,3}){3})[\w-]*[.:/]|/(?:api|oauth2?|v\d{1,2}(?:\.\d)?|webhooks?|graphql|rest)(?:[/?#]|$)",
    re.IGNORECASE,
)
_PERSONAL = re.compile(
    r"/(?=[^/?#]*\d{4})[^/?#]{4,}|/~?[\w.-]*(?:patient|record|chart|member|user|person|profile|account)s?/[^/?#]+",
    re.IGNORECASE,
)
_QUERY = re.compile(r"[?&;#][\w.\-\[\]%]{1,40}=([^&#\s]{3,})")

PHONE_AFTER = re.compile(r"\W{0,3}(?:\()?(?:office|fax|mobile|cell|home|work|direct|tel|phone|ext|x\d)", re.IGNORECASE)
EXTENSION = r"(?:(?:,? ?(?:ext(?:ension)?\.?|x|#) ?)\d{1,6})?"
PHONE = re.compile(
    rf"[(+0-9](?<![\w.][(+0-9])(?<!\d[-/][(+0-9])(?:"
    rf"(?:(?<=\+)\d{{1,3}}|(?<=[01]))[ .-]?\(?\d{{3}}\)?[ .-]?\d{{3}}[ .-]?\d{{4}}"  # +1 202 555 0101
    rf"|(?<=\()\d{{3}}\)[ .-]?\d{{3}}[ .-]?\d{{4}}"  # (202) 555-0101
    rf"|(?<=\d)\d{{2}}[ .-]\d{{3}}[ .-]\d{{4}}"  # 202-555-0101
    rf"|(?<=\d)\d{{2}}/\d{{3}}-\d{{4}}"
    rf"|(?<=\+)[\d ().-]{{7,20}}\d"  # +46 (0)8 928 571 38
    rf"|(?<=\()(?:\+?\d{{1,4}})\)[ ]?\d{{2,4}}(?:[ -]\d{{2,4}}){{1,3}}"  # (72) 754-186
    rf"|(?<=[0])\d{{1,4}}[ -]\d{{2,4}}(?:[ -]\d{{2,4}}){{1,3}}"  # 083 564 9312
    rf"){EXTENSION}(?![\w]|[-/.]\d)",
    re.IGNORECASE,
)
LOOSE = re.compile(rf"[(+\d](?<![\w.][(+\d])[\d().\-/ ]{{5,19}}\d{EXTENSION}(?![\w]|[-/.]\d)", re.IGNORECASE)
LOCAL = re.compile(rf"\d(?<![\w.-]\d)\d{{2}}[-.]\d{{4}}{EXTENSION}(?![\w-])", re.IGNORECASE)


def find(reading: Reading) -> Iterator[Span]:
    """Addresses and numbers at which somebody or something can be reached."""
    text = reading.text
    if "@" in text or "(at)" in text or "[at]" in text:
        yield from _emails(text)
    if "://" in text or "www." in text or "WWW." in text or "tel:" in text:
        yield from _urls(text)
    if (":" in text or "-" in text) and _COLONS.search(text):
        for pattern, category in ((MAC, "DEVICE"), (IPV6, "IP")):
            for match in pattern.finditer(text):
                if any(char.isdigit() for char in match.group()) and len(match.group()) > 8:
                    yield Span(match.start(), match.end(), category, "ip")
    for group in reading.groups:
        if group.may & numbers.IPV4:
            yield from _ipv4(text, group)
        if group.may & _CALLABLE:
            yield from _phones(text, group)


def _ipv4(text: str, group: Group) -> Iterator[Span]:
    for match in within(IPV4, text, group):
        if all(int(part) < 256 for part in match.group().partition("/")[0].split(".")) and not _version(
            text, match.start()
        ):
            yield Span(match.start(), match.end(), "IP", "ip")


def without_public_urls(text: str) -> str:
    """`text` with the URLs of terminologies and specifications blanked, offsets kept: they hold digits and capitals."""
    if "://" not in text:
        return text
    public = [match.span() for match in _url_matches(text) if _PUBLIC.search(match.group())]
    for start, end in public:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _phones(text: str, group: Group) -> Iterator[Span]:
    """Telephone numbers: by their usual shapes anywhere, in any shape after a cue."""
    usual = group.may & numbers.PHONE or (
        group.may & numbers.TRUNK and _TRUNK.search(text, group.start, group.end) is not None
    )
    for match in within(PHONE, text, group) if usual else ():
        if text[match.start()] in "+(" or not cues.benign(text[max(0, match.start() - 16) : match.start()]):
            yield Span(match.start(), match.end(), "PHONE", "phone")
    if group.may & numbers.LOOSE:
        for match in within(LOOSE, text, group):
            digits = sum(map(str.isdigit, match.group()))
            if 7 <= digits <= 21 and (
                _called(text, match.start()) or _EXTENDED.search(match.group()) or PHONE_AFTER.match(text, match.end())
            ):
                yield Span(match.start(), match.end(), "PHONE", "phone")
    if group.may & numbers.LOCAL:
        for match in within(LOCAL, text, group):
            if _called(text, match.start()):
                yield Span(match.start(), match.end(), "PHONE", "phone")


_CALLABLE = numbers.PHONE | numbers.TRUNK | numbers.LOOSE | numbers.LOCAL
_EXTENDED = re.compile(r"[A-Za-z#]")  # a number with an extension is a telephone's
_TRUNK = re.compile(r"0(?<![\w.]0)\d{1,4}[ -]\d")  # numbers that are written with the trunk prefix, 0


def _called(text: str, at: int) -> bool:
    return cues.announces_phone(text[max(0, at - 48) : at])


_COLONS = re.compile(r"[:-][0-9A-Fa-f]{0,4}[:-][0-9A-Fa-f]{0,4}[:-]")
_VERSION_AFTER = re.compile(r"v?\d{1,4}(?:\.\d{1,6}){1,2}")  # `package@1.2.3` is no address
_LOCAL_BACKWARDS = re.compile(r"[\w.+%'-]{1,64}")


def _emails(text: str) -> Iterator[Span]:
    """Addresses, each found from its `@`."""
    if "[at]" in text or "(at)" in text:
        for match in EMAIL.finditer(text):
            yield Span(match.start(), match.end(), "EMAIL", "email")
    at = text.find("@")
    while at >= 0:
        local = _LOCAL_BACKWARDS.match(text[max(0, at - 64) : at][::-1])
        if local is not None and (whole := EMAIL.match(text, at - local.end())) is not None and whole.end() > at:
            if _VERSION_AFTER.fullmatch(text, at + 1, whole.end()):
                at = text.find("@", at + 1)
                continue
            part = text[at - local.end() : at]
            start = at - len(part.lstrip("'."))
            yield Span(start, whole.end(), "EMAIL", "email")
        at = text.find("@", at + 1)


def _urls(text: str) -> Iterator[Span]:
    for match in _url_matches(text):
        url = match.group().rstrip(".,;:!?)")
        start, end = match.start(), match.start() + len(url)
        bare, login = url, _LOGIN.match(url)
        if login is not None:  # whose URL it is says the host, not the login before it
            bare = url[: login.start(1)] + url[login.end() :]
        public = _PUBLIC.search(bare)
        if not (public or _TECHNICAL.search(bare) or _CALLED.search(text, max(0, start - 40), start)):
            yield Span(start, end, "URL", "url")
            continue
        parts = [part.span(1) for part in _QUERY.finditer(url)]
        parts += [login.span(1)] if login is not None else []
        if not public:
            parts += [(part.start() + 1, part.end()) for part in _PERSONAL.finditer(url, url.find("://") + 3)]
        for first, last in parts:
            if not _drawn(url, first, last):
                yield Span(start + first, start + last, "ID", "url")


_LOGIN = re.compile(r"\w{1,12}://([^\s/@:]{1,100})(?::[^\s/@]{0,300})?@")
# A program calls this URL.
_CALLED = re.compile(
    r"(?:\b(?:curl|wget|git clone|helm repo add|docker (?:pull|login))(?: -{1,2}\w[\w-]*){0,4} [\"']?|[a-z]Endpoint=)$"
)
_DRAWN = frozenset(("uuid", "hash", "resource", "ulid", "region", "arn"))


def _drawn(url: str, start: int, end: int) -> bool:
    """Whether a part of a URL is an id that a machine made up, and nothing before says that it is somebody's."""
    name = machines.whole(url[start:end])
    return name is not None and name.kind in _DRAWN and not name.open and not machines.announced(url[:start])


_SCHEME = re.compile(r"[A-Za-z]{2,8}$")


def _url_matches(text: str) -> Iterator[re.Match[str]]:
    if "www." in text or "WWW." in text or "tel:" in text or "mailto:" in text:
        yield from URL.finditer(text)
        return
    at, done = text.find("://"), 0
    while at >= 0:
        scheme = _SCHEME.search(text, max(done, at - 8), at)
        if scheme is not None and (match := URL.search(text, scheme.start(), min(len(text), at + 2100))) is not None:
            yield match
            done = match.end()
        at = text.find("://", max(at + 3, done))


_VERSION = re.compile(r"(?:\bv|version|ver\.?|release|rev|oid)\W{0,2}$", re.IGNORECASE)


def _version(text: str, at: int) -> bool:
    return bool(_VERSION.search(text, max(0, at - 12), at))
