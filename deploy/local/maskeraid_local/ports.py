"""Free loopback ports, and whether something answers on one."""

import socket
import time

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """A port that nothing listens on at the moment."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
    return port


def answers(port: int) -> bool:
    """Whether something accepts connections on the port."""
    try:
        socket.create_connection((LOOPBACK, port), timeout=0.5).close()
    except OSError:
        return False
    return True


def wait_for_port(port: int, timeout_seconds: float) -> bool:
    """Whether something accepts connections on the port within the time."""
    until = time.monotonic() + timeout_seconds
    while not answers(port):
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True
