"""What `maskeraid up`, `maskeraid login-link`, and `maskeraid demo` do."""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from maskeraid_core.portal import open_portal
from maskeraid_core.settings import CoreSettings, read_settings
from maskeraid_local.demo import OutputInUse, run_demo
from maskeraid_local.first_account import create_login_link
from maskeraid_local.invocation import DEFAULT_PORT, login_command, up_command
from maskeraid_local.running import NothingRuns, read_running
from maskeraid_local.settings import LocalSettings
from maskeraid_local.stack import Stack, StackError, StackOptions

RECIPE = Path(__file__).with_name("recipe.txt")
RECIPE_URL = "http://127.0.0.1:8000"
INTERRUPTED = 130  # as shells say it of Ctrl-C


def up(data: Path, port: int, *, is_key_wanted: bool = False) -> int:
    """Run the stack until Ctrl-C or SIGTERM; the exit code."""
    start_seconds = read_settings(LocalSettings).start_seconds

    def run() -> int:
        with Stack(StackOptions(data.resolve(), port, start_seconds=start_seconds)) as stack, _undisturbed_stop():
            key = stack.first_key or (stack.make_key() if is_key_wanted else None)
            sys.stdout.write(welcome(stack, key, stack.make_login_link()))
            sys.stdout.flush()
            stack.watch()
        return 0

    return _exit_code(run)


def login_link(data: Path) -> int:
    """Print another link to the service that runs on this data; the exit code."""
    try:
        running = read_running(data)
    except NothingRuns:
        sys.stderr.write(f"error: no service runs on {data}: start it with {up_command(data, DEFAULT_PORT)}\n")
        return 1
    settings = CoreSettings(_env_file=None, environment="local", mongodb_url=running.mongodb_url)
    with open_portal(settings) as port:
        sys.stdout.write(f"{port.call(create_login_link, port.stores.database, running.url)}\n")
    return 0


def demo(output: Path) -> int:
    """Run the main job once; the exit code."""
    return _exit_code(lambda: run_demo(output.resolve()), of_interrupt=INTERRUPTED)


def welcome(stack: Stack, key: str | None, link: str) -> str:
    """Where the service is, a link and a new key, which are shown once, and how to use them."""
    lines = ["", "MASKERAID is ready. Open it in your browser; the link works once, for ten minutes:", ""]
    lines += [f"    {link}", ""]
    lines += [f"{login_command(stack.options.data)} prints another.   API reference: {stack.url}/docs"]
    lines += [f"Data: {stack.options.data}   E-mail: {stack.outbox}   Log: {stack.log}", ""]
    lines += ["In a second terminal: . .venv/bin/activate", ""]
    if key:
        lines += ["Your API key, shown only now:", "", f"    export MASKERAID_KEY={key}", ""]
        lines += [f"For the commands of `maskeraid`: maskeraid login $MASKERAID_KEY --url {stack.url}", ""]
    if stack.url != RECIPE_URL:
        lines += ["This is not the usual port, so commands and the client need to know:", ""]
        lines += [f"    export MASKERAID_URL={stack.url}", ""]
    if not key:
        another = up_command(stack.options.data, stack.options.port, "--new-key")
        lines += [f"The first key was shown at the first start; {another} makes another.", ""]
    lines += [
        RECIPE.read_text().replace(RECIPE_URL, stack.url),
        "Ctrl-C stops everything.",
        "",
    ]
    return "\n".join(lines)


def _exit_code(run: Callable[[], int], of_interrupt: int = 0) -> int:
    """What `run` says, or what an end from outside means; a stack that cannot be started is said in one line."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return run()
    except KeyboardInterrupt:
        return of_interrupt
    except (StackError, OutputInUse) as error:
        sys.stderr.write(f"error: {error}\n")
        return 1


@contextmanager
def _undisturbed_stop() -> Iterator[None]:
    """From the end of the block on, a second Ctrl-C must not leave half of the stack running."""
    try:
        yield
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        sys.stderr.write("stopping …\n")
