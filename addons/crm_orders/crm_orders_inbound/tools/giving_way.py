"""Tells a job how long to leave the machine to those who wait for an answer."""

import time

# Requests a second from which on a job cannot keep up anyway, so that it may as well
# let them in first; it has the time to catch up when the burst is over.
BUSY_RATE = 50
MAX_PAUSE = 1.0  # seconds


class GivingWay:
    """Measures from batch to batch how many requests came in meanwhile."""

    def __init__(self, last_id, clock=time.monotonic):
        """:param last_id: a number that every request counts up"""
        self._clock = clock
        self._last_id = last_id
        self._measured = self._resumed = clock()

    def pause(self, last_id):
        """Seconds to stand back before the next batch: as long as this one took, or 0."""
        now = self._clock()
        worked, passed = now - self._resumed, now - self._measured
        busy = last_id - self._last_id > BUSY_RATE * passed
        pause = min(worked, MAX_PAUSE) if busy else 0
        self._last_id, self._measured = last_id, now
        self._resumed = now + pause
        return pause
