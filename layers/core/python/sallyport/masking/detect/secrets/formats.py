"""Keys, tokens and hashes whose issuers document what they look like; private keys; logins in URLs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from sallyport.masking.detect.secrets.values import Piece, placeholder

_B = r"(?<![A-Za-z0-9_])"
# Formats that issuers document. `T` stands for the random part.
_ISSUED = (
    r"(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA|LTAI)[A-Za-z0-9]{12,20}",  # AWS, Alibaba
    r"gh[pousr]_[A-Za-z0-9_]{30,255}|github_pat_\w{22,255}|v1\.[0-9a-f]{40}",
    r"gl(?:pat|dt|rt|cbt|ptt|ft|soat|imt|agent|oas|ffct|wt)-[\w-]{16,300}(?:\.\w{2,12})*|GR1348941[\w-]{20}(?![\w-])",
    (
        r"xox[abceoprs]-(?:\d{1,14}-){1,3}[A-Za-z0-9-]{12,300}|xoxe(?:\.xox[bp])?-\d-[A-Za-z0-9]{60,300}"
        r"|xox[ar]-(?=[a-z-]{0,20}\d)[A-Za-z0-9-]{12,60}|xapp-[\w/-]{10,300}|xwfp-[\w-]{10,300}"
    ),
    (
        r"AIza[\w-]{30,40}|ya29\.[\w-]{20,500}|GOCSPX-[\w-]{20,40}|1//0[\w-]{20,200}"
        r"|\d{6,20}-\w{20,40}\.apps\.googleusercontent\.com|6L[\w-]{38}"
    ),
    (
        r"(?:sk|pk|rk|ak|ek|tok|price|seti|pi|whsec|pm)_(?:(?:live|test|prod|sandbox)_[A-Za-z0-9]{10,255}"
        r"|[A-Za-z0-9]{16,255}|\d{4,8}_\w{16,80})|whsec_[A-Za-z0-9+/=]{20,100}"
    ),
    (
        r"sk-(?:ant-(?:api|admin|sid|oat)\d{2,4}-[\w-]{80,120}AA(?![\w-])|(?!ant-)[\w-]{20,255})"
        r"|pk-lf-[\w-]{20,60}|gsk_\w{30,80}|xai-\w{40,100}|pplx-\w{30,80}|hf_[A-Za-z]{20,60}"
        r"|api_org_[A-Za-z]{20,60}|r8_\w{30,50}"
    ),
    (
        r"SG\.[\w-]{16,32}\.[\w-]{30,64}|key-[0-9a-f]{32}|[0-9a-f]{32}-us\d{1,2}|(?:AC|SK)[0-9a-f]{32}"
        r"|xkeysib-[0-9a-f]{64}-\w{16}|xsmtpsib-[\w-]{40,100}"
    ),
    (
        r"npm_[A-Za-z0-9]{30,50}|pypi-Ag[\w-]{40,500}|rubygems_[0-9a-f]{40,60}|dckr_[po]at_[\w-]{20,60}"
        r"|oy2[a-z0-9]{43}|cio[A-Za-z0-9]{32}|CLOJARS_\w{50,80}"
    ),
    (
        r"glsa_\w{20,80}|glc_[A-Za-z0-9+/=]{30,400}|eyJrIjoi[A-Za-z0-9=]{50,200}|hv[sbr]\.[\w-]{20,300}"
        r"|[sbr]\.[A-Za-z0-9]{24}(?!\w)"
    ),
    (
        r"do[opr]_v1_[0-9a-f]{40,80}|shp(?:at|ca|pa|ss|tka)_[0-9a-fA-F]{30,40}|sq0(?:atp|csp|idp)-[\w-]{18,60}"
        r"|EAAA[\w-]{50,80}|sandbox-sq0[a-z]{3}-[\w-]{18,60}"
    ),
    (
        r"EAA[A-Za-z0-9]{40,300}|NR(?:AK|JS|AA|II|RA|BR|SP)-[\w-]{10,60}|PMAK-[0-9a-f]{24}-[0-9a-f]{34}"
        r"|AGE-SECRET-KEY-1[0-9A-Z]{50,70}"
    ),
    (
        r"dapi[0-9a-f]{32}(?:-\d)?|dp\.(?:pt|st|ct|scim|audit)\.[\w.-]{30,80}|lin_(?:api|oauth)_\w{30,80}"
        r"|secret_[A-Za-z0-9]{40,50}|ntn_\w{40,60}|fig[dou]r?_[\w-]{30,60}"
    ),
    (
        r"pul-[0-9a-f]{40}|sntry[su]_[\w=/+.-]{30,300}|[A-Za-z0-9]{14}\.atlasv1\.[\w-]{60,80}|tfp_\w{40,60}"
        r"|rnd_\w{20,40}|fo1_[\w-]{40,60}|fm[12][ar]?_[\w+/=-]{40,500}"
    ),
    (
        r"tskey-[\w-]{20,80}|ATATT3[\w=-]{100,250}|ATCTT3[\w=-]{60,250}|ATBB[\w=-]{20,60}|BBDC-[\w+/@-]{40,60}"
        r"|CCIPAT_\w{20,80}|EZ[AT]K[a-z0-9]{40,60}|FLW(?:SECK|PUBK)(?:_TEST)?-[\w-]{12,60}"
    ),
    (
        r"sgp_(?:[0-9a-fA-F]{16}_)?(?:local_)?[A-Za-z0-9]{40,70}|sl\.[\w-]{60,200}|p8e-[\w-]{20,60}|ico-\w{32}"
        r"|ph[cx]_\w{40,60}|ops_eyJ[\w+/=]{100,600}|A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}"
        r"|[A-Z0-9]{6}-[A-Z0-9]{5})-[A-Z0-9]{5}(?:-[A-Z0-9]{5}){2}"
    ),
    (
        r"aio_[A-Za-z0-9]{28}|odt_[A-Za-z0-9]{30,70}|bk[a-z]{1,3}_[A-Za-z0-9]{30,60}|b_[0-9a-f]{40}"
        r"|oa2-client-id_[\w-]{20,60}|BBFF-[\w-]{20,60}|akab-[\w-]{20,60}|dG9rOj\w{20,60}|sha256~[\w-]{40,60}"
    ),
    (
        r"AP[0-9a-f]{32}|WPMSK_\w{30,60}|wakatime_\w{30,60}|waka_[\w-]{30,60}|rdme_\w{60,90}"
        r"|samsara_api_\w{20,60}|shippo_(?:live|test)_[0-9a-f]{40}|pscale_(?:tkn|pw|oauth)_[\w.=-]{30,70}"
        r"|sbp_[A-Za-z0-9]{40}|sb_secret_[\w-]{20,60}|lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}"
    ),
    (
        r"00[A-Za-z0-9]{13}![A-Za-z0-9._]{60,160}|[\w-]{24}\.[\w-]{6}\.[\w-]{27,40}|mfa\.[\w-]{84}"
        r"|\d{8,10}:AA[\w-]{32,34}|00D[A-Za-z0-9]{12}![\w.]{60,120}|2\.A[\w-]{60,200}"
    ),
    (
        r"\$2[abxy]\$\d{2}\$[./A-Za-z0-9]{50,60}|\$argon2(?:id|i|d)\$[^\s\"']{20,200}"
        r"|\$[1568y]\$[^\s$\"']{1,40}\$[./A-Za-z0-9]{20,100}|\$apr1\$[^\s$]{1,10}\$[./A-Za-z0-9]{20,30}"
        r"|\{S?SHA(?:256|512)?\}[A-Za-z0-9+/=]{20,120}|\$krb5\w+\$[^\s]{20,2000}"
    ),
    (
        r"https?://(?:hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/[\w/+-]{20,120}"
        r"|(?:[\w-]+\.)?(?:outlook\.office|webhook\.office)(?:365)?\.com/webhook\w*/[^\s\"'`<>]{20,300}|(?:ptb\."
        r"|canary\.)?discord(?:app)?\.com/api/webhooks/\d{10,25}/[\w-]{40,100}"
        r"|chat\.googleapis\.com/v1/spaces/[^\s\"']{20,300}|(?:hooks|hook)\.[\w.-]{3,60}/[^\s\"'<>]{20,200}"
        r"|maker\.ifttt\.com/trigger/[\w-]+/with/key/[\w-]{10,80})"
    ),
    (
        r"(?:[a-z][a-z0-9]{1,9}_){1,3}(?:live|test|prod|pat|secret|sk|pk|key|token|api|tkn"
        r"|v\d)_(?=[A-Za-z_-]*\d)[A-Za-z0-9]{16,200}"
    ),
    (
        r"ABSK[A-Za-z0-9+/]{60,260}={0,2}|mdb_sa_sk_[\w-]{30,60}|shltm_[A-Za-z0-9]{30,60}"
        r"|pn[ub]_[A-Za-z0-9]{30,40}|sq[upa]_[0-9a-f]{40}|nvapi-[\w-]{40,90}|s-s4t2(?:ud|af)-[0-9a-f]{64}"
        r"|slk_[0-9a-f]{64}|NF-[A-Za-z0-9]{32}"
    ),
    (
        r"1000\.[0-9a-f]{32}\.[0-9a-f]{32}|[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk|[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}"
        r"|tkn\.v1_[\w-]{60,120}=?|na1\.[A-Za-z0-9+/]{80,120}|dt0[a-z]\d\d\.[A-Z0-9]{24}\.[A-Z0-9]{64}"
    ),
    (
        r"dnkey-[\w=-]{20,120}|ddp_[A-Za-z0-9]{36}|lip_[A-Za-z0-9]{20,60}|shippo_\w{40,60}|sk_prod_\w{16,80}"
        r"|secret-(?:live|test|prod)-[\w-]{16,80}|tvly-\w{20,50}|fc-[0-9a-f]{32}|r8_\w{30,50}|co_api_\w{20,60}"
        r"|sk_V2_\w{20,80}"
    ),
)


@cache
def issued() -> re.Pattern[str]:
    """All issuers' formats in one pattern, compiled when masking starts."""
    return re.compile(_B + r"(?:" + "|".join(_ISSUED) + r")(?![A-Za-z0-9_])")


_JWT = re.compile(_B + r"ey[JI][\w-]{8,4000}\.[\w-]{8,8000}(?:\.[\w-]{0,4000})?(?:\.[\w-]{1,4000}){0,2}")
# Heads of private keys, and what ends each; what lies between is the secret, for as far as any key is long.
_HEADS = (
    (re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}?PRIVATE KEY[A-Z0-9 ]{0,10}-----"), "-----END"),
    (re.compile(r"PuTTY-User-Key-File-\d"), "\n\n"),
)
_LONGEST_KEY = 20_000
_URL_LOGIN = re.compile(
    r"\b[a-zA-Z][a-zA-Z0-9+.-]{1,20}://([^\s:/@\"'<>]{0,100}):([^\s/@\"'<>{}$*%][^\s@\"'<>{}]{0,200})@(?=[\w.\-\[%])"
)
# Passwords on a command line: `curl -u user:…`, `mysql -p…`, `sshpass -p …`.
_COMMAND = re.compile(
    r"(?<!\S)(?:-u|--user)[ =][\"']?[\w.@-]{1,64}:(?P<user>[^\s\"'$<{%*][^\s\"']{2,200})"
    r"|\becho (?:-n"
    r" )?[\"']?[\w.@-]{1,64}:(?P<piped>[^\s\"'$<{%*][^\s\"']{2,200})[\"']?\s{0,4}\|\s{0,4}(?:sudo )?chpasswd"
    r"|\b(?:mysql\w{0,8}|mariadb)\b[^\n]{0,80}?\s-p(?P<mysql>[^\s\"'$<{%*-][^\s\"']{2,100})"
    r"|\bsshpass -p ?[\"']?(?P<ssh>[^\s\"'$<{%*][^\s\"']{2,100})"
)
# Long pieces that a format can lie in; only these are held against the many formats.
_PIECE = re.compile(r"[^\s\"'`<>]{16,}")


def commands(text: str) -> Iterator[Piece]:
    """Passwords among the arguments of commands."""
    for match in _COMMAND.finditer(text):
        group = match.lastgroup or ""
        yield Piece(*match.span(group))


def tokens(text: str) -> Iterator[Piece]:
    """Tokens, hashes and webhook URLs of the issuers' formats."""
    formats = issued()
    for piece in _PIECE.finditer(text):
        for pattern in (formats, _JWT):
            for match in pattern.finditer(text, piece.start(), piece.end()):
                if not placeholder(match.group()) and len(set(match.group()[-12:].lower())) > 3:
                    yield Piece(match.start(), match.end())


def blocks(text: str) -> Iterator[Piece]:
    """Private keys."""
    for head, last in _HEADS:
        end = 0
        while (start := head.search(text, end)) is not None:
            end = text.find(last, start.end(), start.end() + _LONGEST_KEY)
            end = end if end >= 0 else min(len(text), start.end() + _LONGEST_KEY)
            if end > start.end():
                yield Piece(start.end(), end)


def logins(text: str) -> Iterator[Piece]:
    """The passwords of URLs."""
    if "://" in text and "@" in text:
        for match in _URL_LOGIN.finditer(text):
            yield Piece(match.start(2), match.end(2))
