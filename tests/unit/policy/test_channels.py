"""`channels.yaml`: what it says is loaded in order, and what cannot be meant is refused whole."""

from __future__ import annotations

from typing import Any

import pytest

from sallyport.adapters.policy_channels import routes_from
from sallyport.adapters.policy_layer import PolicyInvalid
from sallyport.domain.routes import Route, RouteRule

KNOWN = {"action": {"s3.export"}, "group": {"security"}, "account": {"clinic-prod"}}


def test_rules_are_loaded_in_their_order() -> None:
    raw = {
        "routes": [
            {"action": "s3.export", "group": "security", "account": "clinic-prod", "slack": "C0SECURITY"},
            {"group": "security", "slack": "SlackChannelId", "direct_messages": True},
            {"direct_messages": True},
        ]
    }
    assert routes_from(raw, KNOWN) == (
        RouteRule(Route("C0SECURITY"), "s3.export", "security", "clinic-prod"),
        RouteRule(Route("", direct=True), group="security"),
        RouteRule(Route("", direct=True)),
    )


@pytest.mark.parametrize("raw", [{}, {"routes": []}, {"routes": None}])
def test_no_rules_are_none(raw: dict[str, Any]) -> None:
    assert routes_from(raw, KNOWN) == ()


@pytest.mark.parametrize(
    "raw", [[], "routes", {"routes": {"slack": "C0ALL"}}, {"rules": []}, {"routes": [], "default": "C0ALL"}]
)
def test_another_form_is_refused(raw: Any) -> None:
    with pytest.raises(PolicyInvalid, match="one member, `routes`"):
        routes_from(raw, KNOWN)


@pytest.mark.parametrize(
    "rule",
    [
        {"group": "securty", "slack": "C0SECURITY"},
        {"action": "s3.exprt", "slack": "C0SECURITY"},
        {"account": "111122223333", "slack": "C0SECURITY"},
        {"group": None, "slack": "C0SECURITY"},
        {"group": ["security"], "slack": "C0SECURITY"},
        {"slack": "#security"},
        {"slack": "security"},
        {"slack": "c0security"},
        {"slack": "D0SOMEBODY"},
        {"slack": ""},
        {"slack": None},
        {"group": "security"},
        {"group": "security", "slack": "C0SECURITY", "channel": "C0OTHER"},
        {"slack": "C0SECURITY", "direct_messages": 1},
        None,
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused_with_its_number(rule: Any) -> None:
    with pytest.raises(PolicyInvalid, match=r"channels\.yaml: rule 2: "):
        routes_from({"routes": [{"slack": "C0ALL"}, rule]}, KNOWN)
