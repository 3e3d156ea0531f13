import time

import pytest

from sallyport.masking import mask_json, mask_text
from sallyport.masking.detect import secrets
from sallyport.masking.detect.reading import Reading
from sallyport.masking.memory import Memory

RANDOM = "q7Rk2mVx9TzLw4Hn8YpB3sDf6JcE5gUa"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("password: hunter2", "password: [SECRET-1]"),
        ("the password is Tr0ub4dor", "the password is [SECRET-1]"),
        ('DB_PASSWORD="correct;horse"', 'DB_PASSWORD="[SECRET-1]"'),
        ("Password=s3cr;Trusted_Connection=False", "Password=[SECRET-1];Trusted_Connection=False"),
        (f"Authorization: Bearer {RANDOM}", "Authorization: Bearer [SECRET-1]"),
        (f"API key {RANDOM}", "API key [SECRET-1]"),
        (f"vendor-key-{RANDOM}", "vendor-key-[SECRET-1]"),
        (f"vendorSECRET={RANDOM}", "vendorSECRET=[SECRET-1]"),
        (f"curl https://api.example.com/v1?token={RANDOM}&page=2", "curl https://api.example.com/v1?token=[SECRET-1]&page=2"),
        ("amqp://user:password@queue/x", "amqp://user:[SECRET-1]@queue/x"),
        (f'<add key="ApiPassword" value="{RANDOM}"/>', '<add key="ApiPassword" value="[SECRET-1]"/>'),
        (f"env('TOKEN', '{RANDOM}')", "env('TOKEN', '[SECRET-1]')"),
        ("db password Tr0ub4dor&3 works", "db password [SECRET-1] works"),
        ("curl -u user:S3cr3tPass host", "curl -u user:[SECRET-1] host"),
        ("mysql -u root -pS3cr3t! db", "mysql -u root -p[SECRET-1] db"),
    ],
)  # fmt: skip
def test_a_value_beside_its_name_is_masked_and_the_name_stays(text: str, masked: str) -> None:
    shown = mask_text(text).text
    assert shown[: masked.index("[")] == masked[: masked.index("[")]
    assert shown[shown.index("]") :] == masked[masked.index("]") :]
    assert "[SECRET-" in shown


@pytest.mark.parametrize(
    "token",
    [
        "AKIA" + "QWERTYUIOPASDFG7",
        "ghp_" + "k2J9dLq8" * 4 + "aB3x",
        "xoxb-" + "123456789012-1234567890123-" + "AbCdEfGhIjKlMnOpQrStUvWx",
        "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc",
        "hf_" + "QwErTyUiOpAsDfGhJkLzXcVbNmQwErTyUi",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MiJ9.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg",
        "$2b$12$" + "R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW",
        "https://hooks.slack.com/services/" + "T01ABCDEF/B01ABCDEF/" + "a1B2c3D4e5F6g7H8i9J0k1L2",
    ],
)
def test_a_documented_format_is_masked_without_any_name(token: str) -> None:
    shown = mask_text(f"please use {token} for it").text
    assert shown.startswith("please use [SECRET-")
    assert token[-8:] not in shown
    assert token not in str(mask_json({"note": token}))


def test_of_a_private_key_the_body_is_masked() -> None:
    body = "Proc-Type: 4,ENCRYPTED\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC"
    shown = mask_text(f"-----BEGIN RSA PRIVATE KEY-----\n{body}\n-----END RSA PRIVATE KEY-----").text
    assert shown == "-----BEGIN RSA PRIVATE KEY-----[SECRET-1]-----END RSA PRIVATE KEY-----"
    assert "MIIE" not in mask_text(f"-----BEGIN OPENSSH PRIVATE KEY-----\n{body}").text


@pytest.mark.parametrize(
    "text",
    [
        "token: <your token>",
        "password = ${DB_PASSWORD}",
        "api_key: {{ vault.api_key }}",
        "token xoxp-XXXXXXXXXX-XXXXXXXXXX-XXXXXXXXXXXX",
        "secret: ****************",
        "image sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        'integrity="sha384-oqVuAfXRKap7fdgcCY5uykM6+R9GqQ8K/uxy9rx7HNQlGYl1kPzQho1wx4JwY8wC"',
        "fixed in commit da39a3ee5e6b4b0d3255bfef95601890afd80709",
        '<img src="logo-d41d8cd98f00b204e9800998ecf8427e.png">',
        "installation_id=7bf1e92eaff34fd005dc",
        "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQJx7q2m9wL4vR8tYk3Zb6nHc5dFg1sEuP0oXaWiQjKlM",
        "git checkout 3f9c2d1e5b6a7c8d9e0f1a2b3c4d5e6f7a8b9c0d",
        "the password is required; reset it after 90 days",
        "license: Apache-2.0",
        "1 tab po bid; access: right jugular; salt: 2g sodium diet",
        '"key": "diabetes_type_2_registry"',
        "arn:aws:secretsmanager:us-east-1::secret:prod/database",
        "max_tokens=4096 and token_type: bearer",
        "the tokenizer splits the passage; see keyboard = None",
        "abc123xyz-456def789ghij-klmnopqrstuvwx-3456yza789",
    ],
)
def test_what_only_looks_like_a_secret_stays(text: str) -> None:
    assert mask_text(text).text == text


def test_a_note_without_secrets_costs_one_pass() -> None:
    note = "Reviewed venous access and key findings with the patient; basic labs on 2025-03-14, MRN 448812. " * 20
    assert secrets.find(Reading(note, Memory())) == ()


@pytest.mark.parametrize("lone", ["\ud83d", "x\udc00"])
def test_half_a_surrogate_pair_moves_nothing(lone: str) -> None:
    text = f"{lone} token={RANDOM}"
    assert [text[span.start : span.end] for span in secrets.find(Reading(text, Memory()))] == [RANDOM]


@pytest.mark.parametrize(
    "piece",
    ["key", "token=", "secret-", "a1-", "key-a1", "passw ", "://:@", "eyJ.", "sk-", "='", "-----BEGIN PRIVATE KEY"],
)  # fmt: skip
def test_time_grows_with_the_length_only(piece: str) -> None:
    def seconds(count: int) -> float:
        reading = Reading(piece * count, Memory())
        best = 9.0
        for _ in range(3):
            start = time.process_time()
            list(secrets.find(reading))
            best = min(best, time.process_time() - start)
        return best

    once = max(seconds(2_000), 0.001)
    assert seconds(16_000) < 8 * 4 * once


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("postgres://app:s3cr3tpw@db.internal:5432/app", "postgres://app:[SECRET-1]@db.internal:5432/app"),
        ("postgres://kim@example.org:s3cr3tpw1@db.example.org/x", "postgres://[EMAIL-1]:[EMAIL-2]/x"),
        ("password: s3cr3tpw-9@example.org", "password: [SECRET-1]"),
    ],
)
def test_the_host_behind_a_password_is_no_part_of_an_address(text: str, masked: str) -> None:
    assert mask_text(text).text == masked
