"""moto without the work that it does again and again: a third of what tests on it would cost. It answers the same."""

from __future__ import annotations

import threading
from functools import cache
from typing import Any

import pytest
from moto.core.serialize import ResponseSerializer
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.stepfunctions.parser.asl.component.eval_component import EvalComponent
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser
from moto.stepfunctions.parser.asl.parse.preprocessor import Preprocessor
from moto.stepfunctions.parser.asl.utils import json_path

_pick, _copy = ResponseSerializer.get_value, DynamoType.__deepcopy__
_parsing = threading.Lock()


@cache
def _tree(definition: str) -> Any:
    return _parse_text(definition)[1]


def _parse(definition: str) -> tuple[EvalComponent, Any]:
    """Each execution parses its definition anew. The tree is only read; what runs is made from it for each."""
    with _parsing:
        tree = _tree(definition)
    return Preprocessor().visit(tree), tree


def _value(serializer: ResponseSerializer, value: Any, key: str, shape: Any) -> Any:
    """An attribute's value has one of ten members; for the nine others some twenty spellings each would be tried."""
    if getattr(getattr(shape, "parent", None), "name", None) == "AttributeValue" and isinstance(value, dict):
        return value.get(key)
    return _pick(serializer, value, key, shape)


def _copied(value: DynamoType, memo: dict[int, Any]) -> DynamoType:
    """A transaction copies its tables whole, once for each of its items. Scalars are replaced and never changed."""
    return _copy(value, memo) if value.is_list() or value.is_map() or value.is_set() else value


def hasten(patch: pytest.MonkeyPatch) -> None:
    """Spare the work until the patch is undone."""
    patch.setattr(AmazonStateLanguageParser, "parse", staticmethod(_parse))
    patch.setattr(json_path, "parse", _path)
    patch.setattr(ResponseSerializer, "get_value", _value)
    patch.setattr(DynamoType, "__deepcopy__", _copied)


_parse_text = AmazonStateLanguageParser.parse
_path = cache(vars(json_path)["parse"])  # it builds its parser's tables for every path, and paths are only read
