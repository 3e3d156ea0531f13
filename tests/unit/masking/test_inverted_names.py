"""Names with the family name first, as registers and orders write them."""

import pytest

from sallyport.masking import mask_json


@pytest.mark.parametrize(
    "name",
    [
        "SMITH, JOHN",
        "Smith, John",
        "BAKER, TOM",
        "YOUNG, AMY",
        "Brown, Lisa",
        "LOPEZ, MARIA",
        "OKONKWO, ZELDA",
        "ABERNATHY, QUILLON",
        "MILLER, ANNA Q.",
        "SMITH, JOHN R",
        "DE LA CRUZ, MARIA ANN",
        "GARCIA LOPEZ, JUAN",
    ],
)
@pytest.mark.parametrize(
    "around", ["{}", "Patient: {}", "Seen with {} today", "Orders for {}; call back", "DOB of {} is known"]
)
def test_neither_part_stays_readable(name: str, around: str) -> None:
    assert mask_json(around.format(name)) == around.format("[NAME-1]")


def test_a_person_has_one_number_whichever_name_comes_first() -> None:
    assert mask_json("For John Smith; again SMITH, JOHN") == "For [NAME-1]; again [NAME-1]"
    assert mask_json({"reason": "Anna Miller was seen", "order": "MILLER, ANNA"}) == {
        "reason": "[NAME-1] was seen",
        "order": "[NAME-1]",
    }


@pytest.mark.parametrize(
    "text",
    [
        "Restart the service, Region, Zone, Cluster",
        "Colours: BLACK, ROSE, GREEN",
        "States are PENDING, ACTIVE, FAILED",
        "However, the job failed",
        "Still, Grafana shows errors",
        "SELECT, INSERT, GRANT",
        "ERROR, WARN and INFO",
    ],
)
def test_lists_of_everyday_words_are_nobody(text: str) -> None:
    assert mask_json(text) == text
