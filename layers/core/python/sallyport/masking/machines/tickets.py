"""Numbers of tickets and changes, as trackers write them."""

from __future__ import annotations

import re

# Projects whose names say that they are about machines, and the trackers' own prefixes. `PT-2214` could be a patient.
_PROJECTS = (
    "INC|CHG|RITM|REQ|PRB|SCTASK|CTASK|TASK|STRY|DFCT|OPS|JIRA|SEC|INFRA|PLAT|PLATFORM|SRE|DEVOPS|BUG|ISSUE|GH|PR|MR|CVE|RFC|ADR"
    "|ENG|DATA|API|WEB|APP|CLOUD|NET|SUP|HELP|CORE|PROJ|TICKET|CHANGE|EPIC|STORY|DEV|QA|REL|RELEASE|CI|CD|K8S|AWS|DB|DBA|IAM|PLT|SVC|FEAT|TECH|ITSM|SD|SYS"
)
_NUMBERED = re.compile(
    rf"(?:{_PROJECTS})-\d{{1,7}}|CVE-\d{{4}}-\d{{4,7}}|CWE-\d{{1,5}}|GHSA(?:-[0-9a-z]{{4}}){{3}}|RHSA-\d{{4}}:\d{{4,5}}"
)
_SERVICENOW = re.compile(r"(?:INC|CHG|RITM|REQ|PRB|SCTASK|CTASK|TASK|STRY|DFCT|KB|CS|RLSE)\d{7,10}")


# Nobody's record is numbered so, whatever word comes before: `the appointments of OPS-2290`.
_SURE = re.compile(
    r"(?:OPS|INFRA|SRE|DEVOPS|JIRA|PLATFORM)-\d{1,7}|CVE-\d{4}-\d{4,7}|(?:INC|CHG|RITM|SCTASK|CTASK)\d{7}"
)


def sure(text: str) -> bool:
    """Whether `text` is the number of a ticket after any word."""
    return _SURE.fullmatch(text) is not None


def ticket(text: str) -> str | None:
    """`ticket` where `text` is the number of one: `INC0012345`, `OPS-2214`."""
    return "ticket" if _NUMBERED.fullmatch(text) or _SERVICENOW.fullmatch(text) else None
