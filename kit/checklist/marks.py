"""Which tests carry which item's mark, read from the source of the tests without running them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path


def marked_tests(tests: Path) -> dict[str, tuple[str, ...]]:
    """Node id → item ids of every test under `tests` that carries `@pytest.mark.checklist("…")`."""
    found: dict[str, tuple[str, ...]] = {}
    for path in sorted(tests.rglob("test_*.py")):
        source = path.read_text(encoding="utf-8")
        if "mark.checklist" in source:
            relative = path.relative_to(tests.parent).as_posix()
            found.update({f"{relative}::{name}": ids for name, ids in marks_in(source)})
    return found


def marks_in(source: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The marked test functions of one module's source: name and item ids."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            ids = tuple(i for decorator in node.decorator_list for i in _ids(decorator))
            if ids:
                yield node.name, ids


def _ids(decorator: ast.expr) -> tuple[str, ...]:
    if not isinstance(decorator, ast.Call) or not ast.unparse(decorator.func).endswith("mark.checklist"):
        return ()
    return tuple(str(one.value) for one in decorator.args if isinstance(one, ast.Constant))
