"""`verify --views`: the kept views are what people were shown, or it is said which are not."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
import rfc8785
from moto import mock_aws

from sallyport_cli.main import main
from tests.support.evidence import Item, World, items_of, rehashed, write_export
from tests.support.notary import Notary
from tests.unit.cli.audit.test_tampering import rebuilt


@dataclass
class Gallery:
    """Two requests, and what people were shown of each, as the gate keeps it."""

    home: Path
    items: list[Item]
    names: dict[str, str]
    says: pytest.CaptureFixture[str]

    @property
    def views(self) -> Path:
        return self.home / "kept"

    def view(self, name: str) -> Path:
        """The kept view of a request, by its digest."""
        masked = next(event for event in self.events(name) if event["type"] == "request.masked")
        return self.views / "views" / f"{masked['presented_digest']}.json"

    def events(self, name: str) -> list[dict[str, Any]]:
        return [json.loads(item["event"]) for item in self.items if item["pk"] == f"REQ#{self.names[name]}"]

    def verified(self, what: Path | None = None, views: str | None = None) -> tuple[int, dict[str, Any]]:
        source = what or write_export(self.home / "export", self.items)
        self.says.readouterr()
        code = main(["audit", "verify", str(source), "--views", views or str(self.views), "--json"])
        return code, json.loads(self.says.readouterr().out)


@pytest.fixture
def gallery(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Gallery:
    world = World()
    world.story("one").decided().granted().redeemed()
    world.story("two", reason="Łódź, 東京 🏥, for Jane Roe")
    made = Gallery(tmp_path, items_of(world.ports), world.names, capsys)
    (made.views / "views").mkdir(parents=True)
    for digest, view in world.ports.views.views.items():
        (made.views / "views" / f"{digest}.json").write_bytes(rfc8785.dumps(json.loads(view)))
    return made


def test_views_that_are_as_they_were_shown_are_clean(gallery: Gallery) -> None:
    code, said = gallery.verified()
    assert (code, said["verdict"], said["views"]) == (0, "clean", 2)


def word_changed(gallery: Gallery) -> None:
    view = gallery.view("one")
    view.write_bytes(view.read_bytes().replace(b"Quarterly report", b"Annual report"))


def respaced(gallery: Gallery) -> None:
    view = gallery.view("one")
    view.write_text(json.dumps(json.loads(view.read_text()), indent=1))


def emptied(gallery: Gallery) -> None:
    gallery.view("one").write_bytes(b"")


def of_another_request(gallery: Gallery) -> None:
    gallery.view("one").write_bytes(gallery.view("two").read_bytes())


def removed(gallery: Gallery) -> None:
    gallery.view("one").unlink()


def all_removed(gallery: Gallery) -> None:
    for view in (gallery.views / "views").iterdir():
        view.unlink()


@pytest.mark.parametrize(
    ("edit", "found"),
    [
        (word_changed, [("view_altered", "one")]),
        (respaced, [("view_altered", "one")]),
        (emptied, [("view_altered", "one")]),
        (of_another_request, [("view_altered", "one")]),
        (removed, [("view_missing", "one")]),
        (all_removed, [("view_missing", "one"), ("view_missing", "two")]),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_view_that_was_touched_is_named(
    gallery: Gallery, edit: Callable[[Gallery], None], found: list[tuple[str, str]]
) -> None:
    edit(gallery)
    code, said = gallery.verified()
    named = [(f["kind"], f["request"], f["sequence"]) for f in said["findings"]]
    assert (code, named) == (1, [(kind, gallery.names[name], 1) for kind, name in found])


def with_digest(gallery: Gallery, digest: str) -> None:
    """The chain of `two` made anew, to tell another digest."""
    for i, item in enumerate(gallery.items):
        if item["pk"] == f"REQ#{gallery.names['two']}" and "presented_digest" in json.loads(item["event"]):
            gallery.items[i] = rehashed(item, presented_digest=digest)
    gallery.items = rebuilt(gallery.items, gallery.names["two"])


def test_a_chain_that_tells_the_view_of_another_request_is_found(gallery: Gallery) -> None:
    with_digest(gallery, gallery.view("one").stem)
    code, said = gallery.verified()
    (finding,) = said["findings"]
    assert (code, finding["kind"], finding["request"]) == (1, "view_altered", gallery.names["two"])
    assert finding["detail"].endswith("is that of another request")


def test_a_digest_leads_to_no_other_file(gallery: Gallery) -> None:
    (gallery.home / "secret.json").write_text("{}")
    with_digest(gallery, "../../secret")
    assert [f["kind"] for f in gallery.verified()[1]["findings"]] == ["view_missing"]


def test_view_that_has_its_digest_and_another_form_is_found(gallery: Gallery) -> None:
    """Whoever can make digests can make one of a text that two programs read in two ways."""
    text = b'{"request_id":"x","request_id":"y"}'
    digest = hashlib.sha256(text).hexdigest()
    (gallery.views / "views" / f"{digest}.json").write_bytes(text)
    with_digest(gallery, digest)
    (finding,) = gallery.verified()[1]["findings"]
    assert finding["detail"].endswith("is not in RFC 8785 form")


def test_receipt_beside_the_views(gallery: Gallery) -> None:
    notary = Notary(gallery.home / "worm")
    notary.append(*(item["event"] for item in gallery.items))
    notary.sign()
    path = gallery.home / "receipt.json"
    assert main(["audit", "receipt", gallery.names["one"], "--worm", str(notary.worm), "--out", str(path)]) == 0
    assert gallery.verified(path)[0] == 0
    word_changed(gallery)
    code, said = gallery.verified(path)
    assert (code, [f["kind"] for f in said["findings"]]) == (1, ["view_altered"])


def test_views_in_a_bucket(gallery: Gallery, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket="views")
        for path in (gallery.views / "views").iterdir():
            s3.put_object(Bucket="views", Key=f"views/{path.name}", Body=path.read_bytes())
        assert gallery.verified(views="s3://views")[0] == 0
        export = gallery.home / "export"
        s3.delete_object(Bucket="views", Key=f"views/{gallery.view('two').name}")
        code, said = gallery.verified(export, "s3://views")
        assert (code, [f["kind"] for f in said["findings"]]) == (1, ["view_missing"])
        code, said = gallery.verified(export, "s3://nobodys")
        assert (code, said["verdict"]) == (2, "cannot_tell")


def test_views_that_are_nowhere_cannot_be_told(gallery: Gallery) -> None:
    assert gallery.verified(views=str(gallery.home / "nowhere"))[0] == 2


def test_how_many_views_were_looked_at_is_said(gallery: Gallery) -> None:
    export = write_export(gallery.home / "export", gallery.items)
    assert main(["audit", "verify", str(export), "--views", str(gallery.views)]) == 0
    assert "digests of kept views computed again: 2" in gallery.says.readouterr().out
