"""Masking reads what a person's eye reads, and shows no bytes that are no text."""

import base64
import random
import re
import unicodedata
from typing import Any

import pytest

from sallyport.masking import mask_json, mask_text
from sallyport.masking.ledger import MARKER
from tests.support.disguises import DISGUISES

IDENTIFIERS = {
    "ssn": "519-48-2276",
    "phone": "(202) 555-0143",
    "email": "jane.doe@example.org",
    "card": "4111 1111 1111 1111",
    "mrn": "MRN 44718823",
    "name": "Katherine Johnson",
    "key": "AKIAQYLPMN5HHHFPZAM2",
}


COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def read(text: str) -> str:
    """What the eye gathers from `text`: letters and digits, whatever is between them."""
    drawn = unicodedata.normalize("NFKC", MARKER.sub("\n", COLOURS.sub("", text)))
    return "".join(c for c in drawn if c.isascii() and c.isalnum())


@pytest.mark.parametrize("disguise", sorted(DISGUISES))
@pytest.mark.parametrize("kind", sorted(IDENTIFIERS))
def test_no_disguise_carries_an_identifier_through(kind: str, disguise: str) -> None:
    disguised = DISGUISES[disguise](IDENTIFIERS[kind])
    core = read(IDENTIFIERS[kind]).removeprefix("MRN")
    for template in ("{}", "export for {} please"):
        shown = mask_text(template.format(disguised)).text
        assert disguised not in shown
        assert not any(core[at : at + 4] in read(shown) for at in range(len(core) - 3)), shown
        before, _, behind = template.partition("{}")
        assert (shown.startswith(before), shown.endswith(behind)) == (True, True), shown


def test_what_is_around_a_disguised_identifier_stays() -> None:
    shown = mask_text(
        "restart api-7 for 5\u28001\u28009\u2800-\u28004\u28008\u2800-\u28002\u28002\u28007\u28006, then stop"
    ).text
    assert MARKER.sub("[]", shown) == "restart api-7 for [], then stop"


@pytest.mark.parametrize("blank", ["\0", "\x02", "\u2800", "\u3164", "\u00a0", "\u200b", "\u2003"])
def test_a_name_is_read_whatever_blank_is_in_it(blank: str) -> None:
    shown = mask_text(f"seen by Dr. Adaeze{blank}Okonkwo today").text
    assert "Adaeze" not in shown
    assert "Okonkwo" not in shown
    assert shown.startswith("seen by ")


@pytest.mark.parametrize(
    "data", [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0", random.Random(7).randbytes(300), b"\1\2\3\4\5\6abc"]
)
def test_bytes_that_are_no_text_are_withheld(data: bytes) -> None:
    text = data.decode("latin-1")
    assert MARKER.sub("[]", str(mask_json({"blob": text}))) == "{'blob': '[]'}"
    assert MARKER.sub("[]", mask_text(f"before {text} behind").text) == "before [] behind"


@pytest.mark.parametrize("head", [b"%PDF-1.7\n", b"\x1f\x8b\x08\0", b"\xff\xd8\xff\xe0", b"PK\x03\x04"])
def test_a_file_in_base64_is_withheld(head: bytes) -> None:
    encoded = base64.b64encode(head + bytes(range(200, 256))).decode()
    shown = mask_json({"see": f"scan {encoded} of page", "page": f"data:image/x;base64,{encoded}"})
    assert MARKER.sub("[]", str(shown)) == "{'see': 'scan [] of page', 'page': '[]'}"


@pytest.mark.parametrize(
    "text",
    [
        "\x1b[32mOK\x1b[0m 12 passed \x1b[33m1 warning\x1b[0m",
        "rows: 3 x 4, step 0.5 m\u00b2, 20\u00a0mg, caf\u00e9 na\u00efve \u2013 done\u2026",
        "tick \u2714\ufe0f deploy \U0001f680 ok",
        "maxReplicas of the ReplicaSet, kubeConfig and the StatefulSet stay",
        "columns a b c d e f g h i j",
        "a page\fand a\vline",
    ],
)
def test_everyday_characters_stay_as_they_are(text: str) -> None:
    assert mask_text(text).text == text


@pytest.mark.parametrize("around", [{}, {"resourceType": "Patient"}])
def test_a_key_that_could_be_a_fields_name_is_decoded_too(around: dict[str, Any]) -> None:
    key = base64.b64encode(b"4111 1111 1111 1111").decode().rstrip("=")
    assert key.isalpha()
    shown = mask_json({**around, key: 1, "maxReplicasOfSet": 2})
    assert isinstance(shown, dict)
    assert key not in shown
    assert shown["maxReplicasOfSet"] == 2
