"""Builds the Debian package of the edge agent: `python -m deploy.build_deb`, or `make deb`.

The package carries a Python environment of its own: this project's `edge`, `wire` and `paper`, and the libraries that
they need, file by file as they are installed here, which must be as requirements.lock says. Nothing is downloaded. It
fits the Python of the system that it is built on (`Depends: python3` of exactly that minor version).

The same sources, libraries and SOURCE_DATE_EPOCH (by default the time of the last commit) give the same bytes.
"""

import argparse
import gzip
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from importlib.metadata import Distribution
from pathlib import Path

from deploy.closure import BuildError, closure, libc_version, licences, unlocked

ROOT = Path(__file__).parents[1]
HERE = ROOT / "deploy" / "debian"
NAME = "relief-relay-edge"
HOME = Path("usr/lib/relief-relay/edge")
MINOR = f"{sys.version_info.major}.{sys.version_info.minor}"
LIBRARIES = HOME / "lib" / f"python{MINOR}" / "site-packages"
LEFT_OUT = ("relief-relay", "pip", "tzdata")
"""We go in ourselves; sqlite-utils wants pip for its command `install` alone; Debian has the time zones."""
PLACES = {
    "deploy/debian/edge.toml": "etc/relief-relay/edge.toml",
    "deploy/systemd/relief-relay-edge.service": "usr/lib/systemd/system/relief-relay-edge.service",
    "deploy/systemd/relief-relay-edge-metrics.service": "usr/lib/systemd/system/relief-relay-edge-metrics.service",
    "deploy/systemd/relief-relay-edge.sysusers": "usr/lib/sysusers.d/relief-relay-edge.conf",
    "deploy/systemd/relief-relay-edge.tmpfiles": "usr/lib/tmpfiles.d/relief-relay-edge.conf",
    "deploy/debian/lintian-overrides": f"usr/share/lintian/overrides/{NAME}",
    "deploy/edge.example.toml": f"usr/share/doc/{NAME}/edge.example.toml",
}
"""Where files of this project go as they are."""


PAGE = Path("edge/ui/web")
"""The terminal's page."""


def build(
    source: Path, output: Path, *, epoch: int, python: str = f"/usr/bin/python{MINOR}", fast: bool = False
) -> Path:
    """The package of a source tree, in a folder. `fast` leaves it uncompressed.

    Raises BuildError.
    """
    version = _version(source)
    distributions = closure("relief-relay", "edge", leave_out=LEFT_OUT)
    different = unlocked(distributions, ROOT / "requirements.lock")
    if different:
        raise BuildError(f"These are not as requirements.lock says, run deploy/setup.sh: {', '.join(different)}")
    if (source / PAGE).exists() and not (source / PAGE / "dist/index.html").exists():
        raise BuildError("The terminal's page is not built: python deploy/build_dashboard.py.")
    with tempfile.TemporaryDirectory(prefix="relief-relay-deb-") as folder:
        stage = Path(folder) / NAME
        _libraries(stage, source, distributions)
        _environment(stage, python)
        for found, place in PLACES.items():
            _put(ROOT / found, stage / place)
        _documents(stage, version, distributions, epoch)
        _about(stage, version, distributions)
        _settle(stage, epoch)
        return _pack(stage, output, version, epoch, fast=fast)


def _libraries(stage: Path, source: Path, distributions: list[Distribution]) -> None:
    for package in ("edge", "wire", "paper"):
        if package == "paper" and not (source / package).exists():  # of version 0.1.0, which printed nothing
            continue
        shutil.copytree(source / package, stage / LIBRARIES / package, ignore=_not_wanted)
    for distribution in distributions:
        for file in distribution.files or ():
            name = str(file)
            # Programs are not wanted, and what pip notes depends on when and how it installed.
            if name.startswith("..") or name.endswith(
                (".pyc", "/RECORD", "/INSTALLER", "/REQUESTED", "/direct_url.json")
            ):
                continue
            _put(Path(str(distribution.locate_file(file))), stage / LIBRARIES / name)


def _not_wanted(folder: str, names: list[str]) -> set[str]:
    """Of the terminal's page only what was built goes in."""
    sources = set(names) - {"dist"} if Path(folder).parts[-3:] == PAGE.parts else set[str]()
    return sources | ({"__pycache__"} & set(names))


def _environment(stage: Path, python: str) -> None:
    """A virtual environment without pip: a link to the system's Python, and a line that says so."""
    programs = stage / HOME / "bin"
    programs.mkdir(parents=True)
    (programs / "python").symlink_to(python)
    major = f"home = {Path(python).parent}\ninclude-system-site-packages = false\nversion = {MINOR}\n"
    (stage / HOME / "pyvenv.cfg").write_text(major, encoding="ascii")
    _put(HERE / "relay-edge.sh", programs / "relay-edge")
    (programs / "relay-edge").chmod(0o755)
    (stage / "usr/bin").mkdir(parents=True)
    (stage / "usr/bin/relay-edge").symlink_to("../lib/relief-relay/edge/bin/relay-edge")


def _documents(stage: Path, version: str, distributions: list[Distribution], epoch: int) -> None:
    documents = stage / "usr/share/doc" / NAME
    (documents / "copyright").write_text(licences(distributions), encoding="utf-8")
    when = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(epoch))
    maintainer = re.search("^Maintainer: (.+)$", (HERE / "control").read_text(encoding="utf-8"), re.MULTILINE)
    assert maintainer is not None  # noqa: S101 - a file of this project
    entry = f"{NAME} ({version}) unstable; urgency=medium\n\n  * See CHANGELOG.md of the project.\n\n"
    _gzip(documents / "changelog.gz", f"{entry} -- {maintainer[1]}  {when}\n".encode())
    _gzip(stage / "usr/share/man/man1/relay-edge.1.gz", (HERE / "relay-edge.1").read_bytes())


def _about(stage: Path, version: str, distributions: list[Distribution]) -> None:
    """What dpkg reads: control, checksums, conffiles, and the scripts of the maintainer."""
    files = sorted(path for path in stage.rglob("*") if path.is_file() and not path.is_symlink())
    sizes = sum(-(-path.stat().st_size // 1024) for path in files)
    about = stage / "DEBIAN"
    about.mkdir()
    control = (
        (HERE / "control")
        .read_text(encoding="utf-8")
        .format(
            version=version,
            architecture=_said("dpkg", "--print-architecture"),
            kib=sizes,
            python=MINOR,
            python_after=f"{sys.version_info.major}.{sys.version_info.minor + 1}",
            libc=libc_version(distributions),
        )
    )
    (about / "control").write_text(control, encoding="utf-8")
    (about / "conffiles").write_text("/etc/relief-relay/edge.toml\n", encoding="ascii")
    sums = [
        f"{hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()}  {path.relative_to(stage)}\n"
        for path in files
        if path.relative_to(stage).parts[0] != "etc"
    ]
    (about / "md5sums").write_text("".join(sums), encoding="utf-8")
    for script in ("postinst", "prerm", "postrm"):
        _put(HERE / script, about / script)
        (about / script).chmod(0o755)


def _settle(stage: Path, epoch: int) -> None:
    """Modes and times that do not depend on who builds, and when."""
    for path in (stage, *stage.rglob("*")):
        if not path.is_symlink():
            runs = path.is_dir() or (path.parent.name in {"bin", "DEBIAN"} and path.stat().st_mode & 0o100)
            path.chmod(0o755 if runs else 0o644)
        os.utime(path, (epoch, epoch), follow_symlinks=False)


def _pack(stage: Path, output: Path, version: str, epoch: int, *, fast: bool) -> Path:
    output.mkdir(parents=True, exist_ok=True)
    package = output / f"{NAME}_{version}_{_said('dpkg', '--print-architecture')}.deb"
    how = ["-Znone"] if fast else ["-Zxz", "--threads-max=1"]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(epoch)}
    command = ["dpkg-deb", "--root-owner-group", *how, "--build", str(stage), str(package)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BuildError(f"dpkg-deb cannot build {package}: {done.stderr.strip()}")
    return package


def _put(found: Path, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(found, place)


def _gzip(path: Path, text: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text, 9, mtime=0))


def _version(source: Path) -> str:
    found = re.search('^version = "(.+)"$', (source / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    if found is None:
        raise BuildError(f"{source}/pyproject.toml names no version.")
    return found[1]


def _said(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout.strip()


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Build the Debian package of the edge agent.")
    parser.add_argument("--output", type=Path, default=ROOT / "build", help="folder for the package")
    options = parser.parse_args()
    epoch = os.environ.get("SOURCE_DATE_EPOCH") or _said("git", "log", "-1", "--format=%ct")
    try:
        package = build(ROOT, options.output, epoch=int(epoch))
    except BuildError as error:
        sys.exit(f"error: {error}")
    sys.stdout.write(f"{package}: {package.stat().st_size / 1e6:.1f} MB\n")


if __name__ == "__main__":
    main()
