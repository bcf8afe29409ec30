"""Virtual devices leave files: a PNG per receipt, a JSON line per drawer pulse."""

import json
import os
import time
from datetime import datetime

from .emulator import Emulator


def write_file(path, write):
    """Write through a temporary name, so that nobody ever sees half a file."""
    temporary = path.with_name(f".{path.name}.part")
    with temporary.open("wb") as file:
        write(file)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


class VirtualDevice:
    """An emulated printer with a drawer, writing to a folder."""

    def __init__(self, name, dots, folder):
        self.name = name
        self.folder = folder
        self.last_receipt = None
        folder.mkdir(parents=True, exist_ok=True)
        self.emulator = Emulator(dots, on_receipt=self._save, on_pulse=self._pulse)

    def _save(self, image):
        stamp = datetime.now().strftime("%Y%m%d-%H%M%S-%f")
        path = self.folder / f"{stamp}-{self.name}.png"
        write_file(path, lambda file: image.save(file, "PNG", dpi=(203, 203)))
        self.last_receipt = path.name

    def _pulse(self, pin, milliseconds):
        line = {
            "at": time.time(),
            "drawer": self.name,
            "pin": pin,
            "milliseconds": milliseconds,
        }
        with (self.folder / "drawer.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
            file.flush()
            os.fsync(file.fileno())
