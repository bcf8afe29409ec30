"""How often a server answers clients that wait for each answer."""

import threading
import time

CLIENTS = 4
WARM_UP = 1  # seconds that are not counted


def rate(senders, seconds):
    """Let all senders work at once for so long; the first moments are not counted."""
    start = time.monotonic() + WARM_UP
    end = start + seconds
    times, errors = [], []

    def work(sender):
        try:
            while (began := time.monotonic()) < end:
                sender.send()
                done = time.monotonic()
                if began >= start and done <= end:
                    times.append(done - began)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=[sender]) for sender in senders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    times.sort()
    return {
        "count": len(times),
        "rate": len(times) / seconds,
        "p95_ms": round(times[int(len(times) * 0.95)] * 1000, 1),
        "p99_ms": round(times[int(len(times) * 0.99)] * 1000, 1),
    }
