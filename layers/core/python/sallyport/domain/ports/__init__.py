"""What use cases and services need from outside. Each port has two implementations (AWS's or Slack's, and a fake), and
one contract suite that both pass (`tests/contracts`)."""

from __future__ import annotations

from sallyport.domain.ports.authority import (
    Answer,
    Authorizer,
    Outlook,
    Verb,
)
from sallyport.domain.ports.bundles import (
    AuthorityPorts,
    CardPorts,
    ChatPeoplePorts,
    GrantPorts,
    JudgePorts,
    NotifyPorts,
    OpenRequestPorts,
    PlacePorts,
    Places,
    Ports,
    RecordPorts,
    RedeemPorts,
    RenderPorts,
    RoutePorts,
    SessionPorts,
    TallyPorts,
    ViewPorts,
    WorkflowPorts,
)
from sallyport.domain.ports.effects import (
    CredentialIssuer,
    Entropy,
    SamenessKey,
    Workflow,
)
from sallyport.domain.ports.failures import (
    ChatFailed,
    Conflict,
    Exists,
    PortFailed,
    TooManyRequests,
)
from sallyport.domain.ports.storage import (
    Limits,
    RequestStore,
    Vault,
    Views,
)

__all__ = [
    "Answer",
    "AuthorityPorts",
    "Authorizer",
    "CardPorts",
    "ChatFailed",
    "ChatPeoplePorts",
    "Conflict",
    "CredentialIssuer",
    "Entropy",
    "Exists",
    "GrantPorts",
    "JudgePorts",
    "Limits",
    "NotifyPorts",
    "OpenRequestPorts",
    "Outlook",
    "PlacePorts",
    "Places",
    "PortFailed",
    "Ports",
    "RecordPorts",
    "RedeemPorts",
    "RenderPorts",
    "RequestStore",
    "RoutePorts",
    "SamenessKey",
    "SessionPorts",
    "TallyPorts",
    "TooManyRequests",
    "Vault",
    "Verb",
    "ViewPorts",
    "Views",
    "Workflow",
    "WorkflowPorts",
]
