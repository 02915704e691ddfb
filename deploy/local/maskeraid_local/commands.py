"""What `maskeraid up` and `maskeraid demo` do."""

import signal
import sys
import threading
from pathlib import Path
from types import FrameType

from maskeraid_local.demo import run_demo
from maskeraid_local.stack import Stack, StackError, StackOptions

RECIPE = Path(__file__).with_name("recipe.txt")


def up(data: Path, port: int) -> int:
    """Run the stack until Ctrl-C or SIGTERM; the exit code."""
    is_over = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        is_over.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    try:
        with Stack(StackOptions(data=data.resolve(), port=port)) as stack:
            print_welcome(stack)
            watcher = threading.Thread(target=stack.watch, name="watcher")
            watcher.start()
            is_over.wait()
            sys.stderr.write("stopping …\n")
            stack.stop()
            watcher.join()
    except StackError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    return 0


def demo(output: Path) -> int:
    """Run the main job once; the exit code."""
    try:
        return run_demo(output.resolve())
    except StackError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1


def print_welcome(stack: Stack) -> None:
    """Say where the service is, show the first key once, and how to use both."""
    lines = ["", f"MASKERAID is ready at {stack.url}   (API reference: {stack.url}/docs)"]
    lines += [f"Data: {stack.options.data}   E-mail: {stack.outbox}", ""]
    if stack.first_key:
        lines += ["Your first API key, shown only now:", "", f"    export MASKERAID_KEY={stack.first_key}", ""]
    else:
        lines += ["The first key was shown at the first start.", ""]
    lines += [RECIPE.read_text().replace("http://127.0.0.1:8000", stack.url), "Ctrl-C stops everything.", ""]
    sys.stdout.write("\n".join(lines))
    sys.stdout.flush()
