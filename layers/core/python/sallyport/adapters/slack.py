"""Cards in a Slack channel, by `slack_sdk`."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sallyport.adapters.slack_card import fallback_of, message_of
from sallyport.adapters.slack_details import details_of, pages_of
from sallyport.adapters.slack_errors import failure_of
from sallyport.adapters.slack_forms import confirmation_of, why_of
from sallyport.adapters.slack_home import home_of
from sallyport.adapters.slack_pointers import asked_of, moved_of
from sallyport.domain.channels import Card, Trouble
from sallyport.domain.home import Home
from sallyport.domain.ports import ChatFailed, PortFailed
from sallyport.domain.requests import CardRef

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from slack_sdk import WebClient

    from sallyport.domain.directory import Person

# Slack gives an interaction 3 s altogether; one slow call must not eat them.
_TIMEOUT_SECONDS = 2
# Slack stamps messages by its own clock.
_CLOCKS_DIFFER = timedelta(minutes=5)
_PAGE, _PAGES = 999, 5
_CARD, _RETIRED = "sallyport_card", "sallyport_retired"
# Slack fetches nothing for what is posted, so no link in it is called by anybody but its reader.
_AS_WRITTEN = {"unfurl_links": False, "unfurl_media": False}
_NOT_MEMBERS = ("deleted", "is_bot", "is_app_user", "is_restricted", "is_ultra_restricted", "is_stranger")


class SlackChat:
    """Channel: its rooms are Slack's channels. `token` is asked for when the first call is made."""

    name = "slack"

    def __init__(self, base_url: str, default_room: str, team_id: str, token: Callable[[], str]) -> None:
        self._base_url = base_url
        self.default_room = default_room
        self._team_id = team_id
        self._token = token

    @cached_property
    def _client(self) -> WebClient:
        from slack_sdk import WebClient  # 110 ms that a function which never calls Slack does not pay

        # By default the SDK sends again what a broken connection may already have posted.
        return WebClient(token=self._token(), base_url=self._base_url, timeout=_TIMEOUT_SECONDS, retry_handlers=[])

    def post_card(self, card: Card, room: str) -> CardRef:
        blocks = message_of(card)
        pages_of(card)  # raises unless the details can show what the card leaves out
        posted = self._call(
            "chat_postMessage",
            channel=room,
            text=fallback_of(card),
            blocks=blocks,
            **_AS_WRITTEN,
            metadata=_marker(_CARD, card.request_id),
        )
        return CardRef(posted["channel"], posted["ts"])

    def find_card(self, request_id: str, since: datetime, room: str) -> CardRef | None:
        # Another app of the channel may write the same metadata; a card that is not ours could never be changed.
        ours = self._call("auth_test")["user_id"]
        marker = _marker(_CARD, request_id)
        window = {"oldest": f"{(since - _CLOCKS_DIFFER).timestamp():.6f}", "include_all_metadata": True}
        cursor = ""
        for _ in range(_PAGES):
            page = self._call(
                "conversations_history",
                channel=room,
                limit=_PAGE,
                **window,
                **({"cursor": cursor} if cursor else {}),
            )
            for message in page["messages"]:
                if message.get("metadata") == marker and message.get("user") == ours:
                    return CardRef(room, message["ts"])
            cursor = page.get("response_metadata", {}).get("next_cursor", "")
            if not cursor:
                return None
        # Nobody knows whether the card is there, so no other one is posted.
        raise ChatFailed(Trouble.UNAVAILABLE)

    def update_card(self, ref: CardRef, card: Card) -> None:
        blocks = message_of(card)
        self._call("chat_update", channel=ref.channel, ts=ref.message, text=fallback_of(card), blocks=blocks)

    def retire_card(self, ref: CardRef, card: Card) -> None:
        self._call(
            "chat_update",
            channel=ref.channel,
            ts=ref.message,
            text=fallback_of(card),
            blocks=moved_of(card, self._link(card.at)),
            metadata=_marker(_RETIRED, card.request_id),
        )

    def open_details(self, trigger: str, card: Card) -> None:
        self._call("views_open", trigger_id=trigger, view=details_of(card, 0))

    def turn_details(self, opened: str, card: Card, page: int) -> None:
        self._call("views_update", view_id=opened, view=details_of(card, page))

    def ask_to_confirm(self, trigger: str, ref: CardRef, card: Card, *, reason_required: bool) -> None:
        self._call("views_open", trigger_id=trigger, view=confirmation_of(card, ref, reason_required=reason_required))

    def ask_why(self, trigger: str, ref: CardRef, card: Card) -> None:
        self._call("views_open", trigger_id=trigger, view=why_of(card, ref))

    def tell(self, ref: CardRef, user_id: str, words: str) -> None:
        self._call("chat_postEphemeral", channel=ref.channel, user=user_id, text=words)

    def notify(self, room: str, ref: CardRef | None, words: str, people: tuple[Person, ...]) -> None:
        called = " ".join(f"<@{person.slack_user_id}>" for person in people if person.slack_user_id)
        more = {"thread_ts": ref.message, "reply_broadcast": True} if ref else {}
        self._call("chat_postMessage", channel=room, text=f"{words} {called}".strip(), **more)

    def send_direct(self, person: Person, card: Card) -> None:
        opened = self._call("conversations_open", users=person.slack_user_id)["channel"]["id"]
        self._call(
            "chat_postMessage",
            channel=opened,
            text=fallback_of(card),
            blocks=asked_of(card, self._link(card.at)),
            **_AS_WRITTEN,
        )

    def show_home(self, user_id: str, home: Home) -> None:
        self._call("views_publish", user_id=user_id, view=home_of(home))

    def is_active_member(self, user_id: str) -> bool:
        try:
            user = self._call("users_info", user=user_id)["user"]
        except PortFailed:
            return False
        # The app is installed in a workspace or an organisation; their ids never coincide, so comparing with both is
        # safe.
        whose = (user.get("team_id"), (user.get("enterprise_user") or {}).get("enterprise_id"))
        return self._team_id in whose and not any(user.get(flag) for flag in _NOT_MEMBERS)

    def _link(self, ref: CardRef | None) -> str:
        if ref is None:
            raise ChatFailed(Trouble.GONE)
        found = self._call("chat_getPermalink", channel=ref.channel, message_ts=ref.message)
        return str(found["permalink"])

    def _call(self, method: str, **arguments: Any) -> Any:
        try:
            return getattr(self._client, method)(**arguments).data
        except Exception as error:  # noqa: BLE001 - slack_sdk raises its own errors, urllib's and the socket's
            raise failure_of(error) from None


def _marker(kind: str, request_id: str) -> dict[str, Any]:
    return {"event_type": kind, "event_payload": {"request_id": request_id}}
