"""Detectors of what cannot be shown in part: encodings that hide an identifier, bytes, documents too deep."""

from __future__ import annotations

from sallyport.masking.detect import sparing
from sallyport.masking.detect.detector import Basis, Detector

BASE64 = Detector(
    name="base64",
    says="Base64 that hides an identifier.",
    categories=("ENCODED",),
    basis=Basis.CONTEXT,
    rank=20,
    allowable=False,
    scopes=True,
    labels=False,
    cell=False,
    sparing=sparing.NEVER,
    find=None,
)
BASE64_TEXT = BASE64.rule("text", "Decoded, some detector finds something in it.")

HEXADECIMAL = Detector(
    name="hex",
    says="Hexadecimal that hides an identifier.",
    categories=("ENCODED",),
    basis=Basis.CONTEXT,
    rank=20,
    allowable=False,
    scopes=True,
    labels=False,
    cell=False,
    sparing=sparing.NEVER,
    find=None,
)
HEXADECIMAL_TEXT = HEXADECIMAL.rule("text", "Decoded, some detector finds something in it.")

PAIRED = Detector(
    name="utf-16",
    says="ASCII taken in pairs for UTF-16 that hides an identifier.",
    categories=("ENCODED",),
    basis=Basis.CONTEXT,
    rank=20,
    allowable=False,
    scopes=True,
    labels=False,
    cell=False,
    sparing=sparing.NEVER,
    find=None,
)
PAIRED_TEXT = PAIRED.rule("text", "Decoded, some detector finds something in it.")

BYTES = Detector(
    name="bytes",
    says="Bytes that are no text.",
    categories=("BINARY",),
    basis=Basis.FORMAT,
    rank=20,
    allowable=False,
    scopes=True,
    labels=False,
    cell=False,
    sparing=sparing.NEVER,
    find=None,
)
CONTROLS = BYTES.rule("controls", "Four control characters or more near each other.")
FILE = BYTES.rule("file", "Base64 that begins as a file does, or a data URL of no text.")

NESTING = Detector(
    name="nesting",
    says="A document inside four others.",
    categories=("NESTED",),
    basis=Basis.CONTEXT,
    rank=20,
    allowable=False,
    scopes=True,
    labels=False,
    cell=False,
    sparing=sparing.NEVER,
    find=None,
)
DEEP = NESTING.rule("deep", "Deeper than documents inside strings are opened.")
