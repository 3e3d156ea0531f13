"""How a Web API call carries its arguments: a form, JSON, or the query string."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from local_slack.api.answers import ApiError
from local_slack.web import Request

# In a form these arrive as JSON text inside a field.
_JSON_FIELDS = ("blocks", "attachments", "view", "metadata")


def read_arguments(request: Request) -> tuple[dict[str, Any], list[str]]:
    """The arguments and the warnings that Slack adds about how they were sent."""
    content_type = request.headers.get("content-type", "").lower()
    kind, _, parameters = content_type.partition(";")
    warnings: list[str] = []
    arguments: dict[str, Any] = dict(request.query)
    match kind.strip():
        case "application/json":
            if "charset" not in parameters:
                warnings.append("missing_charset")
            arguments |= _json_object(request.body)
        case "application/x-www-form-urlencoded":
            if "charset" in parameters:
                warnings.append("superfluous_charset")
            arguments |= _form(request.body)
        case "":
            pass
        case _:
            raise ApiError("invalid_post_type")
    for name in _JSON_FIELDS:
        if isinstance(arguments.get(name), str):
            arguments[name] = _embedded(name, arguments[name])
    return arguments, warnings


def bearer_token(request: Request, arguments: Mapping[str, Any]) -> str | None:
    """The token of the call: the header wins over the field of a form; None when there is neither."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token.strip()
    in_form = arguments.get("token")
    return in_form if isinstance(in_form, str) and in_form else None


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body) if body else {}
    except (ValueError, RecursionError) as error:
        raise ApiError("invalid_json") from error
    if not isinstance(document, dict):
        raise ApiError("json_not_object")
    return document


def _form(body: bytes) -> dict[str, Any]:
    try:
        return dict(parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=200))
    except ValueError as error:
        raise ApiError("invalid_form_data") from error


def _embedded(name: str, value: str) -> Any:
    if not value:
        return None
    try:
        return json.loads(value)
    except (ValueError, RecursionError) as error:
        if name == "blocks":
            raise ApiError("invalid_blocks_format") from error
        raise ApiError("invalid_arguments", [f"must be valid JSON [json-pointer:/{name}]"]) from error
