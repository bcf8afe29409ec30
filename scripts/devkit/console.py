"""What the commands say: steps with elapsed time, and faults in one line."""

import contextlib
import sys
import time

STARTED = time.monotonic()


class Fault(Exception):
    """Something the user can mend; its text says what and how, in one line."""


def say(text=""):
    print(text, flush=True)


def elapsed():
    seconds = int(time.monotonic() - STARTED)
    return f"{seconds // 60}:{seconds % 60:02}"


@contextlib.contextmanager
def step(text):
    """Say what is being done, and how long it took unless it was immediate."""
    say(f"[{elapsed()}] {text} ...")
    started = time.monotonic()
    yield
    took = time.monotonic() - started
    if took >= 5:
        say(f"[{elapsed()}]   done in {took:.0f} s")


def progress(text):
    """A passing note: overwrites itself on a terminal, one line each elsewhere."""
    if sys.stdout.isatty():
        print(f"\r\033[K[{elapsed()}]   {text}", end="", flush=True)
    else:
        say(f"[{elapsed()}]   {text}")


def end_progress():
    if sys.stdout.isatty():
        print("\r\033[K", end="", flush=True)
