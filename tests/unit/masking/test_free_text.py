import pytest

from sallyport.masking import mask_text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("seen by Dr. Adaeze Okonkwo on March 14th, 2025", "seen by [NAME-1] on [DATE-1]"),
        ("patients like Will T., 72, from Lakemont", "patients like [NAME-1], 72, from [LOCATION-1]"),
        ("admitted to St. Brendan's Hospital (MRN: SB-448812)", "admitted to [FACILITY-1] (MRN: [MRN-1])"),
        ("lives at 12 Rue des Lilas, Lyon", "lives at [ADDRESS-1]"),
        ("0 MAY WiLL", "[DATE-1] [NAME-1]"),
        ("a 94-year-old and a 63-year-old", "a [AGE-1]-year-old and a 63-year-old"),
        ("call 020 7946 0018 or +1 (202) 555-0143", "call [PHONE-1] or [PHONE-2]"),
        ("card 4111 1111 1111 1111, card 4111 1111 1111 1112", "card [CARD-1], card [ID-1]"),
        ("SSN 000-12-3456 and 987-65-4321", "SSN [SSN-1] and [SSN-2]"),
        (
            "Password=hunter2x! and postgres://app:s3cr3t@db:5432/x",
            "Password=[SECRET-1] and postgres://app:[SECRET-2]@db:5432/x",
        ),
        ("pts name bob williams, seen at st. luke's hospital", "pts name [NAME-1], seen at [FACILITY-1]"),
        ("pt jane doe, seen by dr smith on tuesday", "pt [NAME-1], seen by [NAME-2] [DATE-1]"),
        ("ask about her 3/14 visit; take 1/2 tablet", "ask about her [DATE-1] visit; take 1/2 tablet"),
        ("27 Commercial Rd, London E3 4LB", "[ADDRESS-1]"),
        ("ul. Długa 15/4, tel. 22 555 01 23", "[ADDRESS-1], tel. [PHONE-1]"),
        ("call 2045550130 extension 551", "call [PHONE-1]"),
        ("a 91F and a 72M", "a [AGE-1]F and a 72M"),
        ("Aadhaar 2345 6789 0123", "Aadhaar [ID-1]"),
        ("Mr. Foley has a Foley in place", "[NAME-1] has a Foley in place"),
        ("Export the chart of Grace Obi", "Export the chart of [NAME-1]"),
        ("Mother of Joy reports fever; Blessing says no", "Mother of [NAME-1] reports fever; [NAME-2] says no"),
        ("We spoke to Mark White about Blood", "We spoke to [NAME-1] about Blood"),
        ("Mr. Welsh, born in Leeds, speaks Welsh", "[NAME-1], born in [LOCATION-1], speaks Welsh"),
    ],
)
def test_identifiers_in_running_text_are_masked(text: str, masked: str) -> None:
    assert mask_text(text).text == masked


@pytest.mark.parametrize(
    "text",
    [
        "Parkinson disease, Hodgkin's lymphoma and a positive Babinski sign; Glasgow Coma Scale 15/15",
        "Latest ACC/AHA guidelines for HTN in a 60-year-old African American male, diagnosed in 2021",
        "BP 128/76 mmHg, pulse 72/min, SpO2 98%, hemoglobin 11.8 g/dL, platelets 205",
        "Take 25 mg twice daily for 14 days; return after six weeks if symptoms persist.",
        "Study PMID 31234567, ICD-10 L98.9 and CPT 11102; HbA1c 7.2",
        "Will the patient tolerate Eliquis or Xarelto? May we switch to metformin?",
        "Foley draining clear urine; Hoyer lift used; Braden score 14, Morse fall risk high; Kerlix changed",
        "Jackson-Pratt drain removed, Penrose left in place; Swan-Ganz readings stable; Apgar 8/9",
        "Allergies: Bactrim, Augmentin, Keflex; Hgb 11.2, Plt 240; Clostridioides difficile toxin B pending",
        "She takes Humira for Crohn disease and uses MyChart to message the clinic.",
    ],
)
def test_medicine_without_anybody_in_it_stays_untouched(text: str) -> None:
    assert mask_text(text).text == text


@pytest.mark.parametrize(
    "text",
    [
        "for J\u043ehn Sm\u0456th",
        "for Jo\u200bhn Smi\u200bth",
        "for \uff2aohn \uff33mith",
        "for John%20Smith",
        "for &#74;&#111;hn Smith",
        "for \\u004aohn Smith",
        "for JOHN SMITH",
        "for J o h n S m i t h",
    ],
)
def test_a_disguised_name_is_masked_with_its_disguise(text: str) -> None:
    assert mask_text(text).text in ("for [NAME-1]", "[NAME-1]", "for [NAME-1] [NAME-2]")


@pytest.mark.parametrize(
    "number",
    [
        "9\u200b8\u200b7-65-4321",
        "\uff19\uff18\uff17-\uff16\uff15-\uff14\uff13\uff12\uff11",
        "9 8 7 6 5 4 3 2 1",
        "nine eight seven six five four three two one",
        "987.65.4321",
        "%39%38%37-65-4321",
    ],
)
def test_a_disguised_number_is_masked_with_its_disguise(number: str) -> None:
    assert number not in mask_text(f"ssn {number} please").text


def test_spellings_of_one_value_share_a_marker() -> None:
    masked = mask_text("Mr. O'Brien, then OBRIEN (Mr. O\u2019BRIEN)").text
    assert masked.count("[NAME-1]") >= 2


@pytest.mark.parametrize(
    "text",
    [
        "please restart the nginx pod in namespace payments and drain kafka",
        "scale ecs service checkout-api to 6 tasks, grafana alert on latency p99",
        "the lambda timed out reading dynamodb, retry with larger pagination and boto3 backoff",
        "Rollback helm release istio-ingress to revision 12; Prometheus and Grafana show 5xx since 02:10 UTC",
        "Investigate PagerDuty incident: Redis evictions, Celery backlog, Postgres replica lag in us-west-2",
        "Give the Airflow DAG read on the raw prefix to backfill Snowflake via dbt",
        "DB host is db-prod-3.internal:5432, port 443 stays shut",
        "a Czech patient of Dutch origin asks for a Tagalog interpreter",
    ],
)
def test_requests_to_machines_stay_readable(text: str) -> None:
    assert mask_text(text).text == text


@pytest.mark.parametrize(
    "text",
    [
        "Sarah Kowalczyk[MRN-1]",
        "[NAME-1]Sarah Kowalczyk",
        "https://myhealth.example.com/chart/Kowalczyk889121[MRN-1]",
        "_Sarah Kowalczyk_",
        "**Sarah Kowalczyk**",
        "<b>Sarah Kowalczyk</b>",
        "||Sarah Kowalczyk||",
    ],
)
def test_what_is_typed_around_a_name_does_not_save_it(text: str) -> None:
    assert "Kowalczyk" not in mask_text(text).text
