from markupsafe import Markup

from odoo.exceptions import ValidationError
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from .common import TimelineMixin


@tagged("post_install", "-at_install")
class TestTimeline(TimelineMixin, TransactionCase):
    """All that happened, newest first, page by page, each once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_timeline()

    def _post(self, record, date, body="Hello", author=None, **vals):
        message = record.message_post(
            body=body,
            author_id=(author or self.aino).id,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            **vals,
        )
        message.date = date
        return message

    def test_entries_of_all_kinds_are_in_order(self):
        lead = self._new_lead()
        order = self._new_order(date_order="2024-03-01 10:00:00")
        said = self._post(lead, "2024-02-01 10:00:00", Markup("<p>In blue?</p>"))
        answer = self._post(
            order, "2024-03-02 10:00:00", "Yes", author=self.seller.partner_id
        )
        note = lead.message_post(
            body="Careful",
            author_id=self.seller.partner_id.id,
            message_type="comment",
            subtype_xmlid="mail.mt_note",
        )
        note.date = "2024-01-15 10:00:00"
        self.env.cr.execute(
            "UPDATE crm_lead SET create_date = '2024-01-01' WHERE id = %s", [lead.id]
        )
        lead.invalidate_recordset()
        page = self._page()
        self.assertEqual(
            [entry["key"] for entry in page["entries"]],
            [
                f"message.sale.order-{answer.id}",
                f"order-{order.id}",
                f"message.crm.lead-{said.id}",
                f"note.crm.lead-{note.id}",
                f"lead-{lead.id}",
            ],
        )
        self.assertFalse(page["next"])
        entries = page["entries"]
        self.assertEqual(
            (entries[0]["direction"], entries[2]["direction"]), ("out", "in")
        )
        self.assertEqual(entries[2]["text"], "In blue?")
        self.assertEqual(entries[2]["author"], "Aino")
        self.assertFalse(entries[3]["direction"])
        self.assertEqual(
            (entries[1]["model"], entries[1]["res_id"]), ("sale.order", order.id)
        )
        self.assertLessEqual(
            {"message", "note", "lead", "order"},
            {kind["key"] for kind in page["kinds"]},
        )

    def test_words_that_named_their_lead_stand_there_once(self):
        lead = self._new_lead(name="In blue?", description="<p>In blue?</p>")
        first = self._post(lead, "2024-02-01 10:00:00", "In blue?")
        second = self._post(lead, "2024-02-02 10:00:00", "Or red.")
        entries = {entry["key"]: entry for entry in self._page()["entries"]}
        first, second = (
            entries[f"message.crm.lead-{message.id}"] for message in (first, second)
        )
        self.assertEqual((first["text"], first["about"]), ("In blue?", ""))
        self.assertEqual((second["text"], second["about"]), ("Or red.", "In blue?"))
        lead = entries[f"lead-{lead.id}"]
        self.assertEqual((lead["title"], lead["text"]), ("In blue?", ""))

    def test_pages_hold_everything_once_also_at_one_moment(self):
        lead = self._new_lead()
        for number in range(12):
            # Three at each moment, and orders at the same ones.
            self._post(lead, f"2024-01-{number // 3 + 1:02} 10:00:00")
        for number in range(1, 5):
            self._new_order(date_order=f"2024-01-{number:02} 10:00:00")
        everything = self._keys(limit=100)
        self.assertEqual(len(everything), 17)
        for limit in (1, 2, 5, 16, 17):
            found, before = [], None
            while True:
                page = self._page(limit=limit, before=before)
                found += [entry["key"] for entry in page["entries"]]
                before = page["next"]
                if not before:
                    break
                self.assertEqual(len(page["entries"]), limit)
            self.assertEqual(found, everything, limit)

    def test_new_entries_do_not_shift_pages(self):
        lead = self._new_lead()
        for number in range(6):
            self._post(lead, f"2024-01-{number + 1:02} 10:00:00")
        first = self._page(kinds=["message"], limit=3)
        self._post(lead, "2024-02-01 10:00:00")
        second = self._page(kinds=["message"], limit=3, before=first["next"])
        keys = [e["key"] for e in [*first["entries"], *second["entries"]]]
        self.assertEqual(len(set(keys)), 6)

    def test_kinds_are_filters(self):
        self._new_lead()
        order = self._new_order()
        self.assertEqual(self._keys(kinds=["order"]), [f"order-{order.id}"])
        self.assertEqual(self._keys(kinds=["nothing like this"]), [])

    def test_company_shows_its_contacts(self):
        firm = self.env["res.partner"].create({"name": "Puu Oy", "is_company": True})
        self.aino.parent_id = firm
        lead = self._new_lead()
        self.assertIn(f"lead-{lead.id}", self._keys(firm))
        other = self.env["res.partner"].create({"name": "Eino", "parent_id": firm.id})
        self.assertEqual(self._keys(other), [])

    def test_lead_without_customer_shows_itself_only(self):
        lead = self._new_lead(partner_id=False, email_from="x@tl.example")
        self._new_lead(partner_id=False)
        said = self._post(lead, "2024-02-01 10:00:00")
        self.assertEqual(
            self._keys(lead), [f"lead-{lead.id}", f"message.crm.lead-{said.id}"]
        )
        other = self._new_lead()
        lead.partner_id = self.aino
        self.assertIn(f"lead-{other.id}", self._keys(lead))

    @mute_logger("odoo.models.unlink")
    def test_merged_customer_brings_everything_along(self):
        double = self.env["res.partner"].create({"name": "A. Lähde"})
        lead = self._new_lead(partner_id=double.id)
        said = self._post(double, "2024-02-01 10:00:00", author=double)
        merges = self.env["crm_orders.merge"].with_user(self.manager)
        merge = merges._merge(
            self.aino.with_user(self.manager), double.with_user(self.manager)
        )
        keys = self._keys()
        self.assertIn(f"lead-{lead.id}", keys)
        self.assertIn(f"message.res.partner-{said.id}", keys)
        merge.action_undo()
        self.assertNotIn(f"lead-{lead.id}", self._keys())
        self.assertIn(f"lead-{lead.id}", self._keys(double))

    def test_arguments_of_hostile_clients(self):
        for arguments in (
            {"before": "x"},
            {"before": ["2024-01-01", 0]},
            {"before": ["2024-01-01", 0, "1; DROP"]},
            {"before": ["2024-01-01", 0, 10**30]},
            {"before": ["2024-01-01T00:00:00+00:00", 0, 1]},
            {"limit": "many"},
            {"kinds": 5},
        ):
            with self.subTest(**arguments), self.assertRaises(ValidationError):
                self._page(**arguments)
        self.assertEqual(self._page(limit=10**9)["entries"], [])
        self.assertEqual(self._page(kinds=["'; --"], limit=-1)["entries"], [])

    def test_queries_do_not_grow_with_what_happened(self):
        def count(limit):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            entries = self._page(limit=limit)["entries"]
            self.assertEqual(len(entries), limit)
            return self.cr.sql_log_count - before

        lead = self._new_lead()
        self._post(lead, "2024-01-01 10:00:00")
        self._new_order(date_order="2024-01-01 10:00:00")
        # The first page fills caches.
        self._page()
        few = count(3)
        for number in range(30):
            self._post(self._new_lead(), f"2024-01-{number + 1:02} 10:00:00")
            self._new_order(date_order=f"2024-01-{number + 1:02} 10:00:00")
        self.assertLessEqual(count(60), few + 3)
