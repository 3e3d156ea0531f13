# ruff: noqa: C901, E501 - decision lists are read from top to bottom, patterns alternative by alternative
"""Keys, tokens, passwords: by the issuers' documented formats, by the words beside them, by randomness."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache

from sallyport.masking.spans import Span

_B = r"(?<![A-Za-z0-9_])"
# Formats that issuers document. `T` stands for the random part.
_ISSUED = (
    r"(?:A3T[A-Z0-9]|AKIA|ASIA|AGPA|AIDA|AROA|AIPA|ANPA|ANVA|ABIA|ACCA|LTAI)[A-Za-z0-9]{12,20}",  # AWS, Alibaba
    r"gh[pousr]_[A-Za-z0-9_]{30,255}|github_pat_\w{22,255}|v1\.[0-9a-f]{40}",
    r"gl(?:pat|dt|rt|cbt|ptt|ft|soat|imt|agent|oas|ffct|wt)-[\w-]{16,300}(?:\.\w{2,12})*|GR1348941[\w-]{20,30}",
    r"xox[abceoprs](?:\.xox[bp])?-[\w-]{10,300}|xapp-[\w/-]{10,300}|xwfp-[\w-]{10,300}",
    r"AIza[\w-]{30,40}|ya29\.[\w-]{20,500}|GOCSPX-[\w-]{20,40}|1//0[\w-]{20,200}|\d{6,20}-\w{20,40}\.apps\.googleusercontent\.com|6L[\w-]{38}",
    r"(?:sk|pk|rk|ak|ek|tok|price|seti|pi|whsec|pm)_(?:(?:live|test|prod|sandbox)_)?[A-Za-z0-9]{16,255}|whsec_[A-Za-z0-9+/=]{20,100}",
    r"sk-(?:ant-|proj-|svcacct-|admin-|or-|lf-)?[\w-]{20,255}|pk-lf-[\w-]{20,60}|gsk_\w{30,80}|xai-\w{40,100}|pplx-\w{30,80}|hf_[A-Za-z]{20,60}|api_org_[A-Za-z]{20,60}|r8_\w{30,50}",
    r"SG\.[\w-]{16,32}\.[\w-]{30,64}|key-[0-9a-f]{32}|[0-9a-f]{32}-us\d{1,2}|(?:AC|SK)[0-9a-f]{32}|xkeysib-[0-9a-f]{64}-\w{16}|xsmtpsib-[\w-]{40,100}",
    r"npm_[A-Za-z0-9]{30,50}|pypi-Ag[\w-]{40,500}|rubygems_[0-9a-f]{40,60}|dckr_[po]at_[\w-]{20,60}|oy2[a-z0-9]{43}|cio[A-Za-z0-9]{32}|CLOJARS_\w{50,80}",
    r"glsa_\w{20,80}|glc_[A-Za-z0-9+/=]{30,400}|eyJrIjoi[A-Za-z0-9=]{50,200}|hv[sbr]\.[\w-]{20,300}|[sbr]\.[A-Za-z0-9]{24}(?!\w)",
    r"do[opr]_v1_[0-9a-f]{40,80}|shp(?:at|ca|pa|ss|tka)_[0-9a-fA-F]{30,40}|sq0(?:atp|csp|idp)-[\w-]{18,60}|EAAA[\w-]{50,80}|sandbox-sq0[a-z]{3}-[\w-]{18,60}",
    r"EAA[A-Za-z0-9]{40,300}|NR(?:AK|JS|AA|II|RA|BR|SP)-[\w-]{10,60}|PMAK-[0-9a-f]{24}-[0-9a-f]{34}|AGE-SECRET-KEY-1[0-9A-Z]{50,70}",
    r"dapi[0-9a-f]{32}(?:-\d)?|dp\.(?:pt|st|ct|scim|audit)\.[\w.-]{30,80}|lin_(?:api|oauth)_\w{30,80}|secret_[A-Za-z0-9]{40,50}|ntn_\w{40,60}|fig[dou]r?_[\w-]{30,60}",
    r"pul-[0-9a-f]{40}|sntry[su]_[\w=/+.-]{30,300}|[A-Za-z0-9]{14}\.atlasv1\.[\w-]{60,80}|tfp_\w{40,60}|rnd_\w{20,40}|fo1_[\w-]{40,60}|fm[12][ar]?_[\w+/=-]{40,500}",
    r"tskey-[\w-]{20,80}|ATATT3[\w=-]{100,250}|ATCTT3[\w=-]{60,250}|ATBB[\w=-]{20,60}|BBDC-[\w+/@-]{40,60}|CCIPAT_\w{20,80}|EZ[AT]K[a-z0-9]{40,60}|FLW(?:SECK|PUBK)(?:_TEST)?-[\w-]{12,60}",
    r"sgp_(?:[0-9a-fA-F]{16}_|local_)?[A-Za-z0-9]{40,70}|sl\.[\w-]{60,200}|p8e-[\w-]{20,60}|ico-\w{32}|ph[cx]_\w{40,60}|ops_eyJ[\w+/=]{100,600}|A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})-[A-Z0-9]{5}(?:-[A-Z0-9]{5}){2}",
    r"aio_[A-Za-z0-9]{28}|odt_[A-Za-z0-9]{30,70}|bk[a-z]{1,3}_[A-Za-z0-9]{30,60}|b_[0-9a-f]{40}|oa2-client-id_[\w-]{20,60}|BBFF-[\w-]{20,60}|akab-[\w-]{20,60}|dG9rOj\w{20,60}|sha256~[\w-]{40,60}",
    r"AP[0-9a-f]{32}|WPMSK_\w{30,60}|wakatime_\w{30,60}|waka_[\w-]{30,60}|rdme_\w{60,90}|samsara_api_\w{20,60}|shippo_(?:live|test)_[0-9a-f]{40}|pscale_(?:tkn|pw|oauth)_[\w.=-]{30,70}|sbp_[0-9a-f]{40}|sb_secret_[\w-]{20,60}|lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}",
    r"00[A-Za-z0-9]{13}![A-Za-z0-9._]{60,160}|[\w-]{24}\.[\w-]{6}\.[\w-]{27,40}|mfa\.[\w-]{84}|\d{8,10}:AA[\w-]{32,34}|00D[A-Za-z0-9]{12}![\w.]{60,120}|2\.A[\w-]{60,200}",
    r"\$2[abxy]\$\d{2}\$[./A-Za-z0-9]{50,60}|\$argon2(?:id|i|d)\$[^\s\"']{20,200}|\$[1568y]\$[^\s$\"']{1,40}\$[./A-Za-z0-9]{20,100}|\$apr1\$[^\s$]{1,10}\$[./A-Za-z0-9]{20,30}|\{S?SHA(?:256|512)?\}[A-Za-z0-9+/=]{20,120}|\$krb5\w+\$[^\s]{20,2000}",
    r"https://(?:hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/[\w/+-]{20,120}|(?:[\w-]+\.)?(?:outlook\.office|webhook\.office)(?:365)?\.com/webhook\w*/[^\s\"'<>]{20,300}|(?:ptb\.|canary\.)?discord(?:app)?\.com/api/webhooks/\d{10,25}/[\w-]{40,100}|chat\.googleapis\.com/v1/spaces/[^\s\"']{20,300}|(?:hooks|hook)\.[\w.-]{3,60}/[^\s\"'<>]{20,200}|maker\.ifttt\.com/trigger/[\w-]+/with/key/[\w-]{10,80})",
    r"(?:[a-z][a-z0-9]{1,9}[_-]){1,3}(?:live|test|prod|pat|secret|sk|pk|key|token|api|tkn|v\d)[_-](?=[A-Za-z_-]*\d)[A-Za-z0-9]{16,200}",
)  # fmt: skip


@cache
def _issued() -> re.Pattern[str]:
    """All issuers' formats in one pattern, compiled when the first long token turns up."""
    return re.compile(_B + r"(?:" + "|".join(_ISSUED) + r")(?![A-Za-z0-9_])")


JWT = re.compile(_B + r"ey[JI][\w-]{8,4000}\.[\w-]{8,8000}(?:\.[\w-]{0,4000})?(?:\.[\w-]{1,4000}){0,2}")
PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z0-9 ]{0,40}?(?:PRIVATE KEY|PGP PRIVATE KEY BLOCK|OPENSSH PRIVATE KEY)[A-Z0-9 ]{0,10}-----[^-]{0,20000}(?:-----END [A-Z0-9 ]{0,60}-----)?|PuTTY-User-Key-File-\d[\s\S]{0,4000}?Private-MAC: \w+"
)
URL_LOGIN = re.compile(
    r"\b[a-zA-Z][a-zA-Z0-9+.-]{1,20}://([^\s:/@\"'<>]{0,100}):([^\s/@\"'<>{}$][^\s@\"'<>]{0,200})@(?=[\w.\-\[%])"
)
HEADER = re.compile(
    r"(?:\bauthorization[\"']?\s?[:=]\s?[\"']?|-H\s+[\"'][\w-]{1,40}:\s?)?\b(?i:bearer|basic|token|apikey|digest|bot)(?:\s+|:\s?)[\"']?([\w+/=.~%:-]{12,4000})|(?i:\b(?:x-[\w-]{1,30}(?:key|token|auth|secret)[\w-]{0,10}|api[_-]?key|authorization)[\"']?\s?:\s?[\"']?)([\w+/=.~%-]{10,4000})"
)

_KEYWORDS = (
    r"pass(?:word|wd|phrase|code)?s?|pwd|secrets?|tokens?|api[ _.-]?keys?|apikeys?|access[ _.-]?keys?|private[ _.-]?keys?|priv|keys?|credentials?|creds?|auth(?:orization|entication)?|signature|sig|salt"
    r"|bearer|access|private|client[ _.-]?(?:id|secret|key)|app[ _.-]?(?:id|key|secret)|consumer[ _.-]?(?:key|secret)|session(?:[ _.-]?(?:id|key))?|cookie|webhook|sas|pat|jwt|oauth|hmac|license|dsn|account[ _.-]?key|shared[ _.-]?access[ _.-]?key|encryption|master|admin|root|otp|pin"
)
KEYWORD = re.compile(
    rf"(?i:(?:{_KEYWORDS}))(?i:[ _.-]?(?:{_KEYWORDS}|id|value|string|name|hash|base64|b64|hex|v\d))*"
    rf"(?P<link>[\"'\])`]{{0,2}}[^\S\n]{{0,4}}(?:=>|:=|\?=|\|\|=|={{1,3}}|:{{1,2}}|>|,|\(|-|_|\||is|was)?[^\S\n]{{0,4}}[\"'`(\[\\@]{{0,3}})"
    rf"(?P<value>[A-Za-z0-9/+$!#&*.~%_^?@-][A-Za-z0-9+/=.~%_!#$&*^?@:|;,<>\[\]{{}}()\\-]{{3,600}})"
)
QUOTED = re.compile(
    r"(?i:pass(?:word|wd|phrase|code)?s?|pwd|passwort|contraseña|mot ?de ?passe|secrets?|secret[ _.-]?key|encryption[ _.-]?key|private[ _.-]?key|api[ _.-]?key|auth[ _.-]?token|access[ _.-]?token|credentials?)"
    r"[\w.-]{0,24}[\"'\])`]{0,2}\s{0,4}(?:=>|:=|={1,3}|:{1,2}|,|\()\s{0,4}(?:[a-zA-Z]{1,8}\()?(?P<quote>[\"'`])(?P<value>[^\"'`\r\n]{4,300})(?P=quote)"
)
_BARE_PASSWORD = re.compile(
    r"(?:(?i:pass(?:word|wd|phrase)?|pwd|secret)s?[\"']?|_PASS)(?:[^\S\n]{0,3}(?:=|:)[^\S\n]{0,3}|[^\S\n]+(?i:is|was)[^\S\n]+|[^\S\n]+-p[^\S\n]+)(?P<value>[^\s\"'`,;&|()<>\[\]{}$][^\s\"'`,;&|()<>\[\]{}]{3,100})"
)
_LOGIN = re.compile(
    r"(?i:\b(?:user(?:name)?|login|uid|user[ _.-]?id|client[ _.-]?id|account[ _.-]?name|db[ _.-]?user))[\"'\]]{0,2}\s{0,3}(?:=>|={1,2}|:)\s{0,3}[\"'`](?P<value>[^\"'`\s]{3,80})[\"'`]"
)
_RANDOM = re.compile(
    r"(?<![\w+/=.~%@-])(?=[A-Za-z+/_.~%-]{0,60}\d)[A-Za-z0-9][A-Za-z0-9+/_.~%-]{18,1000}={0,2}(?![\w+/=@])"
)
_PLACEHOLDER = re.compile(
    r"(?i)^(?:[x*#.\-_=+0?]{4,}|<.*|.*>$|\$?\{.*|\$\(.*|%[\w%-]*%?$|.*(?:your|example_|changeme|placeholder|redacted|dummy|insert|put_your|<|\.\.\.|xxxx|\*\*\*|####).*|null|none|true|false|undefined|nil|string|text|env(?:iron)?[.\[(].*|process\.env.*|os\.(?:environ|getenv).*|self\..*|this\..*|req(?:uest)?\..*|config\..*|params?\[.*|settings\..*|props\..*|getenv.*|args\..*|options?\..*|data\..*|input.*|required|optional|password|passwd|secret|token|key|user(?:name)?|value|test|admin)$"
)
_HEX = re.compile(r"[0-9a-fA-F-]+")
_WORDY = re.compile(r"[a-z]{3,}|[A-Z]{3,}|[A-Z][a-z]{2,}")


_LONG = re.compile(r"[A-Za-z0-9_-](?<![\w-][\w-])(?=[A-Za-z_-]{0,80}\d)[A-Za-z0-9_-]{15,}")
_PASSWORD_HINTS = (
    "passw",
    "pwd",
    "passphrase",
    "passcode",
    "secret",
    "credential",
    "_pass",
    "pass=",
    "pass ",
    "pass:",
    "passe",
    "encryption",
    "private",
    "api",
    "token",
    "contrase",
)
_KEY_HINTS = (
    "key",
    "token",
    "secret",
    "auth",
    "bearer",
    "access",
    "private",
    "apikey",
    "api_",
    "api-",
    "api ",
    "api:",
    "session_",
    "cookie",
    "client_",
    "client-",
    "clientid",
    "clientsecret",
    "webhook",
    "cred",
    "jwt",
    "passw",
    "pwd",
    "basic ",
    "dsn",
)


def find(text: str) -> Iterator[Span]:
    """Secrets in `text`."""
    long = any(
        len(piece) >= 16 and "@" not in piece and "://" not in piece and _LONG.search(piece) for piece in text.split()
    )
    if (
        long
        or "$2" in text
        or "$6$" in text
        or "$argon" in text
        or "$1$" in text
        or "$5$" in text
        or "$8$" in text
        or "$apr" in text
        or "eyJ" in text
        or "webhook" in text
    ):
        for pattern in (_issued(), JWT):
            for match in pattern.finditer(text):
                if not _PLACEHOLDER.match(match.group()) and len(set(match.group()[-12:].lower())) > 3:
                    yield Span(match.start(), match.end(), "SECRET", "secret")
    if long:
        for match in _RANDOM.finditer(text):
            if _is_random(match.group()):
                yield Span(match.start(), match.end(), "SECRET", "random")
    if "-----BEGIN" in text or "PuTTY" in text:
        for match in PRIVATE_KEY.finditer(text):
            yield Span(match.start(), match.end(), "SECRET", "secret")
    if "://" in text and "@" in text:
        for match in URL_LOGIN.finditer(text):
            if not _PLACEHOLDER.match(match.group(2)):
                yield Span(match.start(2), match.end(2), "SECRET", "secret")
    yield from _assigned(text)


def _assigned(text: str) -> Iterator[Span]:
    """Values beside a keyword."""
    small = text.lower()
    if any(hint in small for hint in _KEY_HINTS):
        done = 0
        for token in _CANDIDATE.finditer(text):
            low = max(done, token.start() - 48)
            if not any(hint in small[low : token.end()] for hint in _KEY_HINTS):
                continue
            high = min(len(text), token.end() + 60)
            for pattern in (HEADER, KEYWORD):
                for match in pattern.finditer(text, low, high):
                    if match.start() > token.end():
                        break
                    group = "value" if pattern is KEYWORD else 1 if match.group(1) else 2
                    value = match.group(group).rstrip(".,;:)]}>|\\'\"!?")
                    if _is_key(value):
                        yield Span(match.start(group), match.start(group) + len(value), "SECRET", "secret")
            done = max(done, token.end() - 48)
    if any(hint in small for hint in _PASSWORD_HINTS):
        for pattern in (QUOTED, _BARE_PASSWORD):
            for match in pattern.finditer(text):
                if _is_password(match.group("value")):
                    yield Span(match.start("value"), match.end("value"), "SECRET", "secret")


_CANDIDATE = re.compile(
    r"[^\s\"'`,;()<>](?<![^\s\"'`,;()<>].)(?:(?=[^\s]{0,60}\d)[^\s\"'`,;()<>@]{9,}|[^\s\"'`,;()<>@]{17,})"
)


def _is_key(value: str) -> bool:
    """Whether what stands beside a keyword can be a key: mixed characters and no placeholder."""
    if (
        len(value) < 10
        or _PLACEHOLDER.match(value)
        or (len(set(value)) < 5 and len(value) < 30)
        or (len(set(value.lower())) < 3 and value[0] in "xX0*")
    ):
        return False
    if len(value) >= 16 and (_HEX.fullmatch(value) or (len(value) >= 32 and value.isalnum() and value[0] not in "xX0")):
        return True
    digits = sum(map(str.isdigit, value))
    if "(" in value or "{" in value or "://" in value or (value.count(".") > 3 and not digits):
        return False
    if digits >= 2 and any(map(str.isalpha, value)):
        return True
    if digits == len(value):
        return len(value) >= 16
    words = sum(len(word) for word in _WORDY.findall(value))
    return (
        len(value) >= 18
        and ("_" not in value[3:-3] or digits > 0)
        and (words < 0.9 * len(value) or _shannon(value) > 3.6)
        and " " not in value
        and "/" not in value.strip("/")[:6]
    )


def _is_password(value: str) -> bool:
    value = value.strip()
    if (
        len(value) < 4
        or _PLACEHOLDER.match(value)
        or value[0] in "$<{%:/"
        or " " in value
        or value.startswith(("http", "./", "../", "arn:"))
    ):
        return False
    if re.fullmatch(r"[a-z]+(?:[._-][a-z]+)+|[a-z]+[A-Z][A-Za-z]*|[A-Z_]{4,}|[\w.]+\(.*", value) and not any(
        map(str.isdigit, value)
    ):
        return False
    return len(set(value)) > 2


def _is_random(value: str) -> bool:
    """Whether a token is too irregular for a word, a path or a name of code."""
    digits = sum(map(str.isdigit, value))
    upper, lower = any(map(str.isupper, value)), any(map(str.islower, value))
    if digits < 2 or not (upper or lower) or _PLACEHOLDER.match(value):
        return False
    if re.fullmatch(r"[0-9a-fA-F]{32,}", value):
        return True
    if (
        (value.count("/") > 2 and "+" not in value and max(map(len, value.split("/"))) < 20)
        or value.count(".") > 2
        or value.count("-") > 5
    ):
        return False
    longest = max(map(len, re.split(r"[-_./~%]", value)))
    words = sum(len(word) for word in re.findall(r"[a-z]{4,}|[A-Z]{4,}", value))
    return longest >= 16 and words < 0.5 * len(value) and digits >= 3 and _shannon(value) > 3.2


def _shannon(value: str) -> float:
    counts = Counter(value)
    return -sum(n / len(value) * math.log2(n / len(value)) for n in counts.values())
