"""How much memory the engine may use: a share of what this process really has, also inside a container."""

import os
from pathlib import Path

DEFAULT_SHARE = "60%"
"""What is left is for the forest, for Python, and for whatever else the machine does at night."""


def memory_limit(setting: str | None, available: int) -> str:
    """The limit as the engine reads it: a size as it was given, a share as that part of `available` bytes."""
    wanted = (setting or DEFAULT_SHARE).strip()
    if not wanted.endswith("%"):
        return wanted
    return f"{max(int(available * float(wanted.removesuffix('%')) / 100) // 1024, 1024)}KiB"


def available_memory(root: Path = Path("/")) -> int:
    """Bytes that this process can have: what the machine has, or the limit of its control group where that is less.

    A limit can stand on the group itself or on any above it (a service, a slice, a container), so all are asked;
    both versions of control groups are (see the manual page cgroups(7)). `root` is where proc and sys are.
    """
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min([machine, *_limits(root)])


def _limits(root: Path) -> list[int]:
    found = []
    for line in _text(root / "proc/self/cgroup").splitlines():
        _, _, rest = line.partition(":")
        controllers, colon, group = rest.partition(":")
        if not colon or (controllers and "memory" not in controllers.split(",")):
            continue
        top, name = (
            (root / "sys/fs/cgroup/memory", "memory.limit_in_bytes")
            if controllers
            else (root / "sys/fs/cgroup", "memory.max")
        )
        here = Path(group.lstrip("/"))
        for level in (here, *here.parents):
            said = _text(top / level / name).strip()
            if said.isdecimal() and int(said) > 0:  # otherwise "max", or no such group in this name space
                found.append(int(said))
    return found


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""
