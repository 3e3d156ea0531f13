"""Sample data: synthetic patients as FHIR R4 resources and as rows, the same ones for the same seed.

Nobody here exists. Family names are invented, telephone numbers are from the range 555-0100 to 555-0199, which is
reserved for fiction, e-mail addresses end in `.example`, and social security numbers begin with 9, as no real one does.
"""

import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

SEED = 20250101
COUNT = 300
YEARS = (2023, 2024, 2025)

_GIVEN = (
    "Aldous",
    "Benna",
    "Corvin",
    "Delphine",
    "Edda",
    "Florian",
    "Greta",
    "Hollis",
    "Ilse",
    "Jorun",
    "Kasimir",
    "Linnea",
    "Maddox",
    "Nerys",
    "Orla",
    "Piers",
    "Quilla",
    "Rosalind",
    "Soren",
    "Tamsin",
    "Ulric",
    "Verena",
    "Wystan",
    "Xenia",
    "Yorick",
    "Zelda",
)
_FAMILY = (
    "Ashgrove-Test",
    "Brindlemoor",
    "Cobblewick",
    "Dunfeather",
    "Elmsquith",
    "Fernhollow-Test",
    "Gladstern",
    "Hobblethwaite",
    "Inkwellow",
    "Jestercroft",
    "Kettlebourne",
    "Larkendale",
    "Mossgrave",
    "Nettlesham",
    "O'Quill",
    "Pumpernoll",
    "Quagmyre",
    "Ravensmock",
    "Sprocketby",
    "Thistlewaithe",
    "Underbough",
    "Vellumworth",
    "Wimblecote",
    "Yarrowfield",
    "Zephyrstone",
)
_CITIES = ("Sampleton", "Mockford", "Port Fiction", "Testbury", "Placeholder Falls", "New Example")
_STREETS = ("Imaginary Lane", "Fixture Street", "Stub Road", "Dummy Avenue", "Lorem Way")
_CONDITIONS = (
    ("44054006", "Type 2 diabetes mellitus", "E11.9"),
    ("38341003", "Hypertensive disorder", "I10"),
    ("195967001", "Asthma", "J45.909"),
    ("49436004", "Atrial fibrillation", "I48.91"),
    ("35489007", "Depressive disorder", "F32.9"),
    ("86406008", "Human immunodeficiency virus infection", "B20"),
)
_OBSERVATIONS = (
    ("8867-4", "Heart rate", "/min", 55, 105),
    ("8480-6", "Systolic blood pressure", "mm[Hg]", 95, 165),
    ("4548-4", "Hemoglobin A1c", "%", 5, 11),
    ("29463-7", "Body weight", "kg", 48, 118),
)


@dataclass(frozen=True)
class Patient:
    """One synthetic patient: the year of registration, the FHIR resources (the Patient first) and the flat row."""

    id: str
    year: int
    resources: tuple[dict[str, Any], ...]
    row: dict[str, str]

    def bundle(self) -> dict[str, Any]:
        """All resources as a FHIR Bundle of type `collection`."""
        base = "https://records.example/fhir"
        entries = [
            {"fullUrl": f"{base}/{item['resourceType']}/{item['id']}", "resource": item} for item in self.resources
        ]
        return {"resourceType": "Bundle", "id": self.id, "type": "collection", "entry": entries}


def patients(count: int = COUNT, seed: int = SEED) -> Iterator[Patient]:
    """That many patients; equal arguments give equal patients."""
    chance = random.Random(seed)  # noqa: S311 - sample data must come out the same every time
    for number in range(count):
        yield _patient(chance, number)


def _patient(chance: random.Random, number: int) -> Patient:
    identifier = f"pat-{number + 1:05d}"
    given, family = chance.choice(_GIVEN), chance.choice(_FAMILY)
    birth = date(1935, 1, 1) + timedelta(days=chance.randrange(365 * 80))
    mrn = f"MRN{chance.randrange(10**7, 10**8)}"
    ssn = f"9{chance.randrange(100):02d}-{chance.randrange(1, 100):02d}-{chance.randrange(1, 10**4):04d}"
    phone = f"({chance.randrange(200, 990)}) 555-01{chance.randrange(100):02d}"
    city = chance.choice(_CITIES)
    condition = chance.choice(_CONDITIONS)
    year = YEARS[number % len(YEARS)]
    resource: dict[str, Any] = {
        "resourceType": "Patient",
        "id": identifier,
        "identifier": [
            {
                "type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR"}]},
                "system": "urn:oid:2.16.840.1.113883.19.5",
                "value": mrn,
            },
            {
                "system": "http://hl7.org/fhir/sid/us-ssn",
                "value": ssn,
            },
        ],
        "active": True,
        "name": [{"use": "official", "family": family, "given": [given]}],
        "telecom": [
            {"system": "phone", "value": phone, "use": "home"},
            {"system": "email", "value": f"{given}.{family}@mail.example".lower().replace("'", "")},
        ],
        "gender": chance.choice(("female", "male", "other")),
        "birthDate": birth.isoformat(),
        "address": [
            {
                "line": [f"{chance.randrange(1, 400)} {chance.choice(_STREETS)}"],
                "city": city,
                "state": "ZZ",
                "postalCode": f"000{chance.randrange(100):02d}",
            }
        ],
    }
    others = [_condition(chance, identifier, condition, year)]
    others += [_observation(chance, identifier, kind, year) for kind in chance.sample(_OBSERVATIONS, 3)]
    row = {
        "patient_id": identifier,
        "name": f"{given} {family}",
        "birth_date": birth.isoformat(),
        "mrn": mrn,
        "diagnosis": f"{condition[2]} {condition[1]}",
        "phone": phone,
        "city": city,
    }
    return Patient(identifier, year, (resource, *others), row)


def _condition(chance: random.Random, patient: str, kind: tuple[str, str, str], year: int) -> dict[str, Any]:
    snomed, text, icd = kind
    return {
        "resourceType": "Condition",
        "id": _id(chance),
        "clinicalStatus": {
            "coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]
        },
        "code": {
            "coding": [
                {"system": "http://snomed.info/sct", "code": snomed, "display": text},
                {"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": icd},
            ],
            "text": text,
        },
        "subject": {"reference": f"Patient/{patient}"},
        "recordedDate": _day(chance, year),
    }


def _observation(
    chance: random.Random, patient: str, kind: tuple[str, str, str, int, int], year: int
) -> dict[str, Any]:
    loinc, text, unit, low, high = kind
    return {
        "resourceType": "Observation",
        "id": _id(chance),
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": loinc, "display": text}], "text": text},
        "subject": {"reference": f"Patient/{patient}"},
        "effectiveDateTime": _day(chance, year),
        "valueQuantity": {
            "value": chance.randrange(low, high),
            "unit": unit,
            "system": "http://unitsofmeasure.org",
            "code": unit,
        },
    }


def _id(chance: random.Random) -> str:
    return str(uuid.UUID(int=chance.getrandbits(128), version=4))


def _day(chance: random.Random, year: int) -> str:
    return (date(year, 1, 1) + timedelta(days=chance.randrange(365))).isoformat()
