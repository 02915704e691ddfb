"""How much memory a process had, and whether it ended for want of more, as far as that can be told."""

import re
from collections.abc import Iterable
from pathlib import Path

SIGNS = ("MemoryError", "std::bad_alloc", "ResourceExhaustedError", "CUDA_ERROR_OUT_OF_MEMORY")
UNITS = {"KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}
_WANTED = re.compile(r"Unable to allocate ([\d.]+) (KiB|MiB|GiB|TiB)")  # NumPy


def peak_bytes(pid: int) -> int:
    """The most memory that a process has had so far; 0 when it has ended."""
    try:
        return _number_after("VmHWM:", Path(f"/proc/{pid}/status")) * 1024
    except (FileNotFoundError, ProcessLookupError):
        return 0


def kernel_kills() -> int:
    """How often the kernel has killed a process of this machine to free memory."""
    return _number_after("oom_kill", Path("/proc/vmstat"))


def says_out_of_memory(words: Iterable[str]) -> bool:
    """Whether the last words of a process tell of memory that could not be had."""
    return any(sign in line for line in words for sign in SIGNS)


def bytes_wanted(words: Iterable[str]) -> int | None:
    """How many bytes could not be had, where the last words tell."""
    found = [match for line in words if (match := _WANTED.search(line))]
    return round(float(found[-1][1]) * UNITS[found[-1][2]]) if found else None


def _number_after(name: str, file: Path) -> int:
    """The number behind a name in a file of /proc; 0 when the name is not there (a zombie has no memory)."""
    rows = (line.split() for line in file.read_text().splitlines())
    return next((int(row[1]) for row in rows if row[:1] == [name]), 0)
