"""What approvers are answered, and what a decision leads to."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError

from tests.e2e.driver import Live

AGENT, OWNER, OPERATOR = "export-bot", "olive.owner", "sam.operator"
APPROVER, OTHER_APPROVER, NOT_ASKED = "petra.approver", "quinn.approver", "rosa.security"


def test_owner_and_operator_are_refused_as_such_and_it_is_written(live: Live) -> None:
    request_id, digest = live.waiting(AGENT)
    for person in (OWNER, OPERATOR):
        assert live.decide(person, request_id, "approve", digest).said == (403, "self_approval")
    refused = [event for event in live.chain(request_id) if event["type"] == "decision.refused"]
    assert [(e["actor"]["id"], e["actor"]["channel"], e["details"]["code"]) for e in refused] == [
        (OWNER, "api", "self_approval"),
        (OPERATOR, "api", "self_approval"),
    ]
    assert live.view(AGENT, request_id)["decisions"] == []


def test_whom_the_agent_acts_for_cannot_decide(live: Live) -> None:
    request_id, digest = live.waiting(AGENT, on_behalf_of=OTHER_APPROVER)
    assert live.decide(OTHER_APPROVER, request_id, "approve", digest).said == (403, "self_approval")
    assert live.decide(APPROVER, request_id, "deny", digest).status == 200


def test_a_person_who_was_not_asked_is_no_approver(live: Live) -> None:
    request_id, digest = live.waiting(AGENT)
    assert live.decide(NOT_ASKED, request_id, "approve", digest).said == (403, "not_an_approver")
    assert live.told(request_id)[-1] == ("decision.refused", "not_an_approver")


def test_a_decision_about_something_else_is_stale(live: Live) -> None:
    request_id, digest = live.waiting(AGENT)
    _, other = live.waiting(AGENT)
    for wrong in (other, "0" * 64, digest[:-1]):
        assert live.decide(APPROVER, request_id, "approve", wrong).said == (409, "stale_digest")
    assert live.view(AGENT, request_id)["status"] == "pending"


@pytest.mark.parametrize("more", [{"decision": "maybe"}, {"by": APPROVER}, {"approved": True}, {"presented_digest": 1}])
def test_a_body_with_anything_else_in_it_is_malformed(live: Live, more: dict[str, object]) -> None:
    request_id, digest = live.waiting(AGENT)
    body = {"decision": "approve", "presented_digest": digest, **more}
    reply = live.call(OWNER, "POST", f"/v1/requests/{request_id}/decisions", body)
    assert reply.said == (400, "malformed_request")
    assert live.view(AGENT, request_id)["status"] == "pending"


def test_an_approver_sees_what_they_may_decide_and_an_owner_does_not(live: Live) -> None:
    request_id = live.waiting(AGENT)[0]

    def listed(person: str) -> set[str]:
        found: set[str] = set()
        cursor: str | None = ""
        while cursor is not None:
            page = live.call(person, "GET", f"/v1/requests?status=pending{cursor and '&next=' + cursor}").json
            found |= {view["request_id"] for view in page["requests"]}
            cursor = page["next"] and page["next"].replace("|", "%7C").replace(":", "%3A")
        return found

    assert request_id in listed(APPROVER)
    assert request_id not in listed(OWNER)
    assert request_id not in listed(NOT_ASKED)
    assert live.view(APPROVER, request_id)["status"] == "pending"
    assert live.view(OPERATOR, request_id)["status"] == "pending", "auditors read"


def test_a_denial_is_final(live: Live) -> None:
    request_id, digest = live.waiting(AGENT)
    reply = live.decide(APPROVER, request_id, "deny", digest, reason="not for Delphine Nettlesham")
    assert (reply.status, reply.json["status"]) == (200, "denied")
    assert "Delphine" not in str(reply.json)
    assert live.decide("otto.owner", request_id, "approve", digest).said == (409, "already_settled")
    assert live.redeem(AGENT, request_id).said == (409, "not_approved")
    (decision,) = live.view(AGENT, request_id)["decisions"]
    assert (decision["decision"], decision["reason"]) == ("deny", "not for [NAME-1]"), "the agent hears why"
    assert ("request.denied", None) in live.told(request_id)
    assert ("request.approved", None) not in live.told(request_id)


def test_credentials_are_handed_out_once_however_many_ask_at_once(live: Live) -> None:
    request_id, digest = live.waiting(AGENT)
    assert live.redeem(AGENT, request_id).said == (409, "not_approved")
    assert live.decide(APPROVER, request_id, "approve", digest).json["status"] == "approved"
    live.until(AGENT, request_id, "grant")
    with ThreadPoolExecutor(4) as pool:
        replies = list(pool.map(lambda _: live.redeem(AGENT, request_id), range(4)))
    assert Counter(reply.said for reply in replies) == {(200, None): 1, (409, "already_redeemed"): 3}
    (credential,) = [reply.json for reply in replies if reply.status == 200]
    arn = live.client("sts", credential).get_caller_identity()["Arn"]
    assert arn.endswith(f"assumed-role/sallyport-target-s3-export/{request_id}")
    types = Counter(event["type"] for event in live.chain(request_id))
    assert (types["grant.redeemed"], types["credentials.issued"], types["credentials.refused"]) == (1, 1, 4)
    assert credential["SecretAccessKey"] not in str(live.chain(request_id))
    assert live.call(AGENT, "DELETE", f"/v1/requests/{request_id}").said == (409, "already_settled")
    assert live.call(AGENT, "POST", f"/v1/requests/{request_id}/result").said == (409, "wrong_delivery")


def test_a_credential_ends_when_the_agent_says_that_it_is_done(live: Live) -> None:
    request_id, digest = live.waiting(AGENT)
    live.decide(APPROVER, request_id, "approve", digest)
    live.until(AGENT, request_id, "grant")
    s3 = live.client("s3", live.redeem(AGENT, request_id).json)
    wanted = {"Bucket": "sallyport-sample-data", "Key": "patients/2025/pat-00003.json"}
    assert s3.head_object(**wanted)["ContentLength"]
    reply = live.call(AGENT, "DELETE", f"/v1/requests/{request_id}/grant")
    assert (reply.status, reply.json["status"]) == (200, "closed")
    with pytest.raises(ClientError, match="403"):
        s3.head_object(**wanted)
    assert live.told(request_id)[-1][0] in {"grant.revoked", "request.closed"}
    assert live.vaulted(request_id) == []


def test_the_events_of_an_approved_request_tell_its_story(live: Live) -> None:
    request_id, digest = live.waiting(AGENT)
    live.decide(APPROVER, request_id, "approve", digest, reason="checked")
    live.redeem(AGENT, request_id)
    live.until(AGENT, request_id, "status", "redeemed")
    events = live.chain(request_id)
    assert [event["type"] for event in events][:8] == [
        "request.submitted",
        "request.masked",
        "approval.requested",
        "decision.recorded",
        "request.approved",
        "grant.issued",
        "grant.redeemed",
        "credentials.issued",
    ]
    decided = events[3]
    assert (decided["actor"]["kind"], decided["actor"]["id"]) == ("person", APPROVER)
    assert decided["presented_digest"] == digest
    assert len({event["action_digest"] for event in events}) == 1
