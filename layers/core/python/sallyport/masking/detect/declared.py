"""Detectors that look at no text: what fields, structures, hints and the policy declare, and the walk carries out."""

from __future__ import annotations

from sallyport.masking.detect import sparing
from sallyport.masking.detect.detector import Basis, Detector

FIELD = Detector(
    name="field",
    says="A value whose key, column or label says what it is.",
    categories=(),
    basis=Basis.DECLARED,
    rank=0,
    allowable=False,
    scopes=True,
    labels=False,
    cell=True,
    sparing=sparing.NEVER,
    find=None,
)
VALUE = FIELD.rule("value", "A value of the document, by its key and its key's neighbours.")
IN_JSON = FIELD.rule("json", "A value in JSON inside a string, by its key.")
IN_TABLE = FIELD.rule("cell", "A cell of a table or of SQL, by its column.")
IN_PAIR = FIELD.rule("pair", "The value of name=value in a text.")

HL7 = Detector(
    name="hl7",
    says="A field of HL7 v2, by segment, position and type.",
    categories=(),
    basis=Basis.DECLARED,
    rank=20,
    allowable=False,
    scopes=True,
    labels=False,
    cell=True,
    sparing=sparing.NEVER,
    find=None,
)
IN_SEGMENT = HL7.rule("field", "The type and the place of the field say that it is somebody's.")
ATTACHMENT = HL7.rule("attachment", "Encapsulated data.")

FHIR = Detector(
    name="fhir",
    says="An element of a FHIR resource.",
    categories=(),
    basis=Basis.DECLARED,
    rank=20,
    allowable=False,
    scopes=False,
    labels=False,
    cell=False,
    sparing=sparing.NEVER,
    find=None,
)
ELEMENT = FHIR.rule("element", "The specification says what the element holds.")

HINT = Detector(
    name="hint",
    says="A parameter that the action hides.",
    categories=(),
    basis=Basis.DECLARED,
    rank=20,
    allowable=False,
    scopes=False,
    labels=False,
    cell=False,
    sparing=sparing.NEVER,
    find=None,
)
HIDDEN = HINT.rule("field", "The action's file says so.")

KEY = Detector(
    name="key",
    says="A key of an object that is a name of somebody.",
    categories=("NAME",),
    basis=Basis.DECLARED,
    rank=20,
    allowable=False,
    scopes=False,
    labels=False,
    cell=False,
    sparing=sparing.NEVER,
    find=None,
)
PERSON = KEY.rule("person", "A given name, or a given and a family name, in the place of a field's name.")

NUMBER = Detector(
    name="number",
    says="A JSON number of six digits or more that reads like an identifier.",
    categories=(),
    basis=Basis.LOOK,
    rank=20,
    allowable=False,
    scopes=False,
    labels=False,
    cell=False,
    sparing=sparing.NEVER,
    find=None,
)
BARE = NUMBER.rule("bare", "Its digits, as a text, are an identifier to some detector.")

POLICY = Detector(
    name="policy",
    says="What the deployment's patterns, terms and choices name.",
    categories=(),
    basis=Basis.DECLARED,
    rank=1,
    allowable=False,
    scopes=False,
    labels=False,
    cell=False,
    sparing=sparing.NEVER,
    find=None,
)
OWN = POLICY.rule("own", "A pattern or a term of the deployment.")
CODE = POLICY.rule("code", "A medical code, where the policy hides those.")
