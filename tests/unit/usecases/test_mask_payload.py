"""The view that a person decides on. When it cannot be made, nothing is shown."""

import hashlib
from dataclasses import replace
from typing import Any

import pytest

from sallyport.domain.accounts import GuardedAccount
from sallyport.domain.ports import PortFailed
from sallyport.masking import MaskingFailed
from sallyport.usecases import mask_payload as module
from tests.fakes.ports import ACCOUNT
from tests.support.story import EXPORT, Story, refused, submission

RAW = submission(reason="For John Smith, MRN 12345678", context={"phone": "(555) 123-4567"})


def shown(story: Story) -> dict[str, Any]:
    digest = story.request.presented_digest
    assert digest is not None
    return story.ports.views.get(digest).members


def test_scope_is_shown_exactly_and_everything_else_masked() -> None:
    story = Story().submitted(RAW).masked()
    view = shown(story)
    assert view["masked"]["parameters"] == EXPORT
    assert view["hidden"] == []
    assert not any(raw in str(view) for raw in ("Smith", "12345678", "123-4567"))
    assert view["findings"]


def test_masking_is_audited_by_counts_and_categories() -> None:
    story = Story().submitted(RAW).masked()
    assert story.types == ["request.submitted", "request.masked"]
    assert story.last["details"]["findings"] == len(shown(story)["findings"])
    assert set(story.last["details"]["categories"]) == {f["category"] for f in shown(story)["findings"]}
    assert story.last["presented_digest"] == story.request.presented_digest


def test_what_is_declared_hidden_has_a_marker_and_a_warning_with_reason_length_and_digest() -> None:
    story = Story().action(hidden={"prefix": "a prefix can hold a number of somebody's"})
    story.submitted(submission(parameters={**EXPORT, "prefix": "patients/123-45-6789/"})).masked()
    view = shown(story)
    assert "123-45-6789" not in str(view)
    assert view["masked"]["parameters"] == {**EXPORT, "prefix": "[HIDDEN-1]"}
    (hidden,) = view["hidden"]
    digest = story.ports.vault.get(story.request_id).value_digest("prefix")
    assert hidden["digest"] == digest
    said = view["warnings"][-1]
    assert said.startswith("you do not see prefix: a prefix can hold a number of somebody's; CloudTrail will hold it")
    assert f"(21 characters, digest {digest[:12]})" in said


def test_digest_of_a_hidden_value_tells_neither_the_value_nor_that_two_requests_agree() -> None:
    digests = set[str]()
    for reason in ("one", "two"):
        story = Story().action(hidden={"prefix": "a prefix can hold a number of somebody's"})
        story.ports.entropy.drawn = len(digests)  # the fake's salt follows from it
        story.submitted(submission(reason=reason)).masked()
        digests.add(shown(story)["hidden"][0]["digest"])
    assert len(digests) == 2
    assert hashlib.sha256(EXPORT["prefix"].encode()).hexdigest() not in digests


def test_a_parameter_that_a_rule_of_the_deployment_would_mask_is_not_put_before_anybody() -> None:
    story = Story().policy(masking={"fields": [{"path": "$.parameters", "treat": "mask"}]}).submitted(RAW)
    with refused("identifier_in_scope"):
        story.masked()
    assert not story.ports.views.views


def test_words_of_the_card_come_from_policy_and_directory_alone() -> None:
    """An agent cannot call itself something else or its action harmless."""
    deceitful = submission(context={"agent": "trusted-bot", "risk": "low", "title": "Nothing to see"})
    view = shown(Story().submitted(deceitful).masked())
    assert (view["agent"], view["owner"], view["risk"]) == ("export-bot", "olive.owner", "high")
    assert view["title"] == "Export an S3 prefix"


def test_masking_twice_changes_nothing() -> None:
    story = Story().submitted(RAW).masked()
    before = story.request
    story.masked()
    assert story.request == before
    assert story.types.count("request.masked") == 1


def test_a_vault_that_holds_something_else_is_noticed() -> None:
    story = Story().submitted(RAW)
    vault = story.ports.vault.records
    vault[story.request_id] = replace(vault[story.request_id], parameters={**EXPORT, "prefix": "everything/"})
    with refused("digest_mismatch"):
        story.masked()
    assert story.request.presented_digest is None
    assert not story.ports.views.views


def test_an_empty_vault_masks_nothing() -> None:
    story = Story().submitted(RAW)
    story.ports.vault.delete(story.request_id)
    with pytest.raises(PortFailed, match="vault_unavailable"):
        story.masked()
    assert story.types == ["request.submitted"]


def test_when_masking_fails_no_view_is_kept_and_no_event_written(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise MaskingFailed("over_budget")

    monkeypatch.setattr(module, "mask", fail)
    story = Story().submitted(RAW)
    with pytest.raises(MaskingFailed):
        story.masked()
    assert not story.ports.views.views
    assert story.types == ["request.submitted"]
    story.closed("over_budget")
    assert (story.request.status, story.request.code) == ("failed", "over_budget")
    assert not story.ports.chat.posted


def test_nothing_is_said_of_parameters_that_session_policy_and_call_do_not_hold() -> None:
    """The sentence of a card tells what is bound. Whatever else the vaulted record says makes no card."""
    story = Story().submitted()
    vault = story.ports.vault.records
    other = replace(vault[story.request_id], parameters={**EXPORT, "prefix": "calm/"})
    vault[story.request_id] = other
    request = story.ports.store.requests[story.request_id]
    story.ports.store.requests[story.request_id] = replace(request, action_digest=other.action_digest)
    with refused("policy_changed"):
        story.masked()
    assert not story.ports.views.views


def test_the_account_is_told_by_the_name_that_people_know() -> None:
    told = GuardedAccount("clinic-prod", ACCOUNT, ("us-east-1",))
    story = Story().policy(accounts={"clinic-prod": told}).submitted().masked()
    assert shown(story)["sentence"].endswith(
        "of bucket sallyport-sample-export in account clinic-prod, within 15 minutes"
    )
