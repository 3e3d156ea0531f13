"""Cards in a Slack channel, by `slack_sdk`."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from sallyport.adapters.slack_blocks import fallback_of, layout_of, without_buttons
from sallyport.domain.ports import Card, PortFailed
from sallyport.domain.requests import CardRef

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_sdk import WebClient

# Slack gives an interaction 3 s altogether; one slow call must not eat them.
_TIMEOUT_SECONDS = 2
_NOT_MEMBERS = ("deleted", "is_bot", "is_app_user", "is_restricted", "is_ultra_restricted", "is_stranger")


class SlackChat:
    """Chat on one channel. `token` is asked for when the first call is made."""

    def __init__(self, base_url: str, channel: str, team_id: str, token: Callable[[], str]) -> None:
        self._base_url = base_url
        self._channel = channel
        self._team_id = team_id
        self._token = token

    @cached_property
    def _client(self) -> WebClient:
        from slack_sdk import WebClient  # 110 ms that a function which never calls Slack does not pay

        return WebClient(token=self._token(), base_url=self._base_url, timeout=_TIMEOUT_SECONDS)

    def post_card(self, card: Card) -> CardRef:
        layout = layout_of(card)
        # With parts in a thread the buttons come last, so that nobody can decide before everything is there to read.
        first = without_buttons(layout.message) if layout.thread else layout.message
        posted = self._post(card, first)
        ref = CardRef(posted["channel"], posted["ts"])
        for part in layout.thread:
            self._post(card, part, thread_ts=ref.message)
        if layout.thread:
            self._update(ref, card, layout.message)
        return ref

    def update_card(self, ref: CardRef, card: Card) -> None:
        self._update(ref, card, layout_of(card).message)

    def _post(self, card: Card, blocks: list[dict[str, Any]], **more: str) -> Any:
        return self._call(
            "chat_postMessage",
            channel=self._channel,
            text=fallback_of(card),
            blocks=blocks,
            unfurl_links=False,
            unfurl_media=False,
            **more,
        )

    def _update(self, ref: CardRef, card: Card, blocks: list[dict[str, Any]]) -> None:
        self._call("chat_update", channel=ref.channel, ts=ref.message, text=fallback_of(card), blocks=blocks)

    def tell(self, ref: CardRef, user_id: str, words: str) -> None:
        self._call("chat_postEphemeral", channel=ref.channel, user=user_id, text=words)

    def notify(self, ref: CardRef | None, words: str, user_ids: tuple[str, ...]) -> None:
        called = " ".join(f"<@{user_id}>" for user_id in user_ids)
        more = {"thread_ts": ref.message, "reply_broadcast": True} if ref else {}
        self._call("chat_postMessage", channel=self._channel, text=f"{words} {called}".strip(), **more)

    def is_active_member(self, user_id: str) -> bool:
        try:
            user = self._call("users_info", user=user_id)["user"]
        except PortFailed:
            return False
        return user.get("team_id") == self._team_id and not any(user.get(flag) for flag in _NOT_MEMBERS)

    def _call(self, method: str, **arguments: Any) -> Any:
        try:
            return getattr(self._client, method)(**arguments).data
        except Exception:  # noqa: BLE001 - slack_sdk raises its own errors, urllib's and the socket's; each is a chat that failed
            raise PortFailed("chat_unavailable") from None
