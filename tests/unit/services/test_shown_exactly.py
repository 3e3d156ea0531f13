"""Which values of a parameter that takes effect can be put on a card as they are."""

import pytest

from sallyport.masking import DEFAULT, masking_rules_from_policy
from sallyport.services.shown_exactly import must_be_masked


@pytest.mark.parametrize(
    "value",
    [
        "https://evil.example.com/collect?page=2",
        "https://10.0.0.1:8080/x",
        "s3://bucket/key",
        "fd00::/8",
        "10.1.2.3:8080,10.1.2.4:8080",
        "arn:aws:kms:us-east-1:123456789012:key/3f2b8c1e-1111-4222-8333-444455556666",
        "123456789012.dkr.ecr.us-east-1.amazonaws.com/app:1.2.3",
        ["patients/2025/", "reports/q3/"],
    ],
)
def test_addresses_of_machines_can_be_shown(value: object) -> None:
    assert not must_be_masked("value", value, DEFAULT)


@pytest.mark.parametrize(
    "value",
    [
        "https://user:pw@example.com/x",
        "https://x.blob.core.windows.net/c/b?sv=2020&sig=abc",
        "https://[::1",  # no URL that anybody could read
        "postgres://app:hunter2@db.internal:5432/clinic",
        "https://evil.example.com/collect/john-smith",
        "https://john-smith.example.com/",
        "https://evil.example.com/078-05-1120",
        "https://evil.example.com/?ssn=078-05-1120",
        "https://evil.example.com/jane@example.org",
        "https://evil.example.com/?phone=555-867-5309",
        "https://evil.example.com/?dob=1980-02-03",
        "www.evil.example.com/078-05-1120",
        ["patients/2025/", "patients/john-smith/"],
        "078.05.1120 078-05-1120",
    ],
)
def test_people_and_secrets_cannot(value: object) -> None:
    assert must_be_masked("value", value, DEFAULT)


def test_a_number_is_an_account_where_the_parameter_says_so() -> None:
    assert not must_be_masked("target_account", "123456789012", DEFAULT)
    assert must_be_masked("target_account", "078-05-1120", DEFAULT)


def test_what_the_deployment_masks_cannot_be_shown_either() -> None:
    rules = masking_rules_from_policy({"patterns": [{"category": "STUDY", "pattern": "STU-\\d{4}"}]})
    assert must_be_masked("value", "exports/STU-0042/", rules)
    assert not must_be_masked("value", "exports/STU-0042/", DEFAULT)
