"""URLs: whole ones, and of those that machines call the parts that identify somebody."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sallyport.masking import machines
from sallyport.masking.detect import sparing
from sallyport.masking.detect.detector import Basis, Detector
from sallyport.masking.detect.reading import Reading
from sallyport.masking.spans import Span

URL = re.compile(
    r"(?:https?|ftps?|sftp|wss?|file|s?mailto|tel|hxxps?)://?[^\s\"'<>`{}|\\^\[\]]{2,2000}|(?<![\w@.])www\.[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}(?:/[^\s\"'<>]{0,2000})?",
    re.IGNORECASE,
)
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


def without_public_urls(text: str) -> str:
    """`text` with the URLs of terminologies and specifications blanked, offsets kept: they hold digits and capitals."""
    if "://" not in text:
        return text
    public = [match.span() for match in _url_matches(text) if _PUBLIC.search(match.group())]
    for start, end in public:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def find(reading: Reading) -> Iterator[Span]:
    """URLs in the text, and identifying parts of those that stay."""
    text = reading.text
    if not ("://" in text or "www." in text or "WWW." in text or "tel:" in text):
        return
    for match in _url_matches(text):
        url = match.group().rstrip(".,;:!?)")
        start, end = match.start(), match.start() + len(url)
        bare, login = url, _LOGIN.match(url)
        if login is not None:  # whose URL it is says the host, not the login before it
            bare = url[: login.start(1)] + url[login.end() :]
        public = _PUBLIC.search(bare)
        if not (public or _TECHNICAL.search(bare) or _CALLED.search(text, max(0, start - 40), start)):
            yield Span(start, end, "URL", WHOLE)
            continue
        parts = [part.span(1) for part in _QUERY.finditer(url)]
        parts += [login.span(1)] if login is not None else []
        if not public:
            parts += [(part.start() + 1, part.end()) for part in _PERSONAL.finditer(url, url.find("://") + 3)]
        for first, last in parts:
            if not _drawn(url, first, last):
                yield Span(start + first, start + last, "ID", PART)


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


_IN_URL = re.compile(r"[?#@]|\d{5}")  # where a URL says who asked for what


def _by_the_host_alone(text: str, span: Span) -> bool:
    """Whether a URL in a machine's field says nothing of who asked for what."""
    found = text[span.start : span.end]
    return not (_IN_URL.search(found) or machines.pairs_of_names(found))


DETECTOR = Detector(
    name="url",
    says="A URL, or the part of one that identifies; terminologies and specifications stay.",
    categories=(
        "URL",
        "ID",
    ),
    basis=Basis.FORMAT,
    rank=5,
    allowable=True,
    scopes=True,
    labels=False,
    cell=False,
    sparing=sparing.NEVER._replace(look_alike=_by_the_host_alone),
    find=find,
)
WHOLE = DETECTOR.rule("whole", "A URL that is neither a specification's nor a machine's own.")
PART = DETECTOR.rule("part", "A login, an argument or a piece of the path that may be somebody's.")
