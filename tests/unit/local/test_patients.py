"""The sample patients are the same every time, well-formed, and nobody."""

import re
from datetime import date
from itertools import islice

from local.patients import COUNT, YEARS, patients


def test_same_seed_gives_the_same_patients_and_another_seed_others() -> None:
    assert list(patients(20, seed=7)) == list(patients(20, seed=7))
    assert list(patients(20, seed=7)) != list(patients(20, seed=8))


def test_fewer_patients_are_the_first_of_more() -> None:
    assert list(patients(5)) == list(islice(patients(), 5))


def test_everybody_has_an_id_of_their_own_and_every_year_is_there() -> None:
    everybody = list(patients())
    assert len({person.id for person in everybody}) == COUNT
    assert {person.year for person in everybody} == set(YEARS)


def test_every_bundle_is_a_patient_with_a_condition_and_observations_about_them() -> None:
    for person in patients(50):
        kinds = [entry["resource"]["resourceType"] for entry in person.bundle()["entry"]]
        assert kinds == ["Patient", "Condition", "Observation", "Observation", "Observation"]
        subjects = {entry["resource"]["subject"]["reference"] for entry in person.bundle()["entry"][1:]}
        assert subjects == {f"Patient/{person.id}"}
        assert date.fromisoformat(person.resources[0]["birthDate"]) < date(2020, 1, 1)


def test_row_tells_the_same_as_the_resource() -> None:
    for person in patients(50):
        patient = person.resources[0]
        assert set(person.row) == {"patient_id", "name", "birth_date", "mrn", "diagnosis", "phone", "city"}
        assert person.row["name"] == f"{patient['name'][0]['given'][0]} {patient['name'][0]['family']}"
        assert person.row["mrn"] == patient["identifier"][0]["value"]
        assert person.row["phone"] == patient["telecom"][0]["value"]


def test_numbers_and_addresses_can_belong_to_nobody() -> None:
    for person in patients(50):
        phone, email = (contact["value"] for contact in person.resources[0]["telecom"])
        assert re.fullmatch(r"\(\d{3}\) 555-01\d\d", phone)
        assert email.endswith(".example")
        assert person.resources[0]["identifier"][1]["value"].startswith("9")
