"""Masks planted values and counts, before and after, what in the process refers to them. A program of its own, so that
no other test's values are in the process; planted values are spelled backwards on its command line."""

import gc
import json
import sys
from collections import Counter

from sallyport.masking import fires, mask, mask_json, mask_text

_LONGEST = 10_000  # characters; what is longer is a word list, for no planted text is


def mask_everything(said: list[str]) -> None:
    """Every form in which a document says something, with the values of `said` in it."""
    given, family, small, small_family, number, ssn, key, somebody, odd, token = said
    note = (
        f"Patient {given} {family} (MRN {number}, SSN {ssn}) was seen on 3 March 1964 by Dr. {family}.\n"
        f"please send {small} {small_family} the form, says {small} k. {odd} {token}"
    )
    mask_json(
        {
            "reason": note,
            key: family,
            somebody: "x",
            "rows": [{key: number}, {key: ssn}],
            "body": json.dumps({key: given, "note": note}),
            "csv": f"{key},name,dob\n{number},{family},1964-03-03",
            "bundle": {"resourceType": "Patient", key: note, "name": [{"family": family, "given": [given]}]},
            "sql": f"insert into t ({key}, name) values ('{number}', '{family}')",
        }
    )
    mask({"reason": note.upper(), "described": [{"name": key, "value": number}]})
    mask_text(note.lower())
    fires([note, key, f"{small}-{small_family}", number])


def references(backwards: list[str]) -> Counter[str]:
    """How often something in the process refers to a string that holds a planted value, in any case."""
    gc.collect()
    found: Counter[str] = Counter()
    todo = gc.get_objects()
    seen = {id(todo)}
    while todo:
        thing = todo.pop()
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        for held in gc.get_referents(thing):
            if isinstance(held, str | bytes):
                text = (held.decode("latin-1") if isinstance(held, bytes) else held)[:_LONGEST].lower()
                found.update(value for value in backwards if value[::-1].lower() in text)
            else:
                todo.append(held)
    return found


if __name__ == "__main__":
    planted, harmless = json.loads(sys.argv[1])
    mask_everything(harmless)  # loads whatever is loaded at the first use
    before = references(planted)
    mask_everything([value[::-1] for value in planted])
    after = references(planted)
    sys.stdout.write(json.dumps(sorted(value[::-1] for value in after if after[value] > before[value])))
