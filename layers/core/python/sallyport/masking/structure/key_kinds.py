# ruff: noqa: E501 - patterns and word lists are read alternative by alternative, not by the column
"""The words of keys: which tell whose an object is, and which mean something else to a machine than to a person.

All patterns match whole keys, whose words are in lower case with a blank between them.
"""

from __future__ import annotations

from enum import StrEnum, auto
from functools import cache
from typing import Any, NamedTuple

import re2

from sallyport.masking.structure.fields import Field, classify, is_no_field, words_of


class Kind(StrEnum):
    """What a key is like; a key may be of several kinds."""

    PERSON = auto()
    MACHINE = auto()
    PERSON_BELOW = auto()
    PERSON_IF_PLAIN = auto()
    MACHINE_BELOW = auto()
    SOMEBODY_BELOW = auto()
    ANYBODY_BELOW = auto()
    ARN = auto()
    VERSION = auto()
    AGENT = auto()
    ANYWHERE = auto()
    MEASURE = auto()
    INSTANT = auto()
    DAY = auto()
    NAMES = auto()
    PERSONS_NAMES = auto()
    ACTORS = auto()
    VISITOR = auto()
    HOST = auto()
    OWN = auto()
    ENTRY = auto()
    ID = auto()


_PATTERNS: dict[str, str] = {
    # A person's record has such a key.
    Kind.PERSON: (
        r"(?:.* )?(?:mrn|ssn|dob|birth ?(?:date|day|place|name|year)?|date of birth|bday|born|place of birth|date of death|deceased|gender|sex|marital status|ethnicity|surname|forename|maiden name|social security|national id)(?: .*)?"
        r"|(?:patient|pt|member|subscriber|guarantor|beneficiary|insured|employee|person|emp) (?:id|no|num|number|identifier|names?|ref|first .*|last .*|given .*|family .*)"
        r"|(?:.* )?(?:f|l|m|first|last|given|family|middle|maiden)[ _]?names?|fname|lname|given|next of kin|nok|medical record.*|med rec.*|diagnos[ei]s|allerg(?:y|ies)|medications?|prescriptions?"
        r"|admitted.*|discharged?(?: .*)?|admission.*|dos|(?:last |next )?(?:visit|appointment|appt|encounter)(?: .*)?|blood type|insurance.*"
    ),
    # A machine's object has such a key.
    Kind.MACHINE: (
        r"(?:.* )?arns?|(?:.* )?(?:aws|amzn|amz|k8s|kubernetes|eks|ecs|ec ?2|rds|iam|cidr|vpc|kms|sns|sqs|s ?3|dns|ssl|tls|cpu|gpu|iops|ebs|efs|api|vm)(?: .*)?"
        r"|(?:.* )?(?:availability zone|event source|event version|instance type|instance class|launch template|node ?type|image tag|key usage|key state|namespace|container|container definitions?|port|protocol|endpoint|host ?name|runtime|handler|etag|bucket|e tag|engine|replicas|security groups?|subnets?|change token|client request token|caller reference|next token|client token|request token|log groups?|log stream|read capacity units|write capacity units|dead letter.*|provisioned .*|terraform.*|provider name|git.*|commit.*|repo(?:sitory)?(?: .*)?|sha|ref|workflow|pipeline|manifest|digest|checksum)"
        r"|region|regions|path|principal id|master account id|policy (?:name|document|type)|source (?:identifier|type)|hosted zone.*|(?:.* )?(?:match|constraint|ip|change|data|record|parameter|resource|stack|rule|replication|delegation|configuration|pattern) set (?:id|name)s?|(?:.* )?version id|(?:.* )?in (?:seconds|minutes|bytes|mb|gb|gib|mi b|gi b)|(?:allocated|free|volume|disk|max|min) (?:storage|capacity|size)|create date|launch time"
    ),
    # Below such a key stand persons.
    Kind.PERSON_BELOW: r"(?:.* )?(?:patients?|persons?|people|beneficiar(?:y|ies)|guarantors?|subscribers?|insured|kin|relatives?|practitioners?|physicians?|doctors?|nurses?|clinicians?|spouse|mother|father|guardians?|caregivers?|employees?|customers?|residents?|students?|individuals?|human ?names?)",
    # A record has such a key if a plain value stands there, and not a whole record.
    Kind.PERSON_IF_PLAIN: r"(?:.* )?(?:patient|pt|pat|person|subject|resident|insured|guarantor|beneficiary|subscriber)|pid|pat ?id|patid|ptid|ptno",
    # Below such a key stand machines and what belongs to them.
    Kind.MACHINE_BELOW: r"(?:.* )?(?:resources?|instances?|tags?|tag set|labels?|annotations?|containers?|pods?|nodes?|clusters?|functions?|buckets?|volumes?|snapshots?|subnets?|vpcs?|images?|roles?|stacks?|offerings?|change info|hosted zones?|health checks?|delegation set|repositor(?:y|ies)|pipelines?|security groups?|load balancers?|listeners?|target groups?|queues?|topics?|tables?|streams?|filters?|groups?|spec|template|metadata|environment|env|variables|secrets?|config(?:uration)?s?|settings|deployments?|services?|jobs?|workflow(?: run)?|request context|user identity|request parameters|response elements|parameter groups?|object ref|commits?|head commit|provider ?config|planned values|prior state|root module|resource (?:changes?|drift)|certificates?|keys|servers?|dimensions|metrics?|alarms?|domains?|endpoints?|hosts?|volume mounts|involved object)",
    # Below such a key stand persons, or accounts of programs.
    Kind.SOMEBODY_BELOW: r"(?:.* )?(?:users?|actors?|owners?|authors?|committers?|senders?|recipients?|contacts?|members?|clients?|pusher|assignees?|reviewers?|requesters?|profiles?|accounts?|attendees|participants|staff|team)",
    # Below such a key stands whatever somebody put there.
    Kind.ANYBODY_BELOW: r"(?:.* )?(?:body|payload|data|(?:new|old) image|item|items|rows?|records?|results?|message|messages|document|documents|content|input|output|request object|response object|values|args|arguments|event)",
    Kind.ARN: r"(?:.* )?arns?",
    Kind.VERSION: r"(?:.* )?versions?(?: (?:labels?|stages?))?|(?:.* )?[a-z]*build(?: number)?",
    Kind.AGENT: r"(?:.* )?user ?agent(?: string)?",
    # Whatever is next to them: tokens that only say where a list goes on or that a call is made once, and hashes.
    Kind.ANYWHERE: (
        r"(?:.* )?(?:(?:next|previous|prev|start(?:ing)?|page|pagination|continuation|continue|marker|scroll|cursor|sync|resume|client|client request|unique request|request|creation|change|lock|update|version|view version|idempotency|idempotent|sequence|upload sequence|purchase|creator request|grant|revision|lifecycle action|conditional|forward|backward|nextforward) tokens?)"
        r"|(?:next )?(?:marker|cursor|continue)|caller reference|creator request id|(?:.* )?(?:e ?tag|version id(?: marker)?|upload id(?: marker)?|request id|code sha ?256|sha(?: ?\d{1,3})?|md ?5|check ?sum(?: .*)?|digest|image digest|revision id|fingerprint|commit(?: id| sha)?|tree hash|content hash|trace id|span id|correlation id|change batch id|insert id)|jti"
    ),
    # Numbers that measure.
    Kind.MEASURE: (
        r"(?:.* )?(?:seconds?|secs?|minutes?|hours|days|millis|milliseconds|ms|bytes|kb|mb|gb|tb|kib|mib|gib|mi b|gi b|ki b|size|length|counts?|total|limit|quota|port|ports|timeout|ttl|duration|interval|iops|throughput|capacity|percent|percentage|latency|rate|retries|attempts|storage|amount|resource version|replicas|generation|offset|units|cpu|memory|threshold|max|min|from port|to port|file size|sequence|sequence number|(?:process|thread|tree|process group|logon) id|[a-z]*flags|[a-z]*hash|microseconds?|nanoseconds?|nanos|iat|nbf)"
        r"|(?:max|min|total|num|number|count|bytes|size|avg|average) .*"
    ),
    # When something happened to a machine, if the value is an instant: a day alone may be anybody's.
    Kind.INSTANT: (
        r"(?:.* )?(?:created?|updated?|modified|launched|started|starts|ended|ends|stopped|finished|completed|expires?|expired|deleted|requested|received|issued|effective|published|pushed|merged|committed|authored|submitted|scheduled|refreshed|synced|accessed|seen|used|rotated|enabled|disabled|registered|terminated|triggered|processed|queued|generated|attached|detached|occurred|opened|closed|resolved|acknowledged|raised|fired|joined|initiated|transitioned|deployed|built|archived|revoked|rebooted|restored|evaluated|observed|discovered)(?: (?:time|at|on|date|datetime|timestamp|ts|date ?time|time ?stamp|time ms|time millis|when))?"
        r"|(?:.* )?(?:event|start|end|creation|modification|launch|stop|finish|completion|expiry|expiration|deletion|request|log|ingestion|attach|detach|refresh|sync|heartbeat|transition|status|state|run|execution|build|deploy|deployment|access|use|snapshot|backup|stage|maintenance|restorable|sent|receive|arrival|last|first|next) (?:time|at|on|date|datetime|timestamp|ts|date ?time|time ?stamp|time ms|time millis|epoch|time epoch)"
        r"|(?:.* )?(?:iso|event|receive|request|log|update|creation|modification|start|end|ingest|record)time(?:stamp)?|time ?stamp derived|(?:.* )?(?:timestamps?|time ?stamps?|ts|time|date ?time|epoch|expiration|expiry)|time (?:created|updated|modified|stamp)|date (?:created|updated|modified)|last (?:modified|updated|seen|used|accessed)(?: .*)?|not (?:before|after)|valid (?:from|until|to)"
    ),
    # Days of people that stay theirs wherever they are named.
    Kind.DAY: r"(?:.* )?(?:birth|born|dob|d ?o ?b|bdate|bday|birthday|death|deceased|died|dod|admi(?:t|tted|ssion)|discharged?|visit(?:ed)?|encounter|appointment|appt|dos|service date|date of service|onset|collected|seen|hired?|marriage|enrolled|surgery|procedure|exam|treated|diagnosed|vaccinated|immuni[sz]ed)(?: .*)?",
    # Names that an object may bear whoever it is.
    Kind.NAMES: r"(?:.* )?(?:full |display |friendly |nick ?|second |alternate |preferred |legal )?(?:names?|alias(?:es)?|nickname|aka|first|last|middle|initials|signature)|family",
    # Names that only a person has.
    Kind.PERSONS_NAMES: r"(?:first|last|given|middle|family|sur|maiden|birth|fore|f|l|m) ?names?.*|.*(?:patient|member|subscriber|guarantor|beneficiary|insured|physician|doctor|nurse|next of kin|provider) names?",
    # Who did or owns something: a person or a program.
    Kind.ACTORS: r"(?:.* )?(?:user ?names?|login|owner|author|created by|updated by|modified by|requested by|reported by|sender|recipient|display name|contact person|assignee|actor|member|client)",
    # Addresses from which somebody calls.
    Kind.VISITOR: r"(?:.* )?(?:client|source|src|remote|caller|user|viewer|visitor|login|x forwarded for|peer)(?: .*)?",
    # Addresses of machines.
    Kind.HOST: r"(?:.* )?(?:public|private|elastic|carrier|cluster|pod|node|nat|load balancer|gateway|vpn|dns|target|primary|secondary|associated|assigned|outside|inside|external|internal) (?:ips?|ipv[46]|ip ?address(?:es)?|ipv[46] address(?:es)?|addresses)|(?:.* )?cidr(?: ip(?: ?v[46])?| block| ipv6)?s?|cidr .*|eip",
    # Numbers that a machine gave, once it is known that the object is one's.
    # What programs do and keep books of: nobody's in any company that is no person's.
    Kind.ENTRY: r"(?:.* )?(?:event|alert|detection|build|operation|activity|transaction|deployment|execution|incident|ruleset|hook|installation|unique|task|rule|detector|finding|scan|bypass actor) id",
    Kind.ID: r"(?:.* )?(?:ids?|identifiers?|uids?|serial ?numbers?|build|run|job) ?(?:numbers?)?",
    # What identifies a machine as such, once it is known that the object is one's.
    Kind.OWN: r"(?:.* )?(?:ids?|arns?|identifiers?|uids?|uuids?|names?|keys?|ur[il]s?|endpoints?|hosts?|host ?names?|dns|dns ?names?|domains?|domain ?names?|zones?|hash|digests?|sha(?: ?\d{1,3})?|check ?sums?|md ?5|fingerprints?|thumbprints?|versions?|types?|class|status|state|paths?|prefix(?:es)?|suffix(?:es)?|buckets?|groups?|images?|tags?|refs?|commits?|cidr(?: .*)?|regions?|engine|runtime|handler|reference|code|codes|labels?|algorithms?|streams?|log (?:groups?|streams?)|instances?|subnets?|roles?|topics?|queues?|resources?|targets?|locations?|certificates?|data|ciphers?|polic(?:y|ies)|addresses|serial ?numbers?|numbers?|values?|reservation|listeners?|account|accounts|volumes?|snapshots?|clusters?|functions?)",
}
# Fields that mean something else to a machine, by their category: a security group is no health plan, an IAM policy no insurance.
_OF_BOTH: dict[str, str] = {
    "HEALTH_PLAN": r"(?:(?:my|the|new|old|current|primary|secondary|main|other|user|account|owner|client) )*(?:policy|(?:policy|plan|group) ?(?:id|no|num|number|identifier))",
    "ACCOUNT": r"(?:.* )?(?:account|statement|routing|sort|payment|ledger) ?(?:id|no|num|number|code)",
    "ID": r"(?:.* )?(?:certificate|ticket|authorization|identity|external|ext|confirmation|user|account|customer|client|sample|case|staff|provider|subject|visit) ?(?:id|no|num|number|identifier)|subject",
    "DEVICE": r".*",
    "LICENSE": r"(?:.* )?(?:certificate|registration|permit|license|licence) ?(?:id|no|num|number)|certificate|registration",
    "VEHICLE": r"tag number",
    "PHOTO": r"images?|image data",
    "AGE": r".*",
    "MRN": r"(?:.* )?(?:record|hospital) (?:id|number|num|no)",
    "SSN": r"(?:.* )?(?:tin|sin|social)",
}


@cache
def rules() -> tuple[tuple[str, ...], Any]:
    """The kinds and the patterns of them, compiled into one set when masking starts."""
    patterns = _PATTERNS | _OF_BOTH
    compiled = re2.Set.FullMatchSet()
    for pattern in patterns.values():
        compiled.Add(pattern)
    compiled.Compile()
    return tuple(patterns), compiled


def kinds(normal: str) -> frozenset[str]:
    """The kinds of a key of whose words `normal` consists, and the categories that mean something else to a machine."""
    names, compiled = rules()
    return frozenset(names[i] for i in compiled.Match(normal))


class Apart(NamedTuple):
    """A key taken apart: its words, the kinds that they are of, and what it says by itself."""

    key: str
    parts: list[str]
    like: frozenset[str]
    field: Field | None

    @property
    def plain(self) -> bool:
        """Whether the key can be what a program calls a field."""
        return len(self.key) <= _LONGEST and self.key.isascii()


_LONGEST = 64


def apart(key: str) -> Apart:
    """`key` taken apart."""
    parts = words_of(key)
    normal = " ".join(parts)
    return Apart(key, parts, kinds(normal), None if is_no_field(key) else classify(normal))
