"""The names that machines have stay; what people are called inside or beside them does not."""

import time

import pytest

from sallyport.masking import machines, mask_json, mask_text

SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
UUID = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("arn", "arn:aws:elasticloadbalancing:us-west-2:123456789012:targetgroup/my-new-targets/2453ed029918f21f"),
        ("arn", "arn:aws:lambda:us-west-2:123456789012:function:my-function:BETA"),
        ("arn", "arn:aws:secretsmanager:us-west-2:123456789012:secret:MyTestDatabaseSecret-a1b2c3"),
        ("resource", "i-0abc12345def67890"),
        ("resource", "sg-12345678"),
        ("resource", "rtbassoc-3a1f0f58"),
        ("resource", "vol-1234567890abcdef0"),
        ("organization", "ou-examplerootid111-exampleouid111"),
        ("zone", "Z3M3LMPEXAMPLE"),
        ("uuid", UUID),
        ("ulid", "01ARZ3NDEKTSV4RRFFQ69G5FAV"),
        ("hash", SHA),
        ("hash", f"sha256:{SHA}"),
        ("hash", "4d9031c7644d8081c2829f4ea23c55f7-2"),
        ("pod", "api-7d9f8b6c5-x2x4z"),
        ("name", "rc-rg3-0002-003"),
        ("epoch", "webacl-1472061481310"),
        ("region", "lambda-layers-us-west-2-123456789012"),
        ("quarter", "2025-Q3"),
        ("date", "dt=2025-11-24/"),
        ("store", "s3://clinic-raw/hl7/2025/11/24/"),
        ("logs", "AWSLogs/123456789012/CloudTrail/us-east-1/2025/11/24/"),
        ("group", "/aws/lambda/orders-fn"),
        ("host", "123456789012.dkr.ecr.us-east-1.amazonaws.com/ingest:1.42.7"),
        ("host", "ip-10-0-0-1.ec2.internal"),
        ("host", "my-load-balancer-1234567890.us-west-2.elb.amazonaws.com"),
        ("image", f"ingest@sha256:{SHA}"),
        ("ticket", "INC0012345"),
        ("ticket", "OPS-2214"),
        ("cidr", "10.0.0.0/16"),
        ("address", "10.2.3.4"),
        ("address", "172.31.14.2:8080"),
        ("literal", "0x3f9c2d1e"),
        ("algorithm", "RSASSA_PKCS1_V1_5_SHA_512"),
        ("principal", "AROADBQP57FF2AEXAMPLE"),
        ("version", "20251124.7"),
        ("version", "1.29.3-20240531"),
        ("version", "aws-cli/2.15.30"),
        ("version", "release/2025.47.1"),
        ("generated", "YFgDgEKG3ugvF1pX64gV6tu9qNuIYNUdgJm8nCxsm4"),
        ("name", "SVC_LOADER_07"),
        ("schedule", "rate(5 minutes)"),
        ("schedule", "cron(0 12 * * ? *)"),
        ("schedule", "sun:05:00-sun:06:00"),
        ("azure", f"/subscriptions/{UUID}/resourceGroups/rg-prod/providers/Microsoft.Compute/virtualMachines/vm1"),
        ("google", "projects/orders-prod-123/zones/us-central1-a/instances/web-1"),
    ],
)
def test_a_machines_name_is_known_whole_and_stays(kind: str, name: str) -> None:
    found = machines.whole(name)
    assert found is not None
    assert (found.kind, found.open) == (kind, ())
    sentence = f"Restart the worker behind {name} before noon."
    assert mask_text(sentence).text == sentence
    assert mask_json({"target": name}) == {"target": name}


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("arn:aws:iam::123456789012:user/maria.gonzalez@example.org", "maria.gonzalez"),
        ("arn:aws:s3:::clinic-raw/patients/8842113/scan.dcm", "8842113"),
        ("s3://clinic-raw/export/john-smith/2025/11/24/", "john-smith"),
        ("john-smith-7d9f8b6c5-x2x4z", "john-smith"),
        ("mrn-0048213", "0048213"),
        ("987654321", "987654321"),
        ("member-123456789", "123456789"),
        ("patient-1a2b3c4d5e", "1a2b3c4d5e"),
        (f"patients/{UUID}", UUID[:8]),
        ("MRN: 3f9c2d1e5b6a", "3f9c2d1e5b6a"),
        (f"patient {UUID}", UUID[:8]),
        ("smith-1a2b3c4d5e", "smith"),
        ("dob=1987-03-14/", "1987-03-14"),
        ("birthdate=2015-03-14/", "2015-03-14"),
        ("s3://clinic-raw/dob=2015-03-14/", "2015-03-14"),
        ("203.0.113.77", "203.0.113.77"),
        ("198.51.100.7/24", "198.51.100.7"),
        ("admitted 2025-11-24T13:05:01Z", "2025-11-24"),
        ("account 123456789012 at the bank of the patient", "123456789012"),
        ("patient-john-smith", "john-smith"),
        ("/home/Okonkwo_Chidi/raw", "Okonkwo_Chidi"),
        ("s3://clinic-raw/exports/arjun-mokoena/2025/11/", "arjun-mokoena"),
        ("s3://clinic-raw/maria-gonzalez/", "maria-gonzalez"),
        ("/home/maria.gonzalez/.ssh", "maria.gonzalez"),
        ("john_smith_7d9f8b6c5d", "john_smith"),
        ("visit-2025-11-24", "2025-11-24"),
        ("clinic-4711882", "4711882"),
        ("clinic-b12345678", "b12345678"),
        ("john-2015-03-14", "2015-03-14"),
        ("seen-on-2025-11-24", "2025-11-24"),
        ("Abernathy/12.03.1980", "12.03.1980"),
        ("40.712776,-74.005974", "40.712776"),
        ("member account 123456789012", "123456789012"),
        ("birth time: 1579973711", "1579973711"),
        ("call time 1650551234", "1650551234"),
        ("minjun-haddad_discharge.txt", "minjun-haddad"),
        ("--patient-id 3f9c2d1e5b6a", "3f9c2d1e5b6a"),
        ("subscriber 0x3f9c2d1e55", "3f9c2d1e55"),
        ("nhs/9434765919", "9434765919"),
        ("https://api.example.com/v1/patients/98fc74a8-ff56-4a21-85f6-7a1fcac895c9", "98fc74a8"),
    ],
)
def test_a_machines_name_shields_nobody(text: str, hidden: str) -> None:
    for shown in (mask_text(text).text, mask_text(f"Please look at {text} today").text):
        assert hidden not in shown
        assert "[" in shown


@pytest.mark.parametrize(
    "text",
    [
        "2025-11-24T13:05:01Z ERROR worker lost its lease",
        "2025-11-24 13:05:01,123 INFO starting",
        "the deployment of 2025-11-24T13:05:01+01:00 failed",
        "Assume the role in AWS account 123456789012 and list its stacks.",
        "Nov 24 13:05:01 ip-10-0-0-1 sshd[2231]: session closed",
        "docker run --rm -p 8080:80 nginx:1.27.2-alpine",
        "Rotate the KMS key 1234abcd-12ab-34cd-56ef-1234567890ab again",
        "consumer at offset 88231991, lag 120045",
        "curl https://api.example.com/v1/deployments/98fc74a8-ff56-4a21-85f6-7a1fcac895c9",
        "color: #000099",
        '"UpdatedTime": 1579973711000, "AwsAccountId": "111122223333", ...',
        "commit 3f9c2d1e: Date:   Mon Nov 24 09:12:44 2025 +0100",
        "Accepted publickey for deploy from 10.181.175.51 port 51234 ssh2: ED25519",
        "aws servicecatalog describe-portfolio --portfolio-id port-2s6abcdq5wdh4",
        'Version: "2012-10-17"',
        "2025-11-24 08:14:22      18233 hl7/2025/11/24/ADT_A01.hl7",
        "TimeZone: America/Phoenix, 12:21:46.359614 brk(NULL)",
        "partition visits_2025_11_24 is empty",
        "dag load_hl7 run scheduled__2025-11-24T00:00:00+00:00 failed",
    ],
)
def test_what_needs_the_words_around_it_stays(text: str) -> None:
    assert mask_text(text).text == text


def test_names_are_found_in_running_text_in_order() -> None:
    text = "Move vol-1234567890abcdef0 from i-0abc12345def67890 at rate(5 minutes), see OPS-2214."
    assert [(text[name.start : name.end], name.kind) for name in machines.find(text)] == [
        ("vol-1234567890abcdef0", "resource"),
        ("i-0abc12345def67890", "resource"),
        ("rate(5 minutes)", "schedule"),
        ("OPS-2214", "ticket"),
    ]


def test_a_random_token_is_a_secret_only_where_one_would_stand() -> None:
    token = "q7Rk2mVx9TzLw4Hn8YpB3sDf6JcE5gUa"
    assert mask_text(f"continue with {token} now").text == f"continue with {token} now"
    for place in (f"rotate the secret {token}", f"export SENTRY_DSN={token}", f'curl -H "X-Vendor: {token}"'):
        assert token not in mask_text(place).text
    beside = mask_text(f"keys AKIAQYLPMN5HHHFPZAM2 and {token}").text
    assert token not in beside


@pytest.mark.parametrize(
    "text",
    [
        "Exit Code: 137 after status code 12345",
        "external-secret reports-db (resourceVersion 48211934)",
        "AWSCURRENT moved, AWSPREVIOUS stayed",
        "Run the query for the duplicate appointments of OPS-2290",
        "portal-green-987654321.us-east-1.elb.amazonaws.com",
    ],
)
def test_numbers_and_names_that_clouds_give_stay(text: str) -> None:
    assert mask_text(text).text == text


def test_the_host_of_a_connection_string_stays_and_its_password_goes() -> None:
    host = "reports.cluster-c9akciq32.us-east-1.rds.amazonaws.com:5432/reports"
    assert mask_text(f"postgres://svc_reports:Winter2025!kq@{host}").text == f"postgres://svc_reports:[SECRET-1]@{host}"


@pytest.mark.parametrize("text", ["zip code 97301", "patient code 48213", "record 987654321.us-east-1"])
def test_a_number_behind_a_persons_word_goes(text: str) -> None:
    assert mask_text(text).text != text


def test_a_variable_that_stands_beside_its_name_in_a_string_is_judged_by_it() -> None:
    environment = (
        '{"environment": [{"name": "SMTP_PASSWORD", "value": "h0rse-Battery"}, {"name": "PORT", "value": "8080"}]}'
    )
    shown = str(mask_json({"overrides": environment}))
    assert "h0rse" not in shown
    assert "8080" in shown


def test_a_password_that_is_piped_to_chpasswd_is_masked() -> None:
    assert mask_text("echo 'svc19:zK9!mQ2vR' | sudo chpasswd").text == "echo 'svc19:[SECRET-1]' | sudo chpasswd"


@pytest.mark.parametrize(
    "piece",
    [
        "i-0abc12345def67890 ",
        "12:34:56 ",
        "2025-11-24T13:05:01Z ",
        "maria.gonzalez.",
        "abc-1a2b3c4d-",
        "a_1-b_2-",
        "a1b2",
    ],
)
def test_time_grows_with_the_length_only(piece: str) -> None:
    def seconds(count: int) -> float:
        text = piece * count
        started = time.process_time()
        mask_text(text)
        return time.process_time() - started

    seconds(10)
    once = max(min(seconds(200) for _ in range(3)), 0.002)
    assert min(seconds(1_000) for _ in range(3)) < 15 * once
