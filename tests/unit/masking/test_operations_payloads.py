"""What stands in payloads of operations and is nobody's stays, and the same shapes go where they are somebody's."""

from typing import Any

import pytest

from sallyport.masking import mask_json, mask_text


@pytest.mark.parametrize(
    "text",
    [
        "cipher ECDHE-RSA-AES128-GCM-SHA256 was offered",
        "openat(AT_FDCWD, /usr/lib/x86_64-linux-gnu/libc-2.31.so)",
        "agent Linux/5.10.223-190.873.amzn2int.x86_64 OpenJDK_64-Bit_Server_VM/25.412-b09 java/1.8.0_412",
        "haproxy[7]: 10.1.2.3:53332 [25/Feb/2019:16:19:48.143] prod_http_in",
        '{"level":"info","ts":1716723772.6014807,"logger":"http.log"}',
        "the volume iqn.2015-02.example.com:test is mounted",
        "logs of projects/test-project-123456/logs/cloudaudit",
        "fixed with CWE-0079",
        "the id 398c4d31-99b6-4e42-9c1d-e42d2EXAMPLE is a sample",
        "node nn-1111111111example left",
        "hourly cost 1.017315068493150679",
        "SELECT DATE_ADD(CURDATE(), INTERVAL -30 DAY);",
        "Could not reach it - code ${STATUSCODE}",
        "GuzzleHttp\\Psr7\\Request",
        "Infracost estimates, a Canarytoken was triggered",
        "SELECT LISTAGG(name) FROM visits TABLESAMPLE SYSTEM; ended with ENOENT, SIGCHLD says Sysdig",
        "aws greengrass create --name MyBasicRecipe now",
        "- name: infra-nested-components-baz-prod",
        "log group /aws/lambda/intake from 1761672669198 to 1761808556947",
        "see http://etcd-discovery/v2 and http://minio-0.minio.default.svc.cluster.local/raw",
        "aws s3api put-policy --policy file://lifecycle-rule.json",
    ],
)
def test_names_of_programs_and_protocols_stay_in_text(text: str) -> None:
    assert mask_text(text).text == text


@pytest.mark.parametrize(
    "document",
    [
        {"event": {"ParentProcessId": "4370948876", "SignInfoFlags": "8683538", "configstatehash": "3799024366"}},
        {"configbuild": "1007.3.0016606.11"},
        {"insertId": "1hu88qbef4d2o"},
        {"eventtime": "2023-01-10 21:04:02", "isotimestamp": "2022-02-21 21:48:06"},
        {"sourceIPAddress": "AWS Internal"},
        {"eventSource": "s3.amazonaws.com", "sourceIPAddress": "10.0.5.50"},
        {"address": "module.raw.aws_s3_bucket_public_access_block.this[0]"},
        {"ServiceToken": "arn:aws:lambda:us-east-1:123456789012:function:provider-2vKAalSppmKe"},
        {"token": {"idToken": "create:organization_connections read:users"}},
        {"headers": {"X-Amz-Content-SHA256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}},
        {"id": "3122444232979200446", "instanceType": "n2-standard-4", "region": "us-central1"},
        {"event_id": "19752821", "hook_id": 109948940},
    ],
)
def test_what_programs_count_up_stays_in_fields(document: Any) -> None:
    assert mask_json(document) == document


def test_a_product_that_committed_hides_no_url() -> None:
    masked: Any = mask_json({"name": "GitHub", "email": "noreply@github.com", "url": "https://api.github.com/repos"})
    assert masked["url"] == "https://api.github.com/repos"


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("Smith/12.03.1980.b was seen", "12.03.1980"),
        ("Arnbrook plans a visit", "Arnbrook"),
        ("--name MariaGonzalez", "MariaGonzalez"),
        ("chart 7781234 of the patient", "7781234"),
        ("http://portal:8080/patients/8842113", "8842113"),
        ("http://portal.local/users/maria.gonzalez", "maria.gonzalez"),
        ("file:///home/maria.gonzalez/notes.txt", "maria.gonzalez"),
        ("/usr/local/maria-gonzalez/8842113.dcm", "maria-gonzalez"),
    ],
)
def test_the_same_shapes_shield_nobody(text: str, hidden: str) -> None:
    assert hidden not in mask_text(text).text


def test_of_a_url_with_a_login_the_login_goes_and_the_host_stays() -> None:
    text = mask_text("clone https://deploy:ghp_yln1VHbYQ3ZKJZDNlI4PFl5ByzLQE3EcIvHO@github.com/example/portal.git").text
    assert "ghp_" not in text
    assert text.endswith("@github.com/example/portal.git")


@pytest.mark.parametrize(
    ("document", "hidden"),
    [
        ({"sourceIPAddress": "203.0.113.77"}, "203.0.113.77"),
        ({"patient": {"processId": "8842113"}}, "8842113"),
        ({"password": "read:all-of-it9"}, "read:all-of-it9"),
        ({"address": "12 Elm Street"}, "Elm"),
        ({"vpcId": "vpc-a01106c2", "id": "4111111111111111"}, "4111111111111111"),
        ({"mrn": "1hu88qbef4d2o"}, "1hu88qbef4d2o"),
    ],
)
def test_the_same_fields_hide_what_is_somebodys(document: Any, hidden: str) -> None:
    assert hidden not in str(mask_json(document))
