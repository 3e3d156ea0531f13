"""What the agents ask for, and the values planted in it that nobody but the vault may ever hold.

Nobody here exists. The keys are the ones of AWS's documentation, which open nothing.
"""

from typing import Any

CANARIES: dict[str, str] = {
    "patient's name": "Delphine Nettlesham",
    "relative's name": "Zoë Brändlemoor",
    "medical record number": "48211973",
    "birth date": "1957-03-14",
    "relative's birth date": "1962-11-05",
    "phone": "(415) 555-0142",
    "e-mail": "delphine.nettlesham@mail.example",
    "social security number": "912-34-5678",
    "access key id": "AKIAIOSFODNN7EXAMPLE",
    "secret access key": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
}

_C = CANARIES
_REASON = (
    f"Quarterly export for patient {_C["patient's name"]} (MRN {_C['medical record number']}, born {_C['birth date']}, "
    f"phone {_C['phone']}). The job that failed ran with {_C['access key id']}."
)
_CONTEXT: dict[str, Any] = {
    "patient": {
        "name": _C["relative's name"],
        "birthDate": _C["relative's birth date"],
        "note": f"call {_C["patient's name"]} back at {_C['e-mail']}",
    },
    "failed_job": {
        "aws_access_key_id": _C["access key id"],
        "aws_secret_access_key": _C["secret access key"],
        "last_line": f'{{"mrn": "{_C["medical record number"]}", "ssn": "{_C["social security number"]}"}}',
    },
    "records": [f"https://records.example/find?mrn={_C['medical record number']}&born={_C['birth date']}"],
}

SOURCE, DESTINATION = "sallyport-sample-data", "sallyport-sample-export"
PREFIX = "patients/2025/"
TABLE = "sallyport-sample-patients"
KEYS = ("pat-00001", "pat-00002")
ATTRIBUTES = ("patient_id", "diagnosis")


def export(run: str, prefix: str = PREFIX) -> dict[str, Any]:
    """A request for `s3.export`. `run` names the destination, so that no two runs ask for the same."""
    return {
        "action": "s3.export",
        "parameters": {
            "bucket": SOURCE,
            "prefix": prefix,
            "destination_bucket": DESTINATION,
            "destination_prefix": f"walkthrough/{run}/",
        },
        "reason": _REASON,
        "context": _CONTEXT,
    }


def read_items() -> dict[str, Any]:
    """A request for `dynamodb.read_items`."""
    return {
        "action": "dynamodb.read_items",
        "parameters": {"table": TABLE, "keys": list(KEYS), "attributes": list(ATTRIBUTES)},
        "reason": _REASON,
        "context": _CONTEXT,
    }
