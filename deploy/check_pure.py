"""What import-linter cannot see: that pure modules stay pure, and that no import hides from it.

A pure module decides; it reads no clock, no randomness, no file and no socket. So it imports from a short list only,
and calls nothing that reaches out by itself. No module of ours imports by a computed name, and every folder with
Python in it has an `__init__.py`, because import-linter passes over folders without one.

Run: python deploy/check_pure.py [ROOT]; one line a fault, exit code 1 if there is any.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

PACKAGES = ("wire", "paper", "edge", "hub", "firmware_sim")
FOLDERS = (*PACKAGES, "tests", "bench", "deploy", "docs")
WORLD = tuple(f"firmware_sim/{name}.py" for name in ("world", "goods", "gs1", "names", "roads"))
PURE = ("wire", "paper", "edge/core", "edge/frames", "edge/ui/messages.py", "edge/ui/wishes.py", "hub/core", *WORLD)
SEEDED = WORLD[:1]
"""Pure, but may make random.Random(seed)."""

ALLOWED = frozenset({
    "__future__", "bisect", "collections", "collections.abc", "dataclasses", "datetime", "decimal", "enum", "fractions",
    "functools", "hashlib", "heapq", "itertools", "math", "msgspec", "msgspec.json", "msgspec.structs", "operator",
    "re", "string", "struct", "typing", "unicodedata", "zlib",
})  # fmt: skip
FOR_DRAWING = frozenset({"PIL.Image", "PIL.ImageDraw", "PIL.ImageFont", "io.BytesIO", "segno"})
"""What paper may import too: it draws in memory, and is given the bytes of its font."""
FORBIDDEN_NAMES = frozenset({
    "open", "exec", "eval", "compile", "input", "print", "breakpoint", "globals", "vars",
    "__import__", "__builtins__", "__loader__",
})  # fmt: skip
CLOCKS = frozenset({"now", "utcnow", "today"})
IMPORTERS = frozenset({"importlib", "imp", "pkgutil", "runpy", "zipimport"})
HARMLESS = frozenset({"importlib.metadata", "importlib.resources"})
"""They read what is installed; they import nothing."""


def faults(root: Path) -> Iterator[str]:
    """Every fault below a folder that holds our packages, as `file:line: sentence`."""
    for folder in FOLDERS:
        yield from _folders(root, root / folder)
    for package in PACKAGES:
        for path in _modules(root / package):
            name = path.relative_to(root).as_posix()
            tree = ast.parse(path.read_text(encoding="utf-8"), name)
            for line, sentence in (*_hidden_imports(tree), *_impurities(name, tree)):
                yield f"{name}:{line}: {sentence}"


def _modules(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py") if "node_modules" not in path.parts)


def _folders(root: Path, folder: Path) -> Iterator[str]:
    for path in sorted({module.parent for module in _modules(folder)}):
        if not (path / "__init__.py").is_file():
            yield f"{path.relative_to(root).as_posix()}: has no __init__.py, so the import law is not checked in it"


def _is_pure(name: str) -> bool:
    return any(name == pure or name.startswith(f"{pure}/") for pure in PURE)


def _may_import(name: str, module: str) -> bool:
    """Whether a pure module may import this one: from the list, or a pure module of ours."""
    path = module.replace(".", "/")
    allowed = ALLOWED | FOR_DRAWING if name.startswith("paper/") else ALLOWED
    return module in allowed or _is_pure(path) or _is_pure(f"{path}.py")


def _imports(name: str, tree: ast.AST) -> Iterator[tuple[int, str, str]]:
    """Line, module, and full name of every import: for `from a import b` the module a and the name a.b."""
    package = name.removesuffix(".py").split("/")[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield from ((node.lineno, module, f"{module}.{alias.name}") for alias in node.names)


def _hidden_imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for line, module, full in _imports("", tree):
        if module.split(".", maxsplit=1)[0] in IMPORTERS and not {module, full} & HARMLESS:
            yield line, f"{module} can import by a computed name, which no check sees"
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id == "__import__":
            yield node.lineno, "__import__ imports by a computed name, which no check sees"


def _impurities(name: str, tree: ast.AST) -> Iterator[tuple[int, str]]:
    if not _is_pure(name):
        return
    seeded = name in SEEDED
    for line, module, full in _imports(name, tree):
        if not _may_import(name, module) and not _may_import(name, full) and not (seeded and module == "random"):
            yield line, f"a pure module may not import {full}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in FORBIDDEN_NAMES:
            yield node.lineno, f"a pure module may not use {node.id}"
        if isinstance(node, ast.Attribute) and node.attr in CLOCKS and _names(node.value) & {"datetime", "date"}:
            yield node.lineno, f"a pure module may not ask the clock ({node.attr}); take `now` as an argument"
        if isinstance(node, ast.Attribute) and _names(node.value) == {"random"} and node.attr != "Random":
            yield node.lineno, f"random.{node.attr} has no seed; use random.Random(seed)"
        if isinstance(node, ast.ImportFrom) and node.module == "random":
            yield from (
                (node.lineno, f"random.{alias.name} has no seed; use random.Random(seed)")
                for alias in node.names
                if alias.name != "Random"
            )


def _names(node: ast.expr) -> set[str]:
    """The names at the end of a dotted expression: `datetime` for datetime and for datetime.datetime."""
    if isinstance(node, ast.Name):
        return {node.id}
    return {node.attr} if isinstance(node, ast.Attribute) else set()


def main() -> int:
    """Print every fault."""
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1]
    found = list(faults(root))
    for fault in found:
        sys.stdout.write(f"{fault}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
