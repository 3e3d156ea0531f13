"""Mutants that nobody thought of: each comparison, condition, raise and truth value of a file, changed alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.mutants.mutant import ROOT, Mutant, judges

PACKAGES = ("domain", "services", "usecases", "adapters")
CODE = "layers/core/python/sallyport"
# For files that no list names.
JUDGES = {
    "domain": ("tests/unit/domain", "tests/unit/usecases"),
    "services": ("tests/unit/services", "tests/unit/usecases"),
    "usecases": ("tests/unit/usecases",),
    "adapters": ("tests/contracts", "tests/unit/adapters"),
}
_FLIPPED: dict[type[ast.cmpop], str] = {
    ast.Eq: "!=", ast.NotEq: "==", ast.Is: "is not", ast.IsNot: "is", ast.In: "not in", ast.NotIn: "in",
    ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">",
}  # fmt: skip

type Change = tuple[ast.expr | ast.stmt, str]


def generated() -> list[Mutant]:
    """All of them, file by file."""
    own = judges()
    found: list[Mutant] = []
    for package in PACKAGES:
        for file in sorted((ROOT / CODE / package).glob("*.py")):
            path = str(file.relative_to(ROOT))
            found += _of(path, file, own.get(path, JUDGES[package]))
    return found


def _of(path: str, file: Path, tests: tuple[str, ...]) -> Iterator[Mutant]:
    text = file.read_text(encoding="utf-8")
    lines = text.splitlines(keepends=True)
    for node, after in _changes(ast.parse(text)):
        start = _place(lines, node.lineno, node.col_offset)
        end = _place(lines, node.end_lineno or node.lineno, node.end_col_offset or 0)
        before = " ".join(text[start:end].split())
        yield Mutant(path, f"{node.lineno}: {before} => {after}", start, end, after, tests)


def _place(lines: Sequence[str], line: int, column: int) -> int:
    """`ast` counts columns in bytes."""
    return sum(map(len, lines[: line - 1])) + len(lines[line - 1].encode()[:column].decode())


def _changes(tree: ast.AST) -> Iterator[Change]:
    for node in ast.walk(tree):
        match node:
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                yield node, f"({ast.unparse(left)} {_FLIPPED[type(op)]} {ast.unparse(right)})"
            case ast.If(test=test, body=body) if ast.unparse(test) != "TYPE_CHECKING":
                yield test, "False" if isinstance(body[-1], ast.Raise | ast.Return | ast.Continue) else "True"
            case ast.Raise():
                yield node, "pass"
            case ast.BoolOp(op=op, values=values):
                word = " or " if isinstance(op, ast.And) else " and "
                yield node, f"({word.join(f'({ast.unparse(value)})' for value in values)})"
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                yield node, f"({ast.unparse(operand)})"
            case ast.Constant(value=bool(value)):
                yield node, str(not value)
            case _:
                pass
