"""One sentence of what becomes possible, for the first line of a card.

It is filled with values found in the rendered session policy or call, never with what an agent says about them. In a
template `{name}` stands for a parameter's value, `{name:item|items}` for the number of a list's items and the word that
goes with it, `{name:instant}` for milliseconds since 1970 as a date.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sallyport.domain.actions import ActionDefinition, Delivery
from sallyport.domain.display import exact

# Four lines of a card. A longer sentence leaves its longest values to the list of parameters, where each is shown
# whole.
MAX_LENGTH = 240
# A longer word would take a line of its own.
_LONGEST_WORD = 40
_PLACE = re.compile(r"\{([a-z_]+)(?::([^{}]+))?\}")
_INSTANT = "instant"
# Values whose end a reader can see; all others are put in quotation marks.
_PLAIN = re.compile(r"[A-Za-z0-9_./:=+@#%&~\[\]-]+")


def named(template: str) -> frozenset[str]:
    """The parameters that a template names."""
    return frozenset(match[1] for match in _PLACE.finditer(template))


def template_of(action: ActionDefinition) -> str:
    """The action file's own template, or else its title and all parameters by their names."""
    if action.sentence:
        return action.sentence
    names = [name for name in action.parameters["properties"] if name not in action.places]
    return f"{action.title}: {', '.join(f'{name.replace("_", " ")} {{{name}}}' for name in names)}"


def sentence(action: ActionDefinition, shown: Mapping[str, Any], where: str, duration_seconds: int) -> str:
    """At most MAX_LENGTH characters, in the form in which a card shows them. `shown` are the parameters with a marker
    in the place of each hidden one, `where` is the account's name, as people know it."""
    template = template_of(action)
    ending = f" in {where}, {_how_long(action, duration_seconds)}"
    said = {place[0]: _said(shown.get(place[1]), place[2]) for place in _PLACE.finditer(template)}
    shorter = {place[0]: _stand_in(shown.get(place[1])) for place in _PLACE.finditer(template)}
    for place in sorted(said, key=lambda place: -len(said[place])):
        wide = max(map(len, said[place].split(" "))) > _LONGEST_WORD
        if wide or len(_filled(template, said) + ending) > MAX_LENGTH:
            said[place] = min(said[place], shorter[place], key=len)
    text = _filled(template, said) + ending
    return text if len(text) <= MAX_LENGTH else f"{action.title}, with the parameters shown below,{ending}"


def _filled(template: str, said: Mapping[str, str]) -> str:
    return _PLACE.sub(lambda place: said[place[0]], template)


def spelled(duration_seconds: int) -> str:
    """A number of seconds as people say it."""
    minutes, seconds = divmod(duration_seconds, 60)
    parts = [_counted(minutes, "minute", "minutes")] if minutes else []
    return " and ".join([*parts, *([_counted(seconds, "second", "seconds")] if seconds or not parts else [])])


def _how_long(action: ActionDefinition, duration_seconds: int) -> str:
    if action.delivery is Delivery.EXECUTE:
        return "once"
    # What outlasts the grant can be done within that time; it does not last for that time.
    return f"{'within' if action.outlasts else 'for'} {spelled(duration_seconds)}"


def _said(value: Any, form: str | None) -> str:
    if form == _INSTANT and type(value) is int:
        return datetime.fromtimestamp(value / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    if form and form != _INSTANT:
        one, _, many = form.partition("|")
        return _counted(len(value) if isinstance(value, list) else 1, one, many or one)
    if isinstance(value, list):
        *most, last = [_written(item) for item in value] or ["nothing"]
        return f"{', '.join(most)} and {last}" if most else last
    return "(not given)" if value is None else _written(value)


def _written(value: object) -> str:
    if not isinstance(value, str):
        return json.dumps(value)
    return value if _PLAIN.fullmatch(value) else exact(json.dumps(value, ensure_ascii=False))


def _stand_in(value: Any) -> str:
    if isinstance(value, list):
        return f"({_counted(len(value), 'value', 'values')}, shown below)"
    return f"({len(str(value))} characters, shown below)"


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
