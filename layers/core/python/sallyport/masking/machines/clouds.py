"""Names that say by their head whose they are: ARNs, Azure's and Google's resource ids, URIs of stores, hosts of
clouds."""

from __future__ import annotations

import re

_ARN = re.compile(
    r"arn:(?:aws[a-z-]{0,12}|\*|<[^>]{0,20}>)?:([a-z0-9-]{0,40}|\*)?:([a-z0-9-]{0,24}|\*)?:(\d{9,13}|aws|\*"
    r"|[a-z-]{0,20})?:",
    re.IGNORECASE,
)
_AZURE = re.compile(
    r"/subscriptions/[0-9A-Fa-f-]{36}(?=/|$)(?:/(?:resourceGroups|providers)(?=/))?"
    r"|/providers/Microsoft\.[A-Za-z.]{2,40}(?=/)",
    re.IGNORECASE,
)
_GOOGLE = re.compile(
    r"//[a-z0-9-]{2,40}\.googleapis\.com/|projects/(?:[a-z][a-z0-9-]{4,28}[a-z0-9]|\d{6,14})(?=/(?:locations"
    r"|zones|regions|global|secrets|topics|subscriptions|serviceAccounts|databases|instances|datasets|buckets"
    r"|logs|roles|services)/)"
)
_STORE = re.compile(
    r"(?:s3[an]?|gs|abfss?|wasbs?|hdfs|dbfs|adl|ecr|docker|oci|containerd|kafka|sqs|dynamodb)://", re.IGNORECASE
)
_LOGS = re.compile(r"/?AWSLogs/(?:o-[a-z0-9]{10,32}/)?\d{12}(?=/|$)")
_HOST = re.compile(
    r"(?:[A-Za-z0-9_-]{1,63}\.){1,10}(?:amazonaws\.com(?:\.cn)?|aws\.amazon\.com|awsapps\.com|cloudfront\.net"
    r"|elasticbeanstalk\.com|compute\.internal|ec2\.internal"
    r"|svc(?:\.cluster\.local)?|cluster\.local|pod\.cluster\.local|internal|local|azure\.com|windows\.net"
    r"|azurewebsites\.net|azurecr\.io|azmk8s\.io|azure-api\.net|googleapis\.com|run\.app|cloudfunctions\.net"
    r"|appspot\.com|gcr\.io|pkg\.dev"
    r"|fsx\.com|awsdns-\d{2}\.(?:com|net|org|co\.uk)|on\.aws|localhost)(?::\d{1,5})?\.?(?=/|$)",
    re.IGNORECASE,
)
_IMAGE = re.compile(
    r"(?:[a-z0-9][a-z0-9._-]{0,62}/)*[a-z0-9][a-z0-9._-]{0,100}(?::[A-Za-z0-9_][\w.-]{0,127})?@sha256:[0-9a-f]{64}"
)
# Where Unix keeps programs and libraries; what stands there is judged name by name, the directory is nobody's.
_SYSTEM = re.compile(r"/?(?:usr/(?:s?bin|lib|lib64|share|local)|lib|lib64|etc|s?bin|proc|sys|dev|boot)/(?=[\w.+-])")
_GROUP = re.compile(r"/(?:aws|ecs|eks|lambda|var/log)/(?=[\w./-]{1,256})")


def head(text: str) -> tuple[str, int] | None:
    """The kind that the head of a token names, and where what follows it begins."""
    for kind, sign, pattern in _HEADS:
        if sign in text and (match := pattern.match(text)) is not None:
            return kind, match.end()
    return None


_HEADS = (
    ("arn", "arn:", _ARN),
    ("azure", "/", _AZURE),
    ("google", "/", _GOOGLE),
    ("store", "://", _STORE),
    ("logs", "AWSLogs", _LOGS),
    ("group", "/", _GROUP),
    ("system", "/", _SYSTEM),
)


def host(text: str) -> int:
    """Where the name of a cloud's or a cluster's host, with its port, ends at the start of `text`; 0 if none is
    there.
    """
    match = _HOST.match(text) if "." in text else None
    return match.end() if match is not None else 0


_ZONE = re.compile(
    r"(?:Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian"
    r"|Pacific)/[A-Z][A-Za-z_]+(?:/[A-Z][A-Za-z_]+)?"
)


def timezone(text: str) -> bool:
    """Whether `text` is a zone of the tz database: `America/Phoenix`."""
    return "/" in text and _ZONE.fullmatch(text) is not None


def image(text: str) -> bool:
    """Whether `text` is a container's image with its digest."""
    return "@sha256:" in text and _IMAGE.fullmatch(text) is not None
