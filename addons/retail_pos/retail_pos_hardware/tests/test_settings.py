from odoo.tests import Form, TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestSettings(TransactionCase):
    """The settings page writes all its fields at once; ours must win."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids += cls.env.ref("point_of_sale.group_pos_manager")
        cls.config = cls.env["pos.config"].create({"name": "Shop A"})
        cls.proxy = cls.env["retail_pos.proxy"].create({"name": "Till 1"})

    def _open_settings(self):
        return Form(
            self.env["res.config.settings"].with_context(
                active_model="pos.config", active_id=self.config.id
            )
        )

    def test_choosing_and_clearing_the_service(self):
        form = self._open_settings()
        form.pos_retail_pos_proxy_id = self.proxy
        form.save()
        self.assertEqual(self.config.retail_pos_proxy_id, self.proxy)
        self.assertTrue(self.config.is_posbox)
        self.assertTrue(self.config.iface_print_via_proxy)
        self.assertTrue(self.config.iface_cashdrawer)
        self.assertEqual(self.config.proxy_ip, self.proxy.url)
        form = self._open_settings()
        form.pos_retail_pos_proxy_id = self.proxy.browse()
        form.save()
        self.assertFalse(self.config.retail_pos_proxy_id)
        self.assertFalse(self.config.is_posbox)
        self.assertFalse(self.config.iface_cashdrawer)

    def test_saving_again_keeps_the_devices(self):
        self.config.retail_pos_proxy_id = self.proxy
        form = self._open_settings()
        form.pos_manual_discount = False
        form.save()
        self.assertFalse(self.config.manual_discount)
        self.assertEqual(self.config.retail_pos_proxy_id, self.proxy)
        self.assertTrue(self.config.iface_cashdrawer)
        self.assertEqual(self.config.proxy_ip, self.proxy.url)

    def test_box_set_up_by_hand_survives_the_page(self):
        self.config.write(
            {"is_posbox": True, "proxy_ip": "1.2.3.4", "iface_print_via_proxy": True}
        )
        form = self._open_settings()
        form.pos_manual_discount = False
        form.save()
        self.assertEqual(self.config.proxy_ip, "1.2.3.4")
        self.assertTrue(self.config.iface_print_via_proxy)
