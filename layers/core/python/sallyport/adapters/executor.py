"""Make the one approved call under the scoped session: once, within its time, and without passing on AWS's own
words."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import jmespath  # type: ignore[import-untyped]  # its stubs are a package of their own
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ParamValidationError,
)
from botocore.model import ListShape, MapShape, OperationNotFoundError, Shape, StringShape, StructureShape
from botocore.validate import ParamValidator

from sallyport.adapters.aws_session import client, session
from sallyport.domain.clock import stamp
from sallyport.domain.credentials import ScopedCredentials
from sallyport.domain.ports import PortFailed
from sallyport.domain.target_ports import CallResult, OutcomeUnknown

# All pages together; API Gateway ends an integration after 29 s.
_PAGING_SECONDS = 20.0
_CONNECT_SECONDS = 2
_ATTRIBUTE_TYPES = frozenset({"S", "N", "B", "SS", "NS", "BS", "M", "L", "NULL", "BOOL"})
# Parts of services' error codes, and our code for each. The first part that occurs in the error's code counts.
_CODES = (
    ("AccessDenied", "access_denied"),
    ("Unauthorized", "access_denied"),
    ("Expired", "access_denied"),
    ("Throttl", "throttled"),
    ("TooManyRequests", "throttled"),
    ("LimitExceeded", "limit_exceeded"),
    ("Quota", "limit_exceeded"),
    ("NotFound", "resource_not_found"),
    ("NoSuch", "resource_not_found"),
    ("AlreadyExists", "conflict"),
    ("Conflict", "conflict"),
    ("InUse", "conflict"),
)
_SERVER_ERROR = 500


class BotoCallMaker:
    """CallMaker by botocore's own models. `clock` is monotonic seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock

    def check(self, call: Mapping[str, Any]) -> bool:
        try:
            model = session().get_service_model(call["service"]).operation_model(call["operation"])
        except (BotoCoreError, OperationNotFoundError):
            return False
        shape = model.input_shape
        if shape is None:
            return not call["arguments"]
        if ParamValidator().validate(call["arguments"], shape).has_errors():
            return False
        return _within(call["arguments"], shape)

    def make(self, call: Mapping[str, Any], credentials: ScopedCredentials) -> CallResult:
        client = self._client(call, credentials)
        try:
            answer, complete = self._answer(client, call)
        except ParamValidationError:
            raise PortFailed("invalid_arguments") from None
        except (EndpointConnectionError, ConnectTimeoutError):
            raise PortFailed("service_unreachable") from None
        except ClientError as error:
            raise _of_service(error) from None
        except _TooLong:
            raise PortFailed("too_many_pages") from None
        except BotoCoreError:
            raise OutcomeUnknown from None
        return CallResult(_picked(answer, call["result"]), complete)

    def _client(self, call: Mapping[str, Any], credentials: ScopedCredentials) -> Any:
        config = Config(
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=call["timeout_seconds"],
            retries={"mode": "standard", "total_max_attempts": 1},
        )
        return client(
            call["service"],
            config,
            region_name=call["region"],
            aws_access_key_id=credentials.access_key_id,
            aws_secret_access_key=credentials.secret_access_key,
            aws_session_token=credentials.session_token,
        )

    def _answer(self, client: Any, call: Mapping[str, Any]) -> tuple[dict[str, Any], bool]:
        operation = xform_name(call["operation"])
        paging = call.get("paging")
        if paging is None:
            return getattr(client, operation)(**call["arguments"]), True
        deadline = self._clock() + _PAGING_SECONDS

        def in_time(**_: Any) -> None:
            if self._clock() > deadline:
                raise _TooLong

        client.meta.events.register("before-call", in_time)
        config = {"MaxItems": paging["max_items"], "PageSize": paging.get("page_size", paging["max_items"])}
        pages = client.get_paginator(operation).paginate(**call["arguments"], PaginationConfig=config)
        answer = pages.build_full_result()
        return answer, "NextToken" not in answer


class _TooLong(Exception):
    """The pages did not all arrive in time. The call only reads, so it had no effect."""


def _of_service(error: ClientError) -> Exception:
    """Our code for the service's refusal. A call that ended in an internal error may still have taken effect."""
    if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= _SERVER_ERROR:
        return OutcomeUnknown()
    code = error.response.get("Error", {}).get("Code", "")
    return PortFailed(next((ours for theirs, ours in _CODES if theirs in code), "service_refused"))


def _within(value: Any, shape: Shape) -> bool:
    """What ParamValidator leaves to the service: maximum lengths and values, and the members of an enumeration."""
    if isinstance(shape, StructureShape):
        return all(_within(item, shape.members[name]) for name, item in value.items())
    if isinstance(shape, ListShape):
        return len(value) <= shape.metadata.get("max", len(value)) and all(_within(v, shape.member) for v in value)
    if isinstance(shape, MapShape):
        return all(_within(key, shape.key) and _within(item, shape.value) for key, item in value.items())
    size = value if isinstance(value, int | float) and not isinstance(value, bool) else None
    if isinstance(shape, StringShape):
        if shape.enum and value not in shape.enum:
            return False
        size = len(value)
    return size is None or size <= shape.metadata.get("max", size)


def _picked(answer: Mapping[str, Any], rules: Mapping[str, Any]) -> Any:
    """The part of the answer that is passed on, as plain JSON."""
    picked = jmespath.search(rules["pick"], {k: v for k, v in answer.items() if k != "ResponseMetadata"})
    plain = _plain(picked, rules["max_bytes"])
    return _decoded(plain) if rules.get("decode") == "dynamodb" else plain


def _plain(node: Any, limit: int) -> Any:
    if isinstance(node, Mapping):
        return {str(key): _plain(value, limit) for key, value in node.items()}
    if isinstance(node, list | tuple | set | frozenset):
        return [_plain(value, limit) for value in node]
    if isinstance(node, datetime):
        return stamp(node)
    if isinstance(node, Decimal):
        return str(node)
    if hasattr(node, "read"):
        node = node.read(limit + 1)  # one more than may be returned, so that too much is noticed and no more is read
    if isinstance(node, bytes | bytearray):
        return _text(bytes(node))
    return node


_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def _text(data: bytes) -> str:
    """`data` as text, or as a data URL if it is not text, so that masking knows what to withhold."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = "\0"
    if _CONTROL.search(text):
        return "data:application/octet-stream;base64," + base64.b64encode(data).decode("ascii")
    return text


def _decoded(node: Any) -> Any:
    """Items of attribute values as plain JSON, so that masking sees their keys and texts."""
    if isinstance(node, list):
        return [_decoded(item) for item in node]
    if isinstance(node, dict):
        if node and all(_is_attribute(value) for value in node.values()):
            return {name: _attribute(value) for name, value in node.items()}
        return {name: _decoded(value) for name, value in node.items()}
    return node


def _is_attribute(value: Any) -> bool:
    return isinstance(value, dict) and len(value) == 1 and next(iter(value)) in _ATTRIBUTE_TYPES


def _attribute(value: dict[str, Any]) -> Any:
    ((kind, held),) = value.items()
    if kind == "M":
        return {name: _attribute(inner) for name, inner in held.items()}
    if kind == "L":
        return [_attribute(inner) for inner in held]
    if kind == "NULL":
        return None
    return held
