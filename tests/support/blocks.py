"""What a reader sees of Block Kit blocks."""

from __future__ import annotations

import itertools
from typing import Any

type Block = dict[str, Any]


def texts(node: object) -> list[str]:
    """All texts under a block, in order."""
    if isinstance(node, dict):
        own = [node["text"]] if isinstance(node.get("text"), str) else []
        return own + [text for value in node.values() for text in texts(value)]
    return [text for item in node for text in texts(item)] if isinstance(node, list) else []


def marked_up(node: object) -> list[str]:
    """The texts in which Slack follows markup."""
    if isinstance(node, dict):
        own = [str(node["text"])] if node.get("type") == "mrkdwn" else []
        return own + [text for value in node.values() for text in marked_up(value)]
    return [text for item in node for text in marked_up(item)] if isinstance(node, list) else []


def kinds(node: object) -> set[str]:
    if isinstance(node, dict):
        return {str(node["type"])} | {k for v in node.values() for k in kinds(v)} if "type" in node else set()
    return {k for item in node for k in kinds(item)} if isinstance(node, list) else set()


def under(label: str, blocks: list[Block]) -> list[str]:
    """The lines in the frames with exactly this label, and those in which they go on."""
    shown: list[str] = []
    for block in blocks:
        if block["type"] != "rich_text" or len(block["elements"]) != 2:
            continue
        heading, frame = block["elements"]
        if heading["elements"][0]["text"] in (label, f"{label}, continued"):
            shown += frame["elements"][0]["text"].split("\n")
    return shown


def fields(blocks: list[Block]) -> dict[str, str]:
    """The labelled fields: values by name."""
    found: list[str] = [field["text"].strip("*") for block in blocks if "fields" in block for field in block["fields"]]
    return {name: value for name, value in itertools.batched(found, 2, strict=True)}  # noqa: C416 - typed as pairs
