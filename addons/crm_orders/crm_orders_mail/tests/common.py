import uuid
from email.message import EmailMessage

ADDRESS = "myynti@kauppa.example"


class MailMixin:
    """A sales team with a mail address, and mails to it."""

    @classmethod
    def _set_up_mail(cls):
        domain = cls.env["mail.alias.domain"].create({"name": "kauppa.example"})
        cls.env.company.alias_domain_id = domain
        cls.team = cls.env["crm.team"].create(
            {
                "name": "Myynti",
                "use_leads": True,
                "alias_name": "myynti",
                "alias_domain_id": domain.id,
                "company_id": cls.env.company.id,
            }
        )
        cls.events = cls.env["crm_orders.event"]
        cls.leads = cls.env["crm.lead"]

    def _receive(
        self, text="Hei", sender="Aino <aino@example.com>", subject="Maljakko", **more
    ):
        """Hand a mail to the gateway, as a mail server does; the lead it ended on."""
        mail = EmailMessage()
        mail["From"] = sender
        mail["To"] = more.pop("to", ADDRESS)
        mail["Subject"] = subject
        mail["Message-ID"] = more.pop("message_id", f"<{uuid.uuid4()}@example.com>")
        for name, value in more.items():
            mail[name.replace("_", "-")] = value
        mail.set_content(text)
        number = self.env["mail.thread"].message_process(None, mail.as_bytes())
        return self.leads.browse(number or [])

    @property
    def source(self):
        return self.env["crm_orders.source"]._find_by_team(self.team.id)
