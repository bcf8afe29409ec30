from odoo.tests import tagged

from .common import TillHttpCase, free_port


@tagged("post_install", "-at_install")
class TestTill(TillHttpCase):
    """A sale in a real browser, printed by the real device service."""

    def test_sale_is_printed_and_opens_the_drawer(self):
        service = self.start_service()
        self.link(service.url)
        self.open_register()
        self.start_pos_tour("retail_pos_hardware_sell_and_print")
        (image,) = service.pictures()
        self.assertReceiptPrinted(image)
        self.assertEqual([pulse["drawer"] for pulse in service.pulses()], ["receipt"])
        (job,) = service.call("jobs")["jobs"]
        self.assertEqual((job["source"], job["state"]), ("v1", "confirmed"))

    def test_automatic_printing(self):
        service = self.start_service()
        self.link(service.url)
        self.main_pos_config.write(
            {"iface_print_auto": True, "iface_print_skip_screen": False}
        )
        self.open_register()
        self.start_pos_tour("retail_pos_hardware_auto_print")
        self.assertEqual(len(service.pictures()), 1)

    def test_core_alone_prints_through_the_service(self):
        """No link: only core's own fields, filled by hand, and core's own code."""
        service = self.start_service()
        self.main_pos_config.write(
            {
                "is_posbox": True,
                "proxy_ip": service.url,
                "iface_print_via_proxy": True,
                "iface_cashdrawer": True,
            }
        )
        self.open_register()
        self.start_pos_tour("retail_pos_hardware_sell_and_print")
        (image,) = service.pictures()
        self.assertReceiptPrinted(image)
        self.assertEqual(len(service.pulses()), 1)
        (job,) = service.call("jobs")["jobs"]
        self.assertEqual((job["source"], job["state"]), ("hw_proxy", "confirmed"))

    def test_core_prints_to_it_as_to_an_epson_printer(self):
        service = self.start_service()
        self.main_pos_config.write(
            {
                "other_devices": True,
                "epson_printer_ip": f"{service.address}/receipt",
                "iface_cashdrawer": True,
            }
        )
        self.open_register()
        self.start_pos_tour("retail_pos_hardware_sell_and_print")
        (image,) = service.pictures()
        # Core's dithering leaves white seams between the letters of the bar.
        self.assertReceiptPrinted(image, bar=24)
        self.assertEqual(len(service.pulses()), 1)
        (job,) = service.call("jobs")["jobs"]
        self.assertEqual((job["source"], job["state"]), ("epos", "confirmed"))

    def test_second_printer_behind_the_same_service(self):
        service = self.start_service()
        self.link(f"{service.url}/kitchen", open_drawer=False)
        self.open_register()
        self.start_pos_tour("retail_pos_hardware_sell_and_print")
        (job,) = service.call("jobs")["jobs"]
        self.assertEqual(job["printer"], "kitchen")
        self.assertEqual(service.pulses(), [])

    def test_paper_out_is_told_and_retry_prints_once(self):
        service = self.start_service()
        self.link(service.url)
        self.open_register()
        self.start_pos_tour("retail_pos_hardware_paper_out")
        (image,) = service.pictures()
        self.assertReceiptPrinted(image)
        (job,) = service.call("jobs")["jobs"]
        self.assertEqual((job["state"], job["attempts"]), ("confirmed", 1))

    def test_icon_tells_what_is_wrong(self):
        service = self.start_service()
        self.link(service.url)
        self.open_register()
        self.start_pos_tour("retail_pos_hardware_status_icon")

    def test_scanner_of_the_service(self):
        self.bar_product.barcode = "6411300000494"
        service = self.start_service()
        self.link(service.url, use_scanner=True)
        self.open_register()
        self.start_pos_tour("retail_pos_hardware_scan")

    def test_till_works_while_the_service_is_away(self):
        """With core's own loop the page would freeze here."""
        self.link(f"http://127.0.0.1:{free_port()}", use_scanner=True)
        self.open_register()
        self.start_pos_tour("retail_pos_hardware_service_away")
        orders = self.main_pos_config.current_session_id.order_ids
        self.assertEqual(orders.filtered("nb_print"), orders.browse())
        self.assertIn("paid", orders.mapped("state"))
