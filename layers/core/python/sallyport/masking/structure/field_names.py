"""The names that fields go by: what each says about its value, and names that look like one and are none.

Patterns of whole names, whose words are in lower case with a blank between them.
"""

from __future__ import annotations

import re
from typing import Literal

# How far a field's name is believed; `judging.decide` says what each comes to.
Trust = Literal[
    "whole",
    "check",
    "unless",
    "judged",
    "actor",
    "label",
    "contact",
    "instant",
    "day",
    "host",
    "public",
    "measure",
    "machine",
    "id",
    "token",
    "theirs",
    "version",
    "agent",
]
# The first one that matches says what a field is.
TABLE: tuple[tuple[str, Trust, str], ...] = (
    (
        "SECRET",
        "whole",
        (
            r"(?:.* )?(?:password|passwd|pwd|passphrase|secret|secrets|secret key|api key|apikey|access key"
            r"|access key id|private key|signing key|encryption key|client secret|token|auth token|access token"
            r"|refresh token|session token|bot token|bearer|authorization|credential|credentials"
            r"|connection string|conn str|cookie|saml assertion|saml response|otp|cvv|cvc|pin code|webhook url)"
            r"|pin|auth|pass"
        ),
    ),
    (
        "SSN",
        "whole",
        (
            r"ssn(?: number| no| num| last 4| last four| 4)?|social security(?: number| no| num| nbr)?"
            r"|social sec(?: no| num| number)?|soc sec(?: no| num| number)?|ssno|ssnum|social|ss (?:number|no"
            r"|num|nbr)|tax id(?: number| no)?|tax identification number|tax number|taxpayer id|tin|itin"
            r"|national id(?: number)?|sin|nino"
        ),
    ),
    (
        "MRN",
        "whole",
        (
            r"mrn(?: id| number| no| num| value)?|mrno|mrnum|medrecno|med record|mr (?:number|no|num)"
            r"|med rec(?: no| num| number| id)?|medical rec(?:ord)?(?: no| num| number| nbr| id| identifier)?"
            r"|medrec(?: no| num| number)?|chart(?: no| num| number| nbr| id)|hospital (?:no|number|num|id)"
            r"|record (?:no|number|num|id)|health record(?: id| number)?|emr id|ehr id|epi|empi|nhs(?: number"
            r"| no)?"
        ),
    ),
    (
        "ID",
        "whole",
        (
            r"(?:patient|pt|pat|person|subject)(?: id| identifier| no| number| num| key| code| guid| uuid| ref)"
            r"|pid|pat id|patid|ptid|patno|patnum|ptno|patient|subject id"
        ),
    ),
    ("EMAIL", "whole", r"e ?mails?(?: address| addr| addresses| id)?|mail(?: address)?"),
    (
        "PHONE",
        "whole",
        (
            r"(?:phone|telephone|tel|mobile|cell|fax|pager|contact|callback|landline|cellphone|sms"
            r"|whatsapp)(?: phone)?(?: number| no| num| nbr| nr| \d)?|ph(?: no| num| number)?|phoneno|telno"
            r"|faxno|mobileno|(?:phone|tel|telephone|fax)(?: home| work| mobile| cell| office| day| evening)"
            r"|phones?|numbers to call|telecom|fax(?: number)?"
        ),
    ),
    (
        "NAME",
        "whole",
        (
            r"(?:f|l|m|first|last|given|middle|family|sur|maiden|nick|fore|full|birth|legal|preferred|former"
            r"|second|third)(?: )?names?(?: \d)?|name (?:first|last|middle|given|family|full|prefix|suffix)"
            r"|surname|forename|nickname|alias|aka|initials|given|family|next of kin|nok"
            r"|attending(?: physician)?|physician|surgeon|practitioner|clinician|referring provider|pcp"
            r"|guardian|spouse|caregiver|maiden name|mothers maiden(?: name)?|signature|signed by"
        ),
    ),
    (
        "NAME",
        "check",
        (
            r"(?:patient|pt|pat|member|subscriber|insured|guarantor|beneficiary|client|customer|person|employee"
            r"|contact|relative|partner|mother|father|parent|child|provider|doctor|dr|nurse|cardholder"
            r"|applicant|donor|recipient|author|resident|student|dependent|holder|account holder)(?:s)? names?"
            r"|names?|first|last|middle|display name|user name|username|login|mother|father|contact"
            r"|contact person|recipient|sender|reported by|created by|updated by|ordered by|seen by"
            r"|performed by|reviewed by|author|signer|witness|doctor|nurse|provider|member|subscriber|guarantor"
        ),
    ),
    (
        "DATE",
        "check",
        (
            r"d ?o ?b|dob|bdate|birth(?: )?da(?:te|y)|date of birth|bday|birth|born(?: on)?|deceased(?: date)?"
            r"|dod|date of death|death(?: )?date|died(?: on)?|(?:.* )?(?:date|datetime|dt|dttm|dts|timestamp|ts"
            r"|day|when)(?: time)?|.* (?:at|on|since|until)|date .*|dos|(?:last|first|next|prior"
            r"|previous) (?:visit|seen|appointment|appt|encounter|admission)|visited|(?:admi(?:t|tted|ssion)"
            r"|discharged?|visit|encounter|service|svc|appointment|appt|onset|start|end|collected|received"
            r"|reported|performed|scheduled|expir(?:y|es|ation))"
        ),
    ),
    (
        "ADDRESS",
        "whole",
        (
            r"addr(?:ess)?(?:es)?(?: ?line)?(?: ?\d| one| two)?|street(?: address| name| addr| line)?(?: \d)?"
            r"|(?:address |addr )?line ?\d|addr ?\d|address (?:street|city|zip|line|postal code"
            r"|zip code)(?: \d)?|house (?:no|number)|apt|apartment|suite|unit number|po box|(?:city"
            r"|town)(?: name)?|(?:res|residence) city|village|municipality|suburb|locality|district|county"
            r"|borough|parish|neighbou?rhood|zip(?: ?code)?(?: ?[459])?|postal|zipcode|post(?:al)?(?: )?code"
            r"|postcode|pin ?code|plz|residence|domicile|birth ?place|place of birth|hometown|home town|lat|lon"
            r"|lng|long|latitude|longitude|lat ?lon|lat ?lng|coordinates?|geo(?:location|code|hash)?|gps"
            r"|census tract|city state zip|location address"
        ),
    ),
    ("AGE", "check", r"ages?(?: in years| years| yrs| at .*)?|patient age|years old"),
    (
        "HEALTH_PLAN",
        "whole",
        (
            r"(?:member|subscriber|insurance|ins|policy|plan|health plan|group|medicare|medicaid|payer member"
            r"|beneficiary|coverage|enrollee|hicn?|mbi|hic)(?: policy| plan| member| group"
            r"| beneficiary)? ?(?:id|no|num|number|nbr|identifier|#)|hicn|mbi|insurance|policy"
        ),
    ),
    (
        "ACCOUNT",
        "whole",
        (
            r"(?:account|acct|bank account|billing account|invoice|card|credit card|debit card|cc|iban|routing"
            r"|aba|swift|bic|sort|payment|ledger|statement)(?: account| card)? ?(?:id|no|num|number|nbr|code|#)"
            r"|iban|card|credit card|ccn|pan|bic|swift|routing"
        ),
    ),
    (
        "LICENSE",
        "whole",
        (
            r"(?:driver'?s? ?)?(?:licen[cs]e|licence|dl|passport|certificate|visa|npi|dea|permit"
            r"|registration) ?(?:id|no|num|number|nbr|#|plate)?|driving licen[cs]e(?: number| no)?"
            r"|drivers licen[cs]e(?: number| no)?"
        ),
    ),
    (
        "VEHICLE",
        "whole",
        (
            r"vin|vehicle (?:id|no|number|identification number)|(?:licen[cs]e )?plate(?: number| no)?"
            r"|tag number"
        ),
    ),
    (
        "DEVICE",
        "whole",
        (
            r"(?:device|serial|implant|equipment|hardware|asset)(?: serial)? ?(?:id|no|num|number|nbr"
            r"|identifier|#)|serial|imei|imsi|meid|udi|mac(?: address| addr)?|device identifier"
        ),
    ),
    (
        "IP",
        "whole",
        (
            r"(?:ip|ipv4|ipv6|client ip|remote ip|source ip|src ip|ip address|remote addr(?:ess)?"
            r"|client address|host ip)(?: address| addr)?"
        ),
    ),
    (
        "BIOMETRIC",
        "whole",
        (
            r"finger ?prints?|voice ?prints?|retina(?: scan)?|iris(?: scan)?|face(?: id| encoding)?"
            r"|biometrics?(?: id| data)?|dna|genome"
        ),
    ),
    ("PHOTO", "whole", r"photo(?:s|graph)?|picture|avatar|image(?: data)?|portrait|headshot|selfie|scan data"),
    (
        "ID",
        "whole",
        (
            r"(?:employee|student|staff|badge|claim|case|encounter|visit|accession|specimen|sample|prescription"
            r"|rx|referral|confirmation|ticket|certificate|prior auth|authorization|ext|external|fin|csn|har"
            r"|identity|customer|client|citizen|aadhaar|cpf|pesel|bsn|provider|physician|doctor|subscriber"
            r"|account|user)(?: )?(?:id|no|num|number|nbr|identifier|#)|aadhaar|cpf|curp|pesel|bsn|abha|fin"
        ),
    ),
)

# Keys of requests and programs that look like the ones above and mean something else.
TECHNICAL = re.compile(
    r"(?:table|bucket|file|column|field|attribute|database|db|schema|index|key|queue|topic|function"
    r"|host|domain|service|stack|region|role|policy|action|resource|event|tool|model|image|package|job"
    r"|task|step|state|metric|log|event|display|type|class|method|module|project|team|channel|branch"
    r"|repo|repository|commit|test|drug|medication|product|item|organization|organisation|org|company"
    r"|facility|hospital|clinic|department|dept|unit|ward|plan|payer|insurer|study|course|lab|device"
    r"|brand|generic|program) names?"
    r"|(?:due|update|valid|up|down|to|candi|man)date|(?:new|old) images?|.*(?:token type|token count"
    r"|tokens|max tokens|token limit)|(?:page|next|previous|prev|continuation|pagination|sync"
    r"|cursor) token|idempotency (?:key|token)|.* (?:policy|template) (?:id|name)|attributes?|keys?"
    r"|prefix|contact (?:reason|type|method|preference)|.* type|.* status|.* count|.* code system"
)
