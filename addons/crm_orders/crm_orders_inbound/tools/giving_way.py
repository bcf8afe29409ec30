"""Tells a job how long to leave the machine to those who wait for an answer."""

import time

# Requests a second that are no burst, however slow the job is.
BUSY_RATE = 50
# In a burst the job leaves so much time for each second that it works.
TIME_LEFT = 9
MAX_PAUSE = 3.0  # seconds


class GivingWay:
    """Measures from batch to batch how many requests came in meanwhile.

    When more come in than the job gets done, it cannot keep up anyway: it lets them in
    first, and has the time to catch up when the burst is over.
    """

    def __init__(self, last_id, clock=time.monotonic):
        """:param last_id: a number that every request counts up"""
        self._clock = clock
        self._last_id = last_id
        self._measured = self._resumed = clock()

    def pause(self, last_id, done):
        """Seconds to stand back before the next batch; 0 when the job keeps up.

        :param done: how many requests were worked on since the last call
        """
        now = self._clock()
        worked, passed = now - self._resumed, now - self._measured
        came_in = last_id - self._last_id
        busy = came_in > BUSY_RATE * passed and came_in * worked > done * passed
        pause = min(TIME_LEFT * worked, MAX_PAUSE) if busy else 0
        self._last_id, self._measured = last_id, now
        self._resumed = now + pause
        return pause
