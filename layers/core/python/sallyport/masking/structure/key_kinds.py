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
        r"(?:.* )?(?:mrn|ssn|dob|birth ?(?:date|day|place|name|year)?|date of birth|bday|born|place of birth"
        r"|date of death|deceased|gender|sex|marital status|ethnicity|surname|forename|maiden name"
        r"|social security|national id)(?: .*)?"
        r"|(?:patient|pt|member|subscriber|guarantor|beneficiary|insured|employee|person|emp) (?:id|no|num|number"
        r"|identifier|names?|ref|first .*|last .*|given .*|family .*)"
        r"|(?:.* )?(?:f|l|m|first|last|given|family|middle|maiden)[ _]?names?|fname|lname|given|next of kin|nok"
        r"|medical record.*|med rec.*|diagnos[ei]s|allerg(?:y|ies)|medications?|prescriptions?"
        r"|admitted.*|discharged?(?: .*)?|admission.*|dos|(?:last |next )?(?:visit|appointment|appt"
        r"|encounter)(?: .*)?|blood type|insurance.*"
    ),
    # A machine's object has such a key.
    Kind.MACHINE: (
        r"(?:.* )?arns?|(?:.* )?(?:aws|amzn|amz|k8s|kubernetes|eks|ecs|ec ?2|rds|iam|cidr|vpc|kms|sns|sqs|s ?3"
        r"|dns|ssl|tls|cpu|gpu|iops|ebs|efs|api|vm)(?: .*)?"
        r"|(?:.* )?(?:availability zone|event source|event version|instance type|instance class|launch template"
        r"|node ?type|image tag|key usage|key state|namespace|container|container definitions?|port|protocol"
        r"|endpoint|host ?name|runtime|handler|etag|bucket|e tag|engine|replicas|security groups?|subnets?"
        r"|change token|client request token|caller reference|next token|client token|request token|log groups?"
        r"|log stream|read capacity units|write capacity units|dead letter.*|provisioned .*|terraform.*"
        r"|provider name|git.*|commit.*|repo(?:sitory)?(?: .*)?|sha|ref|workflow|pipeline|manifest|digest"
        r"|checksum)"
        r"|region|regions|path|principal id|master account id|policy (?:name|document|type)|source (?:identifier"
        r"|type)|hosted zone.*|(?:.* )?(?:match|constraint|ip|change|data|record|parameter|resource|stack|rule"
        r"|replication|delegation|configuration|pattern) set (?:id|name)s?|(?:.* )?version id"
        r"|(?:.* )?in (?:seconds|minutes|bytes|mb|gb|gib|mi b|gi b)|(?:allocated|free|volume|disk|max"
        r"|min) (?:storage|capacity|size)|create date|launch time"
    ),
    # Below such a key stand persons.
    Kind.PERSON_BELOW: r"(?:.* )?(?:patients?|persons?|people|beneficiar(?:y|ies)|guarantors?|subscribers?|insured|kin"
    r"|relatives?|practitioners?|physicians?|doctors?|nurses?|clinicians?|spouse|mother|father|guardians?"
    r"|caregivers?|employees?|customers?|residents?|students?|individuals?|human ?names?)",
    # A record has such a key if a plain value stands there, and not a whole record.
    Kind.PERSON_IF_PLAIN: r"(?:.* )?(?:patient|pt|pat|person|subject|resident|insured|guarantor|beneficiary"
    r"|subscriber)|pid|pat ?id"
    r"|patid|ptid|ptno",
    # Below such a key stand machines and what belongs to them.
    Kind.MACHINE_BELOW: r"(?:.* )?(?:resources?|instances?|tags?|tag set|labels?|annotations?|containers?"
    r"|pods?|nodes?|clusters?"
    r"|functions?|buckets?|volumes?|snapshots?|subnets?|vpcs?|images?|roles?|stacks?|offerings?|change info"
    r"|hosted zones?|health checks?|delegation set|repositor(?:y|ies)|pipelines?|security groups?"
    r"|load balancers?|listeners?|target groups?|queues?|topics?|tables?|streams?|filters?|groups?|spec"
    r"|template|metadata|environment|env|variables|secrets?|config(?:uration)?s?|settings|deployments?"
    r"|services?|jobs?|workflow(?: run)?|request context|user identity|request parameters|response elements"
    r"|parameter groups?|object ref|commits?|head commit|provider ?config|planned values|prior state"
    r"|root module|resource (?:changes?|drift)|certificates?|keys|servers?|dimensions|metrics?|alarms?"
    r"|domains?|endpoints?|hosts?|volume mounts|involved object)",
    # Below such a key stand persons, or accounts of programs.
    Kind.SOMEBODY_BELOW: r"(?:.* )?(?:users?|actors?|owners?|authors?|committers?|senders?|recipients?"
    r"|contacts?|members?|clients?"
    r"|pusher|assignees?|reviewers?|requesters?|profiles?|accounts?|attendees|participants|staff|team)",
    # Below such a key stands whatever somebody put there.
    Kind.ANYBODY_BELOW: r"(?:.* )?(?:body|payload|data|(?:new|old) image|item|items|rows?|records?|results?"
    r"|message|messages"
    r"|document|documents|content|input|output|request object|response object|values|args|arguments|event)",
    Kind.ARN: r"(?:.* )?arns?",
    Kind.VERSION: r"(?:.* )?versions?(?: (?:labels?|stages?))?|(?:.* )?[a-z]*build(?: number)?",
    Kind.AGENT: r"(?:.* )?user ?agent(?: string)?",
    # Whatever is next to them: tokens that only say where a list goes on or that a call is made once, and hashes.
    Kind.ANYWHERE: (
        r"(?:.* )?(?:(?:next|previous|prev|start(?:ing)?|page|pagination|continuation|continue|marker|scroll"
        r"|cursor|sync|resume|client|client request|unique request|request|creation|change|lock|update|version"
        r"|view version|idempotency|idempotent|sequence|upload sequence|purchase|creator request|grant|revision"
        r"|lifecycle action|conditional|forward|backward|nextforward) tokens?)"
        r"|(?:next )?(?:marker|cursor|continue)|caller reference|creator request id|(?:.* )?(?:e ?tag"
        r"|version id(?: marker)?|upload id(?: marker)?|request id|code sha ?256|sha(?: ?\d{1,3})?|md ?5"
        r"|check ?sum(?: .*)?|digest|image digest|revision id|fingerprint|commit(?: id| sha)?|tree hash"
        r"|content hash|trace id|span id|correlation id|change batch id|insert id)|jti"
    ),
    # Numbers that measure.
    Kind.MEASURE: (
        r"(?:.* )?(?:seconds?|secs?|minutes?|hours|days|millis|milliseconds|ms|bytes|kb|mb|gb|tb|kib|mib|gib|mi b"
        r"|gi b|ki b|size|length|counts?|total|limit|quota|port|ports|timeout|ttl|duration|interval|iops"
        r"|throughput|capacity|percent|percentage|latency|rate|retries|attempts|storage|amount|resource version"
        r"|replicas|generation|offset|units|cpu|memory|threshold|max|min|from port|to port|file size|sequence"
        r"|sequence number|(?:process|thread|tree|process group|logon) id|[a-z]*flags|[a-z]*hash|microseconds?"
        r"|nanoseconds?|nanos|iat|nbf)"
        r"|(?:max|min|total|num|number|count|bytes|size|avg|average) .*"
    ),
    # When something happened to a machine, if the value is an instant: a day alone may be anybody's.
    Kind.INSTANT: (
        r"(?:.* )?(?:created?|updated?|modified|launched|started|starts|ended|ends|stopped|finished|completed"
        r"|expires?|expired|deleted|requested|received|issued|effective|published|pushed|merged|committed"
        r"|authored|submitted|scheduled|refreshed|synced|accessed|seen|used|rotated|enabled|disabled|registered"
        r"|terminated|triggered|processed|queued|generated|attached|detached|occurred|opened|closed|resolved"
        r"|acknowledged|raised|fired|joined|initiated|transitioned|deployed|built|archived|revoked|rebooted"
        r"|restored|evaluated|observed|discovered)(?: (?:time|at|on|date|datetime|timestamp|ts|date ?time"
        r"|time ?stamp|time ms|time millis|when))?"
        r"|(?:.* )?(?:event|start|end|creation|modification|launch|stop|finish|completion|expiry|expiration"
        r"|deletion|request|log|ingestion|attach|detach|refresh|sync|heartbeat|transition|status|state|run"
        r"|execution|build|deploy|deployment|access|use|snapshot|backup|stage|maintenance|restorable|sent|receive"
        r"|arrival|last|first|next) (?:time|at|on|date|datetime|timestamp|ts|date ?time|time ?stamp|time ms"
        r"|time millis|epoch|time epoch)"
        r"|(?:.* )?(?:iso|event|receive|request|log|update|creation|modification|start|end|ingest"
        r"|record)time(?:stamp)?|time ?stamp derived|(?:.* )?(?:timestamps?|time ?stamps?|ts|time|date ?time"
        r"|epoch|expiration|expiry)|time (?:created|updated|modified|stamp)|date (?:created|updated|modified)"
        r"|last (?:modified|updated|seen|used|accessed)(?: .*)?|not (?:before|after)|valid (?:from|until|to)"
    ),
    # Days of people that stay theirs wherever they are named.
    Kind.DAY: r"(?:.* )?(?:birth|born|dob|d ?o ?b|bdate|bday|birthday|death|deceased|died|dod|admi(?:t|tted|ssion)"
    r"|discharged?|visit(?:ed)?|encounter|appointment|appt|dos|service date|date of service|onset|collected"
    r"|seen|hired?|marriage|enrolled|surgery|procedure|exam|treated|diagnosed|vaccinated"
    r"|immuni[sz]ed)(?: .*)?",
    # Names that an object may bear whoever it is.
    Kind.NAMES: r"(?:.* )?(?:full |display |friendly |nick ?|second |alternate |preferred "
    r"|legal )?(?:names?|alias(?:es)?"
    r"|nickname|aka|first|last|middle|initials|signature)|family",
    # Names that only a person has.
    Kind.PERSONS_NAMES: r"(?:first|last|given|middle|family|sur|maiden|birth|fore|f|l|m) ?names?.*"
    r"|.*(?:patient|member|subscriber"
    r"|guarantor|beneficiary|insured|physician|doctor|nurse|next of kin|provider) names?",
    # Who did or owns something: a person or a program.
    Kind.ACTORS: r"(?:.* )?(?:user ?names?|login|owner|author|created by|updated by|modified by"
    r"|requested by|reported by"
    r"|sender|recipient|display name|contact person|assignee|actor|member|client)",
    # Addresses from which somebody calls.
    Kind.VISITOR: r"(?:.* )?(?:client|source|src|remote|caller|user|viewer|visitor|login|x forwarded for|peer)(?: .*)?",
    # Addresses of machines.
    Kind.HOST: r"(?:.* )?(?:public|private|elastic|carrier|cluster|pod|node|nat|load balancer|gateway|vpn|dns|target"
    r"|primary|secondary|associated|assigned|outside|inside|external|internal) (?:ips?|ipv[46]"
    r"|ip ?address(?:es)?|ipv[46] address(?:es)?|addresses)|(?:.* )?cidr(?: ip(?: ?v[46])?| block| ipv6)?s?"
    r"|cidr .*|eip",
    # Numbers that a machine gave, once it is known that the object is one's.
    # What programs do and keep books of: nobody's in any company that is no person's.
    Kind.ENTRY: r"(?:.* )?(?:event|alert|detection|build|operation|activity|transaction|deployment|execution|incident"
    r"|ruleset|hook|installation|unique|task|rule|detector|finding|scan|bypass actor) id",
    Kind.ID: r"(?:.* )?(?:ids?|identifiers?|uids?|serial ?numbers?|build|run|job) ?(?:numbers?)?",
    # What identifies a machine as such, once it is known that the object is one's.
    Kind.OWN: r"(?:.* )?(?:ids?|arns?|identifiers?|uids?|uuids?|names?|keys?|ur[il]s?|endpoints?|hosts?|host ?names?"
    r"|dns|dns ?names?|domains?|domain ?names?|zones?|hash|digests?|sha(?: ?\d{1,3})?|check ?sums?|md ?5"
    r"|fingerprints?|thumbprints?|versions?|types?|class|status|state|paths?|prefix(?:es)?|suffix(?:es)?"
    r"|buckets?|groups?|images?|tags?|refs?|commits?|cidr(?: .*)?|regions?|engine|runtime|handler|reference"
    r"|code|codes|labels?|algorithms?|streams?|log (?:groups?|streams?)|instances?|subnets?|roles?|topics?"
    r"|queues?|resources?|targets?|locations?|certificates?|data|ciphers?|polic(?:y|ies)|addresses"
    r"|serial ?numbers?|numbers?|values?|reservation|listeners?|account|accounts|volumes?|snapshots?"
    r"|clusters?|functions?)",
}
# Fields that mean something else to a machine, by their category: a security group is no health plan, an IAM policy
# no insurance.
_OF_BOTH: dict[str, str] = {
    "HEALTH_PLAN": r"(?:(?:my|the|new|old|current|primary|secondary|main|other|user|account|owner|client) )*(?:policy"
    r"|(?:policy|plan|group) ?(?:id|no|num|number|identifier))",
    "ACCOUNT": r"(?:.* )?(?:account|statement|routing|sort|payment|ledger) ?(?:id|no|num|number|code)",
    "ID": r"(?:.* )?(?:certificate|ticket|authorization|identity|external|ext|confirmation|user|account|customer"
    r"|client|sample|case|staff|provider|subject|visit) ?(?:id|no|num|number|identifier)|subject",
    "DEVICE": r".*",
    "LICENSE": r"(?:.* )?(?:certificate|registration|permit|license|licence) ?(?:id|no|num|number)|certificate"
    r"|registration",
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
