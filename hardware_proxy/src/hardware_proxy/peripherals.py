"""Devices besides printers: drawer guard, scanner, scale, customer display."""

import asyncio
import collections
import time


class DrawerGuard:
    """Limits how often a drawer opens: a page gone mad must not rattle the till."""

    def __init__(self, min_interval, per_minute, now=time.monotonic):
        self.min_interval = min_interval
        self.per_minute = per_minute
        self.now = now
        self._opened = collections.deque()

    def ask(self):
        """`open`, `merged` with the pulse a moment ago, or `refused`."""
        now = self.now()
        while self._opened and self._opened[0] <= now - 60:
            self._opened.popleft()
        if self._opened and now - self._opened[-1] < self.min_interval:
            return "merged"
        if len(self._opened) >= self.per_minute:
            return "refused"
        return "open"

    def opened(self):
        self._opened.append(self.now())


class Scanner:
    """Hands each scanned code to exactly one waiting till."""

    #: A code that nobody fetched is stale: it belongs to a customer who has left.
    MAX_AGE = 5.0

    def __init__(self, kind, now=time.monotonic):
        self.kind = kind
        self.now = now
        self._codes = asyncio.Queue(maxsize=100)

    @property
    def status(self):
        return "connected" if self.kind != "none" else "disconnected"

    def put(self, code):
        if self._codes.full():
            self._codes.get_nowait()
        self._codes.put_nowait((self.now(), code))

    async def wait(self, seconds):
        """The next fresh code, or an empty text after a while."""
        try:
            async with asyncio.timeout(seconds):
                while True:
                    at, code = await self._codes.get()
                    if self.now() - at <= self.MAX_AGE:
                        return code
        except TimeoutError:
            return ""


class Scale:
    """Weight in kilograms. Zero while the load moves, as POS clients expect."""

    def __init__(self, kind):
        self.kind = kind
        self.weight = 0.0
        self.stable = True

    @property
    def status(self):
        return "connected" if self.kind != "none" else "disconnected"

    def read(self):
        return self.weight if self.stable else 0.0


class CustomerDisplay:
    """Last thing the till wants its customer to see."""

    def __init__(self):
        self.data = {}
