"""Locks between commands of one checkout. They are the kernel's: kill -9 frees them."""

import contextlib
import fcntl

from .console import Fault, say


@contextlib.contextmanager
def exclusive(path, waiting_for):
    """Hold `path` alone; says what it waits for when another command has it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"Waiting for another command: {waiting_for} ...")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def exclusive_or_fault(path, text):
    """Hold `path` alone, or end with `text` when another command has it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Fault(text) from None
        yield


def share(path):
    """A handle that holds `path` together with others until it is closed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = path.open("a")
    fcntl.flock(handle, fcntl.LOCK_SH)
    return handle


def is_last(handle):
    """Whether nobody else holds the lock of `handle`."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
