"""Which installed libraries a program needs, whether they are as locked, and what they ask of a system."""

import re
from collections.abc import Iterable
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


class BuildError(Exception):
    """The package cannot be built; the sentence says why and what helps."""


def closure(name: str, extra: str, *, leave_out: Iterable[str] = ()) -> list[Distribution]:
    """All that `name[extra]` needs, as it is installed here, by name; without those to leave out."""
    found: dict[str, Distribution] = {}
    open_ends: list[tuple[str, tuple[str, ...]]] = [(name, (extra,))]
    seen: set[tuple[str, tuple[str, ...]]] = set()
    while open_ends:
        wanted = open_ends.pop()
        if wanted in seen:
            continue
        seen.add(wanted)
        installed = distribution(wanted[0])
        found[canonicalize_name(wanted[0])] = installed
        for line in installed.requires or ():
            need = Requirement(line)
            if need.marker is None or any(need.marker.evaluate({"extra": each}) for each in wanted[1] or ("",)):
                open_ends.append((canonicalize_name(need.name), tuple(sorted(need.extras))))
    return [found[each] for each in sorted(found) if each not in leave_out]


def unlocked(distributions: Iterable[Distribution], lock: Path) -> list[str]:
    """Those whose version is not the one that the lock names."""
    lines = lock.read_text(encoding="utf-8").splitlines()
    versions = {canonicalize_name(name): version for name, _, version in (line.partition("==") for line in lines)}
    return [each.name for each in distributions if versions.get(canonicalize_name(each.name)) != each.version]


def libc_version(distributions: Iterable[Distribution]) -> str:
    """The oldest glibc that all of their compiled parts run on: what their wheels' tags promise (PEP 600)."""
    needed = (2, 17)
    for each in distributions:
        promised = [
            (int(major), int(minor))
            for major, minor in re.findall(
                r"^Tag: .*-manylinux_(\d+)_(\d+)_", each.read_text("WHEEL") or "", re.MULTILINE
            )
        ]
        if promised:
            needed = max(needed, min(promised))
    return f"{needed[0]}.{needed[1]}"


def licences(distributions: Iterable[Distribution]) -> str:
    """Debian's file `copyright`: ours, and that of each library by what it says of itself."""
    parts = [
        "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nUpstream-Name: Relief Relay",
        "Files: *\nCopyright: the Relief Relay contributors\nLicense: Apache-2.0",
    ]
    for each in distributions:
        folder = canonicalize_name(each.name)
        terms = "".join(each.metadata.get_all("License-Expression") or ()) or _classified(each) or "see the comment"
        parts.append(
            f"Files: usr/lib/relief-relay/edge/lib/*/{folder}*\nCopyright: the authors of {each.name} {each.version}\n"
            f"License: {terms}\nComment: Its text is in {each.name}-{each.version}.dist-info beside it."
        )
    parts.append("License: Apache-2.0\n The text is in /usr/share/common-licenses/Apache-2.0.")
    return "\n\n".join(parts) + "\n"


def _classified(found: Distribution) -> str:
    names = [
        line.rpartition(" :: ")[2] for line in found.metadata.get_all("Classifier") or () if line.startswith("License")
    ]
    return " and ".join(names)
