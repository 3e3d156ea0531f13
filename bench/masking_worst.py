"""The slowest texts we know for masking, found by fuzzing and by reading our patterns, beside its usual rate."""

from __future__ import annotations

import random
import time
from typing import Any

from sallyport.masking import mask_json

PIECES = (
    "(", "1", "1 ", "12-", "a@", "@", "://", "http://", "Ab ", "AB ", "Xqzw ", "John Smith, ", "A. ", "%25", "&amp;",
    "&#49;", "\\u0031", '"', '{"a":', "[", "a\u200b", "\u0430 ", "a,b,c\n", "a|", "a=b ", "key=", "password=",
    "secret ", "QUJD", "eyJ", "$2b$", "-----BEGIN PRIVATE KEY-----", "Street ", "12 Elm Street, ", "Apt 3 ", "#1 ",
    "NY 12345 ", "corner of ", "lives at ", "Jan ", "Jan 1 ", "aged 9", "95 ", "mrn ", "MRN 12345 ",
    "insert into a (b) values ('x'),", "select * from t where a='", "MSH|^~\\&|A\rPID|1|", "a b ", "one two three ",
    "a-", "a.", "ab:", " ", "\n", "Mercy Hospital ", "at mercy hospital ", "john ", "St. ", "Dr. ", "van der ",
    "Ab and ", "Parkinson disease ", "https://a.b/c?d=e&", "1.1.1.", "555-123-4567 ", "4111 1111 1111 1111 ",
    "GB82 WEST ", '"a","b"\n', "\U0001f600", "\u00e9", "a\u0301", "\uff11", "\u202ea", "Aa1-", "ab/", "+1 ", "(555) ",
    "i-0abc12345def67890 ", "12:34:56 ", "2025-11-24T13:05:01Z ", "10.0.0.1 ", "maria.gonzalez.", "abc-1a2b3c4d-",
    "arn:aws:s3:::", "a_1-b_2-",
    "account 123456789012 ", "/2025/11/24", "a1b2",
)  # fmt: skip
SIZE = 16_000
SENTENCES = (
    "The patient, {name}, reports improved sleep and no chest pain.",
    "Seen at {place} Medical Center on {month} {day}, 2023 by Dr. {name}.",
    "MRN: {number}. Blood pressure 128/76 mmHg, pulse 72/min, oxygen saturation 98% on room air.",
    "Continue lisinopril 10 mg daily; follow up in 6 weeks with repeat metabolic panel.",
    "Call {phone} or write to {mail} with the results.",
    "Lives at {number} {place} Street, Springfield, IL 62704.",
    "Parkinson disease and Graves disease were discussed; Murphy sign was negative.",
)


def note(seed: int, length: int) -> str:
    """A clinical note of about `length` characters, always the same for a seed."""
    draw = random.Random(seed)  # noqa: S311 - sample text, no secret
    lines: list[str] = []
    while sum(map(len, lines)) < length:
        lines.append(
            draw.choice(SENTENCES).format(
                name=draw.choice(("Katherine Johnson", "Ivo Brandt", "Mei Tanaka", "Olu Adeyemi", "Rosa Delgado")),
                place=draw.choice(("Harborview", "Eastbrook", "Lakemont", "Granite")),
                month=draw.choice(("March", "July", "October")),
                day=draw.randint(1, 28),
                number=draw.randint(1000, 9_999_999),
                phone=f"({draw.randint(200, 999)}) 555-{draw.randint(1000, 9999)}",
                mail=f"{draw.choice(('k', 'ivo', 'mei'))}{draw.randint(1, 99)}@example.org",
            )
        )
    return "\n".join(lines)


def seconds(text: str) -> float:
    """The best of three, in processor time: other work on the machine does not count."""
    best = float("inf")
    for _ in range(3):
        started = time.process_time()
        mask_json(text)
        best = min(best, time.process_time() - started)
    return best


def measure() -> dict[str, Any]:
    """The usual time per character, and the hostile text that takes longest per character."""
    notes = [note(seed, 4_000) for seed in range(8)]
    mask_json(notes[0])
    typical = sum(map(seconds, notes)) / sum(map(len, notes))
    rates = {piece: seconds((piece * (SIZE // len(piece) + 1))[:SIZE]) / SIZE for piece in PIECES}
    name = max(rates, key=lambda piece: rates[piece])
    return {
        "typical_us": 1e6 * typical,
        "tried": len(PIECES),
        "name": name,
        "ratio": rates[name] / typical,
        "slowest": {piece: rates[piece] / typical for piece in sorted(rates, key=lambda p: -rates[p])[:10]},
    }


if __name__ == "__main__":
    print(measure())
