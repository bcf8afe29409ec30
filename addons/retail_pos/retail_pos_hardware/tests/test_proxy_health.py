import base64
from pathlib import Path

from odoo.tests import HttpCase, new_test_user, tagged

from .common import DeviceServiceProcess, free_port

ACTION = "/odoo/action-retail_pos_hardware.retail_pos_proxy_action"


@tagged("post_install", "-at_install")
class TestProxyHealth(HttpCase):
    """The page that tells a shop what works, against the real device service."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        new_test_user(
            cls.env,
            "health_manager",
            groups="base.group_user,point_of_sale.group_pos_manager",
        )

    def _check(self, tour, url):
        self.env["retail_pos.proxy"].create({"name": "Till 1", "url": url})
        self.start_tour(ACTION, tour, login="health_manager")

    def _start_service(self, origin=None):
        service = DeviceServiceProcess(origin or self.base_url())
        self.addCleanup(service.stop)
        service.wait_ready()
        return service

    def test_healthy_service_and_its_buttons(self):
        service = self._start_service()
        self._check("retail_pos_hardware_health", service.url)
        self.assertEqual(len(service.pictures()), 1)
        self.assertEqual([pulse["drawer"] for pulse in service.pulses()], ["receipt"])

    def test_trouble_is_told_in_plain_words(self):
        service = self._start_service()
        service.call("virtual", paper="out")
        picture = Path(__file__).parents[1] / "static/description/icon.png"
        job = service.call(
            "print",
            id="health-job-1",
            image=base64.b64encode(picture.read_bytes()).decode(),
        )
        self.assertEqual(job["code"], "paper_out")
        self._check("retail_pos_hardware_health_trouble", service.url)
        (job,) = service.call("jobs")["jobs"]
        self.assertTrue(job["dismissed"])

    def test_service_that_does_not_know_this_odoo(self):
        service = self._start_service("https://elsewhere.example.com")
        self._check("retail_pos_hardware_health_refused", service.url)

    def test_no_service(self):
        self._check("retail_pos_hardware_health_away", f"127.0.0.1:{free_port()}")
