import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from PIL import Image

from odoo.tests import new_test_user

from odoo.addons.point_of_sale.tests.test_frontend import TestPointOfSaleHttpCommon

#: The device service of this repository.
SERVICE = Path(__file__).resolve().parents[4] / "hardware_proxy" / "src"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class DeviceServiceProcess:
    """The real device service, with virtual devices, in a process of its own.

    HARDWARE_PROXY_PYTHON names the Python that has its packages; without, our own.
    """

    def __init__(self, origin, port=0, arguments=()):
        self.folder = tempfile.TemporaryDirectory(prefix="till_")
        self.receipts = Path(self.folder.name) / "receipts"
        python = os.environ.get("HARDWARE_PROXY_PYTHON") or sys.executable
        self.log = (Path(self.folder.name) / "log.txt").open("w+")
        self.process = subprocess.Popen(
            [python, "-m", "hardware_proxy", "--virtual", "--port", str(port)]
            + ["--receipts", str(self.receipts), "--allow-origin", origin, *arguments],
            env={**os.environ, "PYTHONPATH": str(SERVICE)},
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
        )
        line = self.process.stdout.readline()
        if "listening on " not in line:
            self.log.seek(0)
            raise AssertionError(f"The device service did not start: {self.log.read()}")
        self.url = line.split("listening on ")[1].strip()
        self.origin = origin

    @property
    def address(self):
        """Host and port."""
        return self.url.removeprefix("http://")

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)
        self.process.stdout.close()
        self.log.close()
        self.folder.cleanup()

    def call(self, name, **data):
        """A call of the service's own interface, as from a page of Odoo."""
        request = urllib.request.Request(
            f"{self.url}/v1/{name}",
            json.dumps(data).encode(),
            {"Content-Type": "application/json", "Origin": self.origin},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def wait_ready(self):
        """Until the service has asked its printers for the first time."""
        while {p["status"] for p in self.call("status")["printers"]} != {"connected"}:
            time.sleep(0.05)

    def pictures(self):
        return [Image.open(path) for path in sorted(self.receipts.glob("*.png"))]

    def pulses(self):
        with contextlib.suppress(FileNotFoundError):
            lines = (self.receipts / "drawer.jsonl").read_text().splitlines()
            return [json.loads(line) for line in lines]
        return []


class TillHttpCase(TestPointOfSaleHttpCommon):
    """A shop with something to sell, and the device service next to its browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env, "till_manager", groups="point_of_sale.group_pos_manager"
        )
        # A name that is solid black on paper, so that a picture shows it was printed.
        cls.bar_product = cls.env["product.product"].create(
            {
                "name": "Bar ████████",
                "available_in_pos": True,
                "list_price": 12.5,
                "taxes_id": False,
                "type": "consu",
            }
        )
        cls.main_pos_config.write({"iface_print_auto": False})

    def start_service(self, **kwargs):
        service = DeviceServiceProcess(self.base_url(), **kwargs)
        self.addCleanup(service.stop)
        service.wait_ready()
        return service

    def link(self, url, **values):
        """Link the shop to a device service at `url`."""
        proxy = self.env["retail_pos.proxy"].create(
            {
                "name": "Till 1",
                "url": url,
                "company_id": self.main_pos_config.company_id.id,
                **values,
            }
        )
        self.main_pos_config.retail_pos_proxy_id = proxy
        return proxy

    def open_register(self):
        self.main_pos_config.with_user(self.pos_user).open_ui()

    def assertReceiptPrinted(self, image, bar=100, dots=576, margin=24):
        """A complete receipt of our product, sharp black on white.

        `bar` is the length of the black bar that its name is on paper.
        """
        self.assertEqual(image.width, dots + 2 * margin)
        histogram = image.convert("L").histogram()
        self.assertFalse(sum(histogram[1:255]), "There are greys on thermal paper.")
        self.assertGreater(self._longest_bar(image), bar, "The product is missing.")
        ink = image.point(lambda value: 255 - value).getbbox()
        self.assertGreater(ink[3] - ink[1], 250, "The receipt is cut off.")
        self.assertLess(ink[2], image.width, "The receipt is cut off at its side.")
        # Nothing is black from edge to edge, as a torn picture would be.
        self.assertLess(sum(histogram[:1]), image.width * image.height / 3)

    def _longest_bar(self, image):
        """Length of the longest black run that is at least eight rows high."""
        longest = 0
        pixels = image.convert("L").load()
        for top in range(0, image.height - 8, 4):
            run = 0
            for left in range(image.width):
                solid = all(pixels[left, top + row] < 128 for row in range(8))
                run = run + 1 if solid else 0
                longest = max(longest, run)
        return longest
