"""Reading a deployment's masking rules out of parsed YAML, and refusing what could not run safely."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import re2

from sallyport.masking.values import (
    ColumnRule,
    FieldRule,
    MaskingFailed,
    MaskingRules,
    PatternRule,
    TermRule,
)

CATEGORY = re.compile(r"[A-Z][A-Z0-9_]{0,23}")
MAX_PATTERN = 500  # characters; longer patterns are lists in disguise and belong under `terms`
MAX_RULES = 5_000
_KNOWN = {"fields", "terms", "patterns", "columns", "allow", "medical_codes", "instants", "public_addresses"}


def _invalid(where: str) -> MaskingFailed:
    return MaskingFailed("masking_rules_invalid", where)


def _category(value: object, where: str) -> str:
    if not isinstance(value, str) or not CATEGORY.fullmatch(value):
        raise _invalid(f"{where}: a category is 1-24 of A-Z, 0-9 and _")
    return value


def _entries(mapping: Mapping[str, Any], key: str) -> Iterable[tuple[str, Mapping[str, Any]]]:
    entries = mapping.get(key) or []
    if not isinstance(entries, list) or len(entries) > MAX_RULES:
        raise _invalid(f"{key}: a list of at most {MAX_RULES} entries")
    for index, entry in enumerate(entries):
        if not isinstance(entry, Mapping):
            raise _invalid(f"{key}[{index}]: a mapping")
        yield f"{key}[{index}]", entry


def compile_pattern(pattern: object, where: str) -> Any:
    """An RE2 program for `pattern`: linear time whatever the text. One that matches nothing at all is refused."""
    if not isinstance(pattern, str) or not 0 < len(pattern) <= MAX_PATTERN:
        raise _invalid(f"{where}: a pattern has 1-{MAX_PATTERN} characters")
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 4 << 20
    try:
        compiled = re2.compile(pattern, options)
    except re2.error:
        raise _invalid(f"{where}: not an RE2 pattern (RE2 has no backreferences and no look-around)") from None
    if compiled.search("") is not None:
        raise _invalid(f"{where}: matches the empty string")
    return compiled


def _treat(entry: Mapping[str, Any], where: str) -> Any:
    treat = entry.get("treat", "mask")
    if treat not in ("mask", "reveal"):
        raise _invalid(f"{where}: treat is mask or reveal")
    return treat


def _text(entry: Mapping[str, Any], key: str, where: str) -> str:
    value = entry.get(key)
    if not isinstance(value, str) or not value.strip():
        raise _invalid(f"{where}: {key} is a non-empty string")
    return value


def _strings(values: object, where: str) -> tuple[str, ...]:
    if not isinstance(values, list) or not all(isinstance(value, str) and value.strip() for value in values):
        raise _invalid(f"{where}: a list of non-empty strings")
    if len(values) > MAX_RULES:
        raise _invalid(f"{where}: at most {MAX_RULES}")
    return tuple(values)


def masking_rules_from_policy(mapping: object) -> MaskingRules:
    """The rules that a policy's parsed YAML describes.

    Keys, all optional: `fields` [{path, treat, category}], `columns` [{name, treat, category}], `patterns`
    [{category, pattern}], `terms` {CATEGORY: [word, …]}, `allow` [word, …]; `medical_codes`, `instants`,
    `public_addresses` keep|mask.
    Raises MaskingFailed `masking_rules_invalid`, naming the entry; an unknown key is an error, not ignored.
    """
    if not isinstance(mapping, Mapping) or not set(mapping) <= _KNOWN:
        raise _invalid("a mapping with the keys " + ", ".join(sorted(_KNOWN)))
    fields = tuple(
        FieldRule(_path(entry, where), _treat(entry, where), _category(entry.get("category", "VALUE"), where))
        for where, entry in _entries(mapping, "fields")
    )
    columns = tuple(
        ColumnRule(_text(entry, "name", where), _treat(entry, where), _category(entry.get("category", "VALUE"), where))
        for where, entry in _entries(mapping, "columns")
    )
    patterns = tuple(
        PatternRule(
            _category(entry.get("category"), where),
            _text(entry, "pattern", where),
            compile_pattern(entry.get("pattern"), where),
        )
        for where, entry in _entries(mapping, "patterns")
    )
    terms = mapping.get("terms") or {}
    if not isinstance(terms, Mapping):
        raise _invalid("terms: a mapping of category to words")
    return MaskingRules(
        fields=fields,
        columns=columns,
        patterns=patterns,
        terms=tuple(_term_rule(name, words) for name, words in terms.items()),
        allow=frozenset(word.casefold() for word in _strings(mapping.get("allow") or [], "allow")),
        medical_codes=_choice(mapping, "medical_codes"),
        instants=_choice(mapping, "instants"),
        public_addresses=_choice(mapping, "public_addresses"),
    )


def _choice(mapping: Mapping[str, Any], key: str) -> Any:
    choice = mapping.get(key, "keep")
    if choice not in ("keep", "mask"):
        raise _invalid(f"{key}: keep or mask")
    return choice


def _term_rule(name: object, listed: object) -> TermRule:
    terms = _strings(listed, f"terms.{name}")
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    longest_first = sorted(terms, key=len, reverse=True)
    compiled = re2.compile("|".join(rf"\b{re2.escape(term)}\b" for term in longest_first), options)
    return TermRule(_category(name, "terms"), terms, compiled)


def _path(entry: Mapping[str, Any], where: str) -> str:
    path = _text(entry, "path", where)
    if not path.startswith("$"):
        raise _invalid(f"{where}: a path starts with $")
    return path
