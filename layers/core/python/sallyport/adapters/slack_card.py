"""A card as Slack blocks: what becomes possible, who asks, why, until when, and the buttons, all on the first screen;
below them whatever else there is to know. Whatever is left out, the card says so and where to find it."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from sallyport.adapters import slack_text as text
from sallyport.adapters.slack_text import Block
from sallyport.domain.cards import APPROVE, DENY, DETAILS, EXPLAIN, WITHDRAW, block_id
from sallyport.domain.channels import Card, Unpresentable
from sallyport.domain.display import exact, mixes_alphabets, visible
from sallyport.domain.outline import outline, paragraphs

# Slack's limit of a message. All its texts together: unpublished, `msg_blocks_too_long` was measured from about 11,300
# characters (bolt-js #2509).
_BLOCKS = 50
_CHARACTERS = 10_000
# For who decided, who ended it, and what came of it.
_SPARE = 1_500
# What a reader of Slack's desktop client has before them without scrolling.
FIRST_SCREEN = 12
_REASON_ROWS = 6
_CONTEXT_ROWS = 14
# A value up to this long stands beside its name, one up to that long below it; a longer one is left to the details.
_BESIDE, _BELOW = 68, 1500
_ALL_BELOW = 4000
_IN_DETAILS = "whole under Details"
# What policy calls this channel.
_HERE = "slack"
# A denial cannot be taken back.
_DENY_ASKS = {
    "title": text.plain("Deny?"),
    "text": text.plain("The agent is refused; it can ask again. You can say why in the next step."),
    "confirm": text.plain("Deny"),
    "deny": text.plain("Back"),
    "style": "danger",
}

REASON = "Reason, in the agent's words"
CONTEXT = "Context, in the agent's words"


def message_of(card: Card) -> list[Block]:
    """Raises Unpresentable when even a card that leaves to the details what it can would be too long."""
    view = card.view.members
    asked = [text.bold(view["sentence"]), text.section(who(view))]
    # Once a request is over, people want to know how it ended; until then, how to decide it.
    ended, so_far = ([], _outcome(card)) if card.open else (_outcome(card), [])
    until = [_until(card), *_elsewhere(card), *ended, _buttons(card)]
    parameters = _parameters(view)
    room = FIRST_SCREEN - text.rows([*asked, *until])
    reason = _reason(view, room)
    above, below = [*asked, *reason], parameters
    if text.rows([*above, *parameters, *until]) <= FIRST_SCREEN:
        above, below = [*above, *parameters], []
    blocks = [*above, *until, *so_far, *below, text.section(effect(view)), *_unseen(view), _to_check(view)]
    last = [*_about(card, view), *text.small(ids(card, view))]
    blocks += _first_that_fits([*blocks, *last], _whole_reason(view, reason), [])
    blocks += _first_that_fits([*blocks, *last], _context(view), _no_context(view))
    if not _fits([*blocks, *last]):
        raise Unpresentable
    return [*blocks, *last]


def fallback_of(card: Card) -> str:
    """The notification's text: ids alone, since it shows up on lock screens."""
    view = card.view.members
    return f"Sallyport: {view['action']} asked for by {view['agent']} ({card.request_id}): {card.status}"


def who(view: dict[str, Any]) -> str:
    """Risk, and who asks for whom, by the directory's names."""
    names = view["names"]
    behalf = f" on behalf of {names[view['on_behalf_of']]}" if view["on_behalf_of"] else ""
    return f"{view['risk'].capitalize()} risk. {view['agent']}, an agent of {names[view['owner']]}, asks{behalf}."


def effect(view: dict[str, Any]) -> str:
    """How the approval is used, and what outlasts it."""
    stays = f" Afterwards, {'; '.join(view['outlasts'])}." if view["outlasts"] else ""
    return f"{_sentence(view['warnings'][0])}{stays}"


def ids(card: Card, view: dict[str, Any]) -> str:
    digests = f"action {card.action_digest[:12]}, view {card.presented_digest[:12]}"
    return f"{card.request_id}, {view['action']}, {digests}"


def written(view: dict[str, Any]) -> dict[str, list[str]]:
    """Each parameter as the card shows it, one line per value, so that a value that takes effect cannot pass for
    another."""
    hidden = {entry["parameter"] for entry in view["hidden"]}
    return {
        name: [visible(str(one)) if name in hidden else _exactly(one) for one in _listed(value)] or ["(none)"]
        for name, value in view["masked"]["parameters"].items()
    }


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _exactly(value: Any) -> str:
    """A text as it is, quoted where a reader could not see where it begins or ends."""
    if not isinstance(value, str):
        return json.dumps(value)
    seen = value.isprintable() and value == value.strip() and value[:1] not in ('"', "")
    return exact(value if seen else json.dumps(value, ensure_ascii=False))


def _parameters(view: dict[str, Any]) -> list[Block]:
    beside: list[tuple[str, str]] = []
    below: list[Block] = []
    for name, lines in written(view).items():
        joined, length = ", ".join(lines), sum(map(len, lines))
        # In a list each value has to be told from the next.
        unsure = len(lines) > 1 and any("," in line or '"' in line for line in lines)
        if len(joined) <= _BESIDE and not unsure:
            beside.append((name, joined))
        elif length <= _BELOW and text.characters(below) <= _ALL_BELOW:
            below += text.typed(name, lines)
        else:
            beside.append((name, f"{length} characters, {_IN_DETAILS}"))
    return [*text.labelled(beside), *below]


def _reason(view: dict[str, Any], room: int) -> list[Block]:
    """The reason, or as much of it as there is room for on the first screen with a word about the rest."""
    said = visible(view["masked"]["reason"]).strip("\n")
    allowed = max(1, min(room - 1, _REASON_ROWS))
    if text.rows_of_typed(said) <= allowed:
        return text.typed(REASON, said.split("\n"))
    start = _start(said, allowed)
    return text.typed(f"{REASON}, cut at {len(start)} of {len(said)} characters", start.split("\n"))


def _start(said: str, allowed: int) -> str:
    """The longest beginning that takes so many lines, to a whole word where there are words."""
    low, high = 1, len(said)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if text.rows_of_typed(said[:middle]) <= allowed else (low, middle - 1)
    words = said[:low].rstrip("\n").rpartition(" ")[0]
    return words if len(words) > low // 2 else said[:low]


def _whole_reason(view: dict[str, Any], shown: list[Block]) -> list[Block]:
    said = paragraphs(view["masked"]["reason"])
    return [] if text.characters(shown) >= sum(map(len, said)) else text.typed(f"{REASON}, whole", said)


def _context(view: dict[str, Any]) -> list[Block]:
    """The whole context or its first lines, each whole, with a word about the rest."""
    if view["masked"]["context"] is None:
        return []
    lines = outline(view["masked"]["context"])
    taken, used = 0, 0
    while taken < len(lines) and (used := used + text.rows_of_typed(lines[taken])) <= _CONTEXT_ROWS:
        taken += 1
    if taken == len(lines):
        return text.typed(CONTEXT, lines)
    if taken == 0:
        return _no_context(view)
    return text.typed(f"{CONTEXT}: {taken} of {len(lines)} lines, {_IN_DETAILS}", lines[:taken])


def _no_context(view: dict[str, Any]) -> list[Block]:
    said = json.dumps(view["masked"]["context"], ensure_ascii=False)
    return text.small(f"{CONTEXT}: {len(said)} characters, {_IN_DETAILS}.")


def _unseen(view: dict[str, Any]) -> list[Block]:
    """Warnings about what takes effect but is not shown, and about what is not what it looks like."""
    said = [_sentence(warning) for warning in view["warnings"][1:]]
    if mixes_alphabets(json.dumps(view["masked"], ensure_ascii=False)):
        said.append(r"Some words mix alphabets; letters that pass for others are spelled out, such as \u{430}.")
    return [text.section(line) for line in said]


def _about(card: Card, view: dict[str, Any]) -> list[Block]:
    counts = Counter[str]()
    for finding in view["findings"]:
        counts[finding["category"]] += finding["count"]
    masked = ", ".join(f"{count} {category}" for category, count in sorted(counts.items()))
    owner = view["names"][view["owner"]]
    why = f"You are asked as one of {', '.join(card.asked)}; {owner}, who owns the agent, may not approve."
    hidden = "".join(f" but {entry['parameter']}" for entry in view["hidden"])
    said = f"Masked: {masked or 'nothing'}. Every parameter{hidden} is shown exactly as it takes effect."
    return text.small(said, *([why] if card.open else []))


def _until(card: Card) -> Block:
    if card.open:
        have = f" · {len(card.approved_by)} of {card.quorum} approvals"
        return text.dated("Decide before", card.expires_at, have)
    return text.section(f"Status: {card.status}" + (f" ({card.code})" if card.code else ""))


def _outcome(card: Card) -> list[Block]:
    said = [
        f"{verb} by {', '.join(people)}"
        for verb, people in (("Approved", card.approved_by), ("Denied", card.denied_by))
        if people
    ]
    until = [text.dated("Its credential works until", card.works_until)] if card.works_until else []
    return [*text.small(*said, *card.notes), *until]


def _elsewhere(card: Card) -> list[Block]:
    """How to approve what cannot be approved here."""
    if not card.open or _HERE in card.channels:
        return []
    how = f"through the API: POST /v1/requests/{card.request_id}/decisions" if card.channels else "by nobody any more"
    return text.small(f"Not approved in Slack, but {how}. You can deny it here.")


def _buttons(card: Card) -> Block:
    about = card.request_id
    decide = [
        # One click, since the sentence stands right above; what weighs more is confirmed in a form.
        *([text.button(APPROVE, "Approve", about, style="primary")] if _HERE in card.channels else []),
        text.button(DENY, "Deny", about, style="danger", confirm=_DENY_ASKS),
        *([text.button(WITHDRAW, "Withdraw", about)] if card.approved_by else []),
    ]
    explain = [text.button(EXPLAIN, "Say why (who denied)", about)] if card.unexplained else []
    return {
        "type": "actions",
        "block_id": block_id(card.action_digest, card.presented_digest),
        "elements": [*(decide if card.open else explain), text.button(DETAILS, "Details", about)],
    }


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


def _to_check(view: dict[str, Any]) -> Block:
    return text.section(f"To check: {view['review']}")


def _first_that_fits(beside: list[Block], *choices: list[Block]) -> list[Block]:
    """The first choice that fits, or else the last one. Some room is kept for what the card must say once it is
    decided, because otherwise it could not be updated."""
    return next((one for one in choices if _fits([*beside, *one], _SPARE)), choices[-1])


def _fits(blocks: list[Block], spare: int = 0) -> bool:
    return len(blocks) <= _BLOCKS and text.characters(blocks) <= _CHARACTERS - spare
