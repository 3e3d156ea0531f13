"""One request of every kind as the approver reads it after masking, for docs/masking.md. All data is made up here."""

from __future__ import annotations

import base64
import json
from typing import Any

from sallyport.masking import FieldRule, MaskingRules, mask

REVEALED = MaskingRules(fields=(FieldRule("$.parameters.bucket", "reveal"), FieldRule("$.parameters.prefix", "reveal")))

REQUESTS: dict[str, Any] = {
    "A request in words": {
        "action": "s3.export",
        "parameters": {"bucket": "sallyport-sample-data", "prefix": "patients/2025/"},
        "reason": "Compare anticoagulation for Katherine J., 72, MRN HV-448812, seen at Harborview Clinic on"
        " March 14th, 2025; her daughter Ruth Johnson asked twice. Parkinson's disease is stable.",
    },
    "Sentences": {
        "reason": "Please send the card ending in 4111 1111 1111 1111 to 12 Rue des Lilas, 69003 Lyon."
        " My name is Ngozi Adeyemi, call +44 20 7946 0018."
    },
    "A clinical note": {
        "reason": "Reviewing one note",
        "context": {
            "note": "Patient: Ivo Brandt, DOB 09/12/1931, age 93. Seen by Dr. Okafor at Lakemont Hospice.\n"
            "Lisinopril 10 mg daily. Home: 418 Granite Street, Apt 7, Eastbrook, OR 97301. Portal"
            " https://portal.example.org/patient/418/77120."
        },
    },
    "HL7 v2": {
        "context": {
            "message": "MSH|^~\\&|LAB|GENERAL|EHR|GENERAL|202503141200||ORU^R01|42|P|2.5\r"
            "PID|1||448812^^^GEN^MR||JOHNSON^KATHERINE^A||19530102|F|||9 Elm St^^Eastbrook^OR^97301||(503)555-0147\r"
            "OBX|1|NM|2160-0^Creatinine^LN||1.1|mg/dL|0.6-1.2|N|||F|||202503141130"
        }
    },
    "Rows": {
        "context": {
            "columns": ["patient_id", "FirstName", "surname", "dob", "zip", "diagnosis", "systolic", "notes"],
            "rows": [
                ["P1", "Katherine", "Johnson", "1953-01-02", "97301", "migraine", 141, "Spoke with Katherine Johnson"],
                ["P2", "Will", "May", "1960-11-30", "97302", "asthma", 126, "no answer"],
            ],
        }
    },
    "A FHIR resource": {
        "context": {
            "resourceType": "Patient",
            "id": "example",
            "name": [{"family": "Johnson", "given": ["Katherine"], "prefix": ["Mrs."]}],
            "telecom": [{"system": "phone", "value": "503-555-0147"}],
            "birthDate": "1953-01-02",
            "address": [{"line": ["9 Elm St"], "city": "Eastbrook", "state": "OR", "postalCode": "97301"}],
            "maritalStatus": {"text": "married"},
        }
    },
    "Evasions": {
        "reason": "Export for \u0408\u043ehn Sm\u0456th, SSN 9\u200b8\u200b7-65-\uff14\uff13\uff12\uff11, "
        "M%52N%3A%204481",
        "context": {
            "K. Johnson": {"status": "active"},
            "body": json.dumps({"q": "notes of Katherine Johnson"}),
            "data": base64.b64encode(b"Seen: Katherine Johnson, 503-555-0147").decode(),
        },
    },
    "Secrets": {
        "reason": "Rotate: export DB_PASSWORD='tr0ub4dor&3' and postgres://app:s3cr3tpw@db.internal:5432/app",
        "context": {"api_key": "not shown either", "header": "Authorization: Bearer 9f8e7d6c5b4a39281706f5e4d3c2b1a0"},
    },
}


def render() -> str:
    """Markdown with every request's masked document and its findings."""
    parts = []
    for title, request in REQUESTS.items():
        masked, findings = mask(request, REVEALED)
        shown = json.dumps(masked.document, indent=2, ensure_ascii=False)
        counted = ", ".join(f"{f.path} {f.category} ×{f.count} ({f.detector})" for f in findings)
        parts.append(f"#### {title}\n\n```json\n{shown}\n```\n\nFindings: {counted}.\n")
    return "\n" + "\n".join(parts) + "\n"


if __name__ == "__main__":
    print(render())
