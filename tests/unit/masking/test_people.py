"""One person has one number however the name is written, and two people never share one."""

import re
from typing import Any

import pytest

from sallyport.masking import mask_json


def numbers(document: Any) -> list[str]:
    return re.findall(r"\[NAME-\d+\]", str(document))


@pytest.mark.parametrize(
    "document",
    [
        {"reason": "Export for Quillon Abernathy", "context": {"name": "Abernathy, Quillon"}},
        {"reason": "Export for QUILLON ABERNATHY", "context": {"name": "Quillon Abernathy"}},
        {"reason": "Export for Quillon Abernathy", "context": {"patient": {"given": "Quillon", "family": "Abernathy"}}},
        {"reason": "For Quillon Abernathy", "context": {"first_name": "Quillon", "last_name": "Abernathy"}},
        {"reason": "For Quillon Abernathy", "context": {"deep": [{"firstName": "QUILLON", "lastName": "ABERNATHY"}]}},
        {"note": "Patient ABERNATHY, QUILLON seen", "context": {"name": "Quillon Abernathy"}},
        {"reason": "Export for Q. Abernathy", "context": {"name": "Quillon Abernathy"}},
        {"attending": "ABERNATHY, Q.", "patient": {"name": "Quillon Abernathy"}},
        {"patient": {"first_name": "Quillon", "last_name": "Abernathy"}, "note": "told Abernathy to come back"},
        {
            "reason": "Export for Quillon Abernathy",
            "context": {"resourceType": "Patient", "name": [{"family": "Abernathy", "given": ["Quillon"]}]},
        },
        {
            "reason": "For Quillon Abernathy and ABERNATHY, QUILLON",
            "context": {"resourceType": "Patient", "name": [{"family": "Abernathy", "given": ["Quillon", "James"]}]},
        },
        {
            "reason": "ABERNATHY, QUILLON please, and tell Quillon",
            "context": {"patient": {"name": [{"use": "official", "family": "Abernathy", "given": ["Quillon"]}]}},
        },
        {"reason": "For Quillon Abernathy and ABERNATHY, QUILLON"},
    ],
)
def test_one_person_has_one_number(document: Any) -> None:
    found = numbers(mask_json(document))
    assert len(found) >= 2
    assert set(found) == {"[NAME-1]"}


@pytest.mark.parametrize(
    ("document", "people"),
    [
        ({"names": ["Quillon Abernathy", "Quentin Abernathy"], "reason": "for Q. Abernathy"}, 3),
        ({"a": {"name": "Quillon Abernathy"}, "b": {"name": "Mary Abernathy"}, "reason": "for M. Abernathy"}, 2),
        ({"names": ["Thomas James", "James Thomas"]}, 2),
        ({"names": ["Quillon Abernathy", "Abernathy Quillon"]}, 2),
        ({"name": "Quillon Abernathy", "reason": "told Mrs. Abernathy"}, 2),
        ({"names": ["Quillon J. Abernathy", "Quillon M. Abernathy"], "reason": "for Quillon Abernathy"}, 3),
        (
            {
                "patients": [
                    {"first_name": "Ada", "last_name": "Lightfoot"},
                    {"first_name": "Ben", "last_name": "Lightfoot"},
                ],
                "note": "told Lightfoot to come back",
            },
            3,
        ),
        ({"patient_first": "Ada", "patient_last": "Lightfoot", "doctor_first": "Ben", "doctor_last": "Okafor"}, 2),
        ({"name": "Abernathy, Jr.", "reason": "for J. Abernathy"}, 2),
        ({"first_name": "Ada", "last_name": "Lightfoot", "names": ["Bea Lightfoot"], "note": "told Lightfoot"}, 3),
        ({"reason": "For Quillon Abernathy and Ben Okafor", "context": {"given": ["Ben"], "family": "Okafor"}}, 2),
        (
            {
                "reason": "For Quillon Abernathy",
                "people": [
                    {"given": ["Quillon", "James"], "family": "Abernathy"},
                    {"given": ["Quillon", "Mark"], "family": "Abernathy"},
                ],
            },
            3,
        ),
        (
            {
                "reason": "For Quillon Abernathy",
                "people": [
                    {"given": ["Quillon", "James"], "family": "Abernathy"},
                    {"first_name": "Quillon", "last_name": "Abernathy"},
                ],
            },
            2,
        ),
    ],
)
def test_two_people_never_share_a_number(document: Any, people: int) -> None:
    assert len(set(numbers(mask_json(document)))) == people


@pytest.mark.parametrize(
    "context",
    [
        {},
        {"resourceType": "Patient", "name": [{"family": "Abernathy", "given": ["Quillon"]}]},
        {"given": ["Quillon"], "family": "Abernathy"},
        {"first_name": "Quillon", "last_name": "Abernathy"},
    ],
)
def test_a_rare_given_name_goes_with_the_family_name_behind_it(context: Any) -> None:
    masked: Any = mask_json({"reason": "For Quillon Abernathy and ABERNATHY, QUILLON", "context": context})
    assert masked["reason"] == "For [NAME-1] and [NAME-1]"


def test_two_people_whom_and_links_are_two() -> None:
    masked: Any = mask_json({"reason": "For Quillon Abernathy and Ben Okafor", "name": "Ben Okafor"})
    assert masked == {"reason": "For [NAME-2] and [NAME-1]", "name": "[NAME-1]"}


def test_who_an_initial_stands_for_is_decided_when_everybody_is_known() -> None:
    masked: Any = mask_json({"by": "Abernathy, Q.", "a": "Quillon Abernathy", "z": [{"note": "and Quentin Abernathy"}]})
    assert masked["by"] not in str([masked["a"], masked["z"]])


def test_who_treats_is_not_taken_for_the_one_patient_known_so_far() -> None:
    patients: Any = [
        {"resourceType": "Patient", "name": [{"family": "Abernathy", "given": [given]}]}
        for given in ("Quillon", "Quentin")
    ]
    doctor: Any = {"individual": {"reference": "Practitioner/1", "display": "Q. Abernathy"}}
    masked: Any = mask_json([patients[0], {"resourceType": "Encounter", "participant": [doctor]}, patients[1]])
    assert len(set(numbers(masked))) == 3


def test_cells_beside_each_other_stay_two_cells() -> None:
    table = "last name, first name, status\nAbernathy, Quillon, open\n"
    masked = str(mask_json({"csv": table, "reason": "for Quillon Abernathy"})["csv"])  # type: ignore[index, call-overload]
    assert masked.count(",") == table.count(",")


def test_two_fields_that_hold_no_name_are_no_person() -> None:
    assert mask_json({"first": "2", "last": "17"}) == {"first": "2", "last": "17"}


@pytest.mark.parametrize(
    "document",
    [
        {"name": "\ud800x"},
        {"created_at": "\ud83d 12"},
        {"first_name": "A\ud800", "last_name": "B"},
        {"VpcId": "vpc-a01106c2", "Name": "\ud800", "PublicIp": "\ud800"},
        {"resourceType": "Patient", "name": [{"family": "\ud800B", "given": ["A"]}]},
    ],
)
def test_half_a_pair_of_surrogates_fails_nothing(document: Any) -> None:
    assert list(mask_json(document)) == list(document)  # type: ignore[arg-type]
