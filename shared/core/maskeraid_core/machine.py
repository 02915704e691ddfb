"""What a worker runs on: told to operators, decides nothing."""

import os
import platform
import subprocess
from pathlib import Path

MIB = 2**20
ASKED = ("nvidia-smi", "--query-gpu=name,memory.total", "--format=csv,noheader,nounits")
ANSWER_SECONDS = 10


def describe_gpu() -> dict[str, object]:
    """Name and memory of the first GPU that the driver shows; nothing where there is none."""
    try:
        answer = subprocess.run(ASKED, capture_output=True, text=True, timeout=ANSWER_SECONDS, check=True).stdout
        name, mebibytes = answer.splitlines()[0].rsplit(",", 1)
        return {"device": name.strip(), "memory_bytes": int(mebibytes) * MIB}
    except (OSError, subprocess.SubprocessError, IndexError, ValueError):  # no driver, no GPU, or none that answers
        return {}


def describe_cpu() -> dict[str, object]:
    """The cores that this process may use, and the machine's memory."""
    cores = len(os.sched_getaffinity(0))
    memory_bytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {"device": f"{cores} {platform.machine()} cores", "memory_bytes": memory_bytes}


def used_bytes() -> int:
    """Memory that this process holds at the moment."""
    resident_pages = int(Path("/proc/self/statm").read_text().split()[1])
    return resident_pages * os.sysconf("SC_PAGE_SIZE")
