"""`sallyport audit report`: what it says of an export, and what it leaves beside it."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from sallyport.domain.events import EventType
from sallyport.domain.refusals import Refusal
from sallyport_cli.audit.codes import codes as coded
from sallyport_cli.audit.report.controls import frameworks
from sallyport_cli.audit.report.files import SHEETS
from sallyport_cli.audit.report.kept import EXAMPLES
from sallyport_cli.audit.report.topics import TOPICS
from sallyport_cli.audit.sentences import _SENTENCES
from sallyport_cli.main import main
from tests.support.evidence import Item, furnished, rehashed, write_export

WEEK = ("2026-11-01", "2026-11-07")
CONTROLS = {
    *("CC6.1", "CC6.2", "CC6.3", "CC7.2", "CC7.3", "CC7.4", "CC8.1"),
    *("164.308(a)(4)", "164.312(a)(1)", "164.312(a)(2)(ii)", "164.312(b)", "164.316(b)(2)"),
    *("AU-2", "AU-3", "AU-9", "AU-10", "AU-11", "AC-3", "AC-5", "AC-6"),
}
HOSTILE = "=cmd|' /C calc'!A0<script>alert(1)</script>\u202etxt"


class Page(HTMLParser):
    """What a reader finds: texts, ids, where links lead, and which elements there are."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.elements: Counter[str] = Counter()
        self.sources: list[str] = []
        self.source = path.read_text(encoding="utf-8")
        self._texts: list[str] = []
        self.feed(self.source)
        self.text = re.sub(r"\s+", " ", " ".join(self._texts))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value for name, value in attrs if value}
        self.elements[tag] += 1
        self.ids += [value for name, value in given.items() if name == "id"]
        self.links += [value for name, value in given.items() if name == "href"]
        self.sources += [value for name, value in given.items() if name in ("src", "srcset", "data")]

    def handle_data(self, data: str) -> None:
        self._texts.append(data)


def reported(
    folder: Path, items: Iterable[Item], period: tuple[str, str] = WEEK, *more: str
) -> tuple[int, Page, dict[str, list[dict[str, str]]]]:
    """The exit code, the page, and the rows of each CSV file."""
    write_export(folder / "export", list(items))
    out = folder / "report"
    command = ["audit", "report", str(folder / "export"), "--from", period[0], "--to", period[1], "--out", str(out)]
    code = main([*command, *more])
    rows = {
        path.stem: list(csv.DictReader(path.read_text(encoding="utf-8").splitlines())) for path in out.glob("*.csv")
    }
    return code, Page(out / "report.html"), rows


def said(items: Iterable[Item]) -> list[dict[str, Any]]:
    return [json.loads(item["event"]) for item in items]


def test_a_clean_export_is_reported_with_what_is_left_open(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, page, _ = reported(tmp_path, furnished()[0])
    assert code == 0
    assert capsys.readouterr().out.splitlines() == [
        "the export verified",
        (tmp_path / "report/report.html").resolve().as_uri(),
    ]
    assert "The export verified: no sign of tampering" in page.text
    assert "that no whole request is missing" in page.text
    assert "this report was not ; see --worm and --key" in page.text
    assert "TAMPERED" not in page.text


def test_the_first_page_says_what_is_proved_and_what_is_not(tmp_path: Path) -> None:
    _, page, _ = reported(tmp_path, furnished()[0])
    for words in ("It proves,", "An export alone does not prove", "Nothing here proves that a decision was genuine"):
        assert page.text.index(words) < page.text.index("Figures") < page.text.index("Appendix: the records")


def altered(items: list[Item]) -> list[Item]:
    return [{**items[5], "event": items[5]["event"].replace("export-bot", "triage-bot")}, *items[:5], *items[6:]]


def removed(items: list[Item]) -> list[Item]:
    return [item for item in items if not (item["pk"].endswith("2") and item["sk"].endswith("1"))]


@pytest.mark.parametrize("manipulate", [altered, removed])
def test_a_tampered_export_says_so_at_the_top_and_under_every_claim(
    manipulate: Callable[[list[Item]], list[Item]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, page, rows = reported(tmp_path, manipulate(furnished()[0]))
    assert code == 1
    assert "TAMPERED" in capsys.readouterr().out
    assert page.text.index("TAMPERED: this export does not verify.") < page.text.index("requests by agents")
    assert 'class="verdict bad"' in page.source
    assert "no sign of tampering" not in page.text
    assert page.text.count("not to be relied on") == len(CONTROLS)
    assert "evidence in the period" not in page.text
    assert rows["findings"]
    for found in rows["findings"]:
        assert f"{found['record']} {found['number']}: {found['kind']}" in page.text


def test_what_cannot_be_verified_gets_no_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "nothing").mkdir()
    command = ["audit", "report", str(tmp_path / "nothing"), "--from", WEEK[0], "--to", WEEK[1]]
    assert main([*command, "--out", str(tmp_path / "out")]) == 2
    assert "cannot tell: " in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "wrong",
    [("--from", "2026-11-08"), ("--key", "key.pub"), ("--requests", "0"), ("--to", "9999-12-31")],
    ids=lambda pair: pair[0],
)
def test_what_makes_no_sense_is_refused(wrong: tuple[str, str], tmp_path: Path) -> None:
    command = ["audit", "report", str(tmp_path), "--from", WEEK[0], "--to", WEEK[1], "--out", str(tmp_path / "out")]
    assert main([*command, *wrong]) == 2


def test_the_page_is_one_file_that_asks_for_nothing(tmp_path: Path) -> None:
    _, page, _ = reported(tmp_path, furnished()[0])
    assert not set(page.elements) & {"script", "link", "img", "iframe", "object", "embed", "base", "form"}
    assert page.sources == []
    assert all(link.startswith("#") for link in page.links)
    assert "default-src 'none'" in page.source
    assert "url(" not in page.source
    assert "@import" not in page.source


def test_every_event_of_the_period_is_in_the_files(tmp_path: Path) -> None:
    items, names = furnished()
    _, _, rows = reported(tmp_path, items)
    events = said(items)
    assert Counter(row["type"] for row in rows["events"]) == Counter(event["type"] for event in events)
    assert {row["hash"] for row in rows["events"]} == {item["hash"] for item in items}
    assert {row["request_id"] for row in rows["requests"]} == set(names.values())
    decided = [e for e in events if e["type"] in ("decision.recorded", "break_glass.reviewed")]
    assert len(rows["decisions"]) == len(decided)
    refused = [event for event in events if event["type"].endswith(".refused")]
    assert len(rows["refusals"]) == len(refused)


def test_the_outcome_of_every_request_is_told(tmp_path: Path) -> None:
    items, names = furnished()
    _, _, rows = reported(tmp_path, items)
    told = {row["request_id"]: row["outcome"] for row in rows["requests"]}
    assert {name: told[request_id] for name, request_id in names.items()} == {
        "redeemed": "Approved and used",
        "denied": "Denied",
        "expired": "Expired undecided",
        "cancelled": "Cancelled",
        "pending": "Expired undecided",
        "unicode": "Approved, never used",
        "taken_back": "Approved and used",
        "revoked": "Approved, then revoked",
        "done": "Approved and used",
        "void": "Approved, then revoked",
        "glass": "Approved and used",
        "executed": "Approved and used",
        "not_executed": "Failed",
        "no_credential": "Failed",
        "refusing": "Expired undecided",
        "halted": "Approved and used",
    }


def figure(page: Page, topic: str) -> str:
    found = re.search(rf"<td>{re.escape(TOPICS[topic].words)} <span.*?<td class=\"number\">(.*?)</td>", page.source)
    assert found is not None, topic
    return found[1]


def test_figures_are_those_of_the_events(tmp_path: Path) -> None:
    items, _ = furnished()
    _, page, _ = reported(tmp_path, items)
    types = Counter(event["type"] for event in said(items))
    for topic, kind in {
        "submitted": "request.submitted",
        "granted": "grant.issued",
        "redeemed": "grant.redeemed",
        "credentials": "credentials.issued",
        "expired": "request.expired",
        "unused": "grant.expired",
        "reviews": "break_glass.reviewed",
        "halted": "halted",
        "policies": "policy.changed",
    }.items():
        assert figure(page, topic) == str(types[kind]), topic
    assert figure(page, "emergencies") == "1"
    # Five refusals, and "more of them": how many more is not recorded.
    assert figure(page, "self_approvals") == "≥ 6"
    # Nine refused submissions left four events with a count.
    assert figure(page, "requests_refused") == "9"


def moved(items: list[Item], before: str, after: str) -> list[Item]:
    """The items with another day: no chain verifies any more, which figures do not look at."""
    return [rehashed(item, at=json.loads(item["event"])["at"].replace(before, after)) for item in items]


def test_a_count_of_refusals_is_split_where_the_period_ends(tmp_path: Path) -> None:
    items = furnished()[0]
    counts = [i for i in items if i["pk"].startswith("REQ#refused-")]
    later = [item if item in counts[:2] else moved([item], "11-02", "11-09")[0] for item in counts]
    _, first, _ = reported(tmp_path / "first", later)
    _, second, _ = reported(tmp_path / "second", later, ("2026-11-08", "2026-11-14"))
    assert int(figure(first, "requests_refused")) == json.loads(counts[1]["event"])["details"]["count"]
    assert int(figure(first, "requests_refused")) + int(figure(second, "requests_refused")) == 9


def test_a_request_counts_when_it_was_made_and_a_decision_when_it_was_taken(tmp_path: Path) -> None:
    items, names = furnished()
    mine = [item for item in items if item["pk"] == f"REQ#{names['denied']}"]
    split = [*mine[:3], *moved(mine[3:], "11-02", "11-09")]
    _, first, _ = reported(tmp_path / "first", split)
    _, second, rows = reported(tmp_path / "second", split, ("2026-11-08", "2026-11-14"))
    assert (figure(first, "submitted"), figure(first, "denials")) == ("1", "0")
    assert (figure(second, "submitted"), figure(second, "denials")) == ("0", "1")
    assert [row["decision"] for row in rows["decisions"]] == ["deny"]
    assert rows["requests"][0]["seconds_to_decision"] == "604800.000"
    assert "a day or more 1" in second.text
    assert "a day or more 1" not in first.text
    # The whole record is told; what was before the period is marked as such.
    assert second.source.count('class="outside"') == 3


def test_all_controls_are_there_and_all_links_lead_to_their_events(tmp_path: Path) -> None:
    _, page, _ = reported(tmp_path, furnished()[0])
    assert {control.id for framework in frameworks() for control in framework.controls} == CONTROLS
    assert len(page.ids) == len(set(page.ids))
    assert {link.removeprefix("#") for link in page.links} <= set(page.ids)
    for row in re.findall(r"<tr><td>[^<]* <span class=\"soft small\">\(.*?</tr>", page.source):
        number = int(re.sub(r"\D", "", re.findall(r'class="number">(.*?)<', row)[0]))
        assert bool(number) is ("<a href=" in row), row


def test_a_figure_links_to_events_of_its_own_kind(tmp_path: Path) -> None:
    items, _ = furnished()
    _, page, _ = reported(tmp_path, items)
    types = {f"{e['request_id']}-{e['seq']}": e["type"] for e in said(items)}
    for topic in TOPICS.values():
        rows = re.findall(rf"<td>{re.escape(topic.words)} <span.*?</tr>", page.source)
        for place in (link for row in rows for link in re.findall(r'href="#(.*?)"', row)):
            assert types[place] in topic.types


def test_a_period_without_events_has_claims_without_evidence(tmp_path: Path) -> None:
    code, page, rows = reported(tmp_path, furnished()[0], ("2025-01-01", "2025-12-31"))
    assert code == 0
    assert page.text.count("so the claim has no evidence here") == len(CONTROLS)
    assert "There are no events in this period" in page.text
    assert all(rows[name] == [] for name in rows)
    assert "≥" not in page.text


def test_a_period_that_ends_after_the_export_says_so(tmp_path: Path) -> None:
    _, page, _ = reported(tmp_path / "later", furnished()[0])
    assert "The export was taken at 2026-11-02 12:00:00 UTC, before the period ended." in page.text
    _, page, _ = reported(tmp_path / "earlier", furnished()[0], ("2026-11-01", "2026-11-01"))
    assert "before the period ended" not in page.text


def many(count: int) -> list[Item]:
    """Requests that differ in their ids alone, one a minute."""
    first = [item for item in furnished()[0] if item["pk"] == f"REQ#{furnished()[1]['denied']}"]
    return [
        rehashed({**item, "pk": f"REQ#req-{number:024x}"}, request_id=f"req-{number:024x}")
        for number in range(count)
        for item in first
    ]


def test_a_large_export_is_told_in_part_and_written_whole(tmp_path: Path) -> None:
    _, page, rows = reported(tmp_path, many(40), WEEK, "--requests", "20")
    assert "This report tells 20 of 40 requests in full" in page.text
    assert page.elements["section"] == 1 + len(CONTROLS) + 20
    assert {link.removeprefix("#") for link in page.links} <= set(page.ids)
    assert len(rows["requests"]) == 40
    assert len({row["record"] for row in rows["events"]}) == 40


def test_examples_are_told_however_few_requests_are(tmp_path: Path) -> None:
    _, page, _ = reported(tmp_path, many(40), WEEK, "--requests", "1")
    assert f"This report tells {EXAMPLES} of 40 requests in full" in page.text
    assert {link.removeprefix("#") for link in page.links} <= set(page.ids)


def test_names_that_mean_harm_stay_text(tmp_path: Path) -> None:
    items, names = furnished()
    mine = [
        rehashed(item, actor={"kind": "agent", "id": HOSTILE, "channel": HOSTILE}, action=HOSTILE)
        for item in items
        if item["pk"] == f"REQ#{names['refusing']}"
    ]
    _, page, rows = reported(tmp_path, mine)
    assert "script" not in page.elements
    assert "&lt;script&gt;" in page.source
    assert "\u202e" not in page.source
    assert "\\u202etxt" in page.source
    assert {row["who"] for row in rows["events"]} == {"'" + HOSTILE.replace("\u202e", "\\u202e")}
    assert {row["agent"][0] for row in rows["requests"]} == {"'"}


@pytest.mark.parametrize(
    "changes",
    [
        {"at": "yesterday"},
        {"at": "2026-11-02T10:00:00"},
        {"actor": "petra.approver"},
        {"details": 7},
        {"type": None, "actor": {}},
    ],
    ids=str,
)
def test_a_record_that_cannot_be_read_is_counted_and_left_out(changes: dict[str, Any], tmp_path: Path) -> None:
    items, names = furnished()
    place = next(i for i, item in enumerate(items) if item["pk"] == f"REQ#{names['denied']}")
    items[place] = rehashed(items[place], **changes)
    code, page, rows = reported(tmp_path, items)
    assert code == 1
    assert "1 record could not be read and is not in this report" in page.text
    assert {row["request_id"] for row in rows["requests"]} == set(names.values()) - {names["denied"]}
    assert names["denied"] not in {row["record"] for row in rows["events"]}


def test_every_event_and_every_refusal_has_words() -> None:
    assert {kind.value for kind in EventType} == _SENTENCES.keys()

    def codes(kind: type[Refusal]) -> set[str]:
        return {kind.code}.union(*map(codes, kind.__subclasses__()))

    assert codes(Refusal) <= coded().keys()


def test_every_column_is_documented(tmp_path: Path) -> None:
    _, page, rows = reported(tmp_path, furnished()[0])
    manual = (Path(__file__).parents[4] / "docs/auditors.md").read_text(encoding="utf-8")
    for sheet in SHEETS:
        assert f"`{sheet.name}`" in manual
        head = (tmp_path / "report" / sheet.name).read_text(encoding="utf-8").splitlines()[0]
        assert head.split(",") == list(sheet.columns)
        assert all(column in page.text for column in sheet.columns)
    assert {sheet.name for sheet in SHEETS} == {f"{name}.csv" for name in rows}


def test_the_time_of_the_report_is_told_in_utc(tmp_path: Path) -> None:
    _, page, _ = reported(tmp_path, furnished()[0])
    made = re.search(r"made (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) by", page.text)
    assert made is not None
    assert datetime.fromisoformat(made[1])
