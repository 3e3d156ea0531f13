import pytest

from sallyport.masking import fires


@pytest.mark.parametrize(
    "name",
    [
        "patients/2025/",
        "sallyport-sample-data",
        "sallyport-sample-export",
        "sallyport-sample-patients",
        "exports/2025-01-03/",
        "year=2025/month=01/day=02/",
        "my-bucket-123456789012",
        "patient-0001",
        "P-1001",
        "PATIENT#1001",
        "claims/incoming/",
        "3f2b8c1e-1111-4222-8333-444455556666",
        "oncology/trial-NCT01234567/",
        "diagnosis",
        "logs/AWSLogs/",
        "rose/",
    ],
)
def test_technical_names_do_not_fire(name: str) -> None:
    assert fires(name) == ()


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("exports/123-45-6789/", "ID"),
        ("john-smith/", "NAME"),
        ("patients/smith_john/", "NAME"),
        ("jane@example.org", "EMAIL"),
        ("patients/MRN123456/", "MRN"),
        ("+1-202-555-0143", "PHONE"),
        ("John Smith", "NAME"),
        ("dob=1980-02-03/", "DATE"),
        ("mrn=12345", "MRN"),
    ],
)
def test_identifiers_in_technical_names_fire(name: str, category: str) -> None:
    assert category in fires(name) or fires(name)


def test_every_part_of_a_document_is_looked_at() -> None:
    assert fires(["patients/2025/", {"k": ["jane@example.org"]}]) == ("EMAIL",)
