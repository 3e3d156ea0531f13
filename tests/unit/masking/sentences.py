"""A document for each rule, in which the rule decides: without it, the document is masked otherwise."""

import base64
import json
from typing import Any

from sallyport.masking import masking_rules_from_policy

_HIDDEN = b"MRN 33445566, Anna Abernathy"
_CODES = masking_rules_from_policy({"medical_codes": "mask"})
_OWN = masking_rules_from_policy({"patterns": [{"category": "STUDY", "pattern": "STU-[0-9]{4}"}]})
_HINT = masking_rules_from_policy({"fields": [{"path": "$.query", "category": "QUERY"}]})


def nested(document: str, times: int) -> str:
    for _ in range(times):
        document = json.dumps({"x": document})
    return document


SENTENCES: dict[str, Any] = {
    # What is declared.
    "field/value": {"mrn": "AB12"},
    "field/json": {"body": '{"mrn": "AB12", "x": 1}'},
    "field/cell": "mrn,status,city\nAB12,open,Ulm\n",
    "field/pair": "mrn=AB12",
    "hl7/field": "MSH|^~\\&|A|B|C|D|20250101||ADT^A01|1|P|2.5\rPID|1||AB12^^^GEN^MR||Doe^Jane",
    "hl7/attachment": "MSH|^~\\&|A|B|C|D|20250101||ORU^R01|1|P|2.5\rOBX|1|ED|1^Scan||A^TEXT^PLAIN^A^short",
    "fhir/element": {"resourceType": "Patient", "name": [{"family": "Zorbak"}]},
    "hint/field": ({"query": "select"}, _HINT),
    "key/person": {"Emily": {"status": "active"}},
    "number/bare": {"x": 202555014399},
    "policy/own": ("about STU-1234", _OWN),
    "policy/code": ("ICD-10 E11.9", _CODES),
    "known/named": {"last_name": "Zorbak", "note": "Asked zorbak twice"},
    # What is withheld whole.
    "base64/text": "data " + base64.b64encode(_HIDDEN).decode(),
    "hex/text": "data " + _HIDDEN.hex(),
    "utf-16/text": "data " + _HIDDEN.decode("utf-16-le"),
    "bytes/controls": "data a\x01b\x05c\x06d\x07e",
    "bytes/file": "data " + base64.b64encode(b"%PDF-1.7 " + bytes(range(40))).decode(),
    "nesting/deep": nested("nobody", 7),
    # Numbers and addresses.
    "address/unit": "left at Apt 4B today",
    "address/box": "write to P.O. Box 1234",
    "address/numbered": "stays at 12 Juniper Grove Lane",
    "address/ordinal": "on 5th Avenue",
    "address/ending": "in Lindenstrasse 12",
    "address/named": "near Juniper Grove Road",
    "address/foreign": "en la calle Mayor 7",
    "address/corner": "the corner of Zorbak 77 and Elm Greens",
    "address/zip": "ship to OR 97201",
    "address/code": "zip code 2041",
    "address/uk": "post SW1A 1AA",
    "address/ca": "post K1A 0B1",
    "address/between": "30102 Zorbak 94",
    "address/lives": "resides at Juniper 1234",
    "age/counted": "a 93-year-old",
    "age/announced": "age: 93",
    "card/number": "paid 4111 1111 1111 1111",
    "cue/announced": "MRN 4711",
    "date/numeric": "on 03/14/2015",
    "date/compact": "file 20150314",
    "date/announced": "seen 3/14",
    "date/occasion": "her 3/14 visit",
    "date/month": "14 March 2015",
    "date/relative": "last March",
    "email/address": "ask kim@example.org",
    "email/spelled": "ask kim[at]example[dot]org",
    "glued/pair": "ask jsmith or john.smith",
    "iban/number": "to DE89 3704 0044 0532 0130 00",
    "ip/v4": "from 203.0.113.7",
    "ip/v6": "from 2a02:8109:9a80:1bd4:5d2f:7c1e:3f2a:9d01",
    "ip/mac": "at 3c:22:fb:7a:9d:01",
    "look/token": "about K4471928",
    "phone/usual": "202-555-0143",
    "phone/announced": "call 5550143 22",
    "phone/local": "call 555-0143 ext 5/7",
    "spelled/digits": "1 2 3-4 5-6 7 8 9",
    "spelled/letters": "spelled A-B-E-R-N",
    "spelled/words": "five five five oh one four three",
    "ssn/number": "123-45-6789",
    "url/whole": "see https://clinic.example.org/x",
    "url/part": "GET https://api.example.org/patients/4711",
    "uuid/form": "patient 3f2504e0-4f89-41d3-9a0c-0305e82c3301",
    "weekday/named": "on Monday",
    # Secrets.
    "random/token": "ACCESS code 9f3b7c21d0aa4e568b1270cd5531fe97",
    "random/rest": "AKIAQ7RK2MVX9TZLW4HN/k3vQ8mW2xPq",
    "secret/key": "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\n-----END PRIVATE KEY-----",
    "secret/login": "amqp://user:hunter2@queue/x",
    "secret/form": "ghp_q7Rk2mVx9TzLw4Hn8YpB3sDf6JcE5gUaAbCd",
    "secret/named": "password: hunter2",
    "secret/argument": "curl -u user:S3cr3tPass host",
    # Facilities, people and places.
    "facility/headed": "seen at Juniper Grove Hospital",
    "facility/lowercase": "seen at juniper grove hospital yesterday by Bob",
    "name/behind-comma": "seen with Abernathy, Lorn",
    "name/lone": "my name is Lorn",
    "name/place-of-words": "She lives in Orchid Bay",
    "name/inverted": "BAKER, TOM",
    "name/lowercase-given": "Seen with naomi k., today",
    "name/lowercase-pair": "Seen with grace abernathy, today",
    "name/lowercase-cued": "A man named zorbak kibbelo asked",
    "name/lowercase-place": "She lives in heidelberg",
    "name/machine": "smith-1a2b3c4d5e",
    "name/initial": "seen by Dr. K. today",
    "name/before-name": "met Dr. Gish Buehler",
    "name/label": "Dear SUBDUCTED Rosa",
    "name/announced": "Dr. Parkman came",
    "name/month": "met April K. there",
    "name/eponym": "for Parkinson disease, MRN 33445566",
    "name/listed": "we met Abernathy",
    "name/place": "we met in Heidelberg",
    "name/unknown": "we met Zorbak",
    "name/short": "saw JO K. there",
    "name/short-announced": "my name is LEIF",
    "name/short-at": "came from ULM",
    "name/everyday-announced": "my name is Hedge there",
    "name/everyday-initial": "we met Grace K. there",
    "name/everyday-behind": "saw Rosa Ring there",
    "name/everyday-given": "Park and Mann were engineers.",
    "name/phrase": "Warren Mosey Raid went, MRN 33445566",
    "name/everyday-pair": "we met Mark White",
    "name/speaks": "Grace reports pain",
    "name/label-of": "Grace: hello",
    "name/given-opens": "Ora Coral Sonata went",
    "name/opening": "Box was open, MRN 33445566",
    "name/of-somebody": "the Mother of Grace",
    "name/given-inside": "Dear Vera Raid, we",
    "name/heading": "saw Coral WINDY there",
    "name/alone": "we met Grace",
}
