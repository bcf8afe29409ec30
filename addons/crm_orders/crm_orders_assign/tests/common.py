from collections import Counter
from contextlib import nullcontext

from freezegun import freeze_time

from odoo import Command
from odoo.tests import new_test_user


class AssignMixin:
    """A company with a team, three sellers and a manager; no rule and no policy yet."""

    @classmethod
    def _set_up_shop(cls):
        cls.company = cls.env["res.company"].create(
            {"name": "Kauppa Oy", "country_id": cls.env.ref("base.fi").id}
        )
        cls.env.user.company_ids |= cls.company
        cls.env = cls.env(
            context={**cls.env.context, "allowed_company_ids": cls.company.ids}
        )
        # Whatever else this database holds must not take our leads.
        cls.env["crm_orders.assign.rule"].search([]).active = False
        cls.env["crm_orders.sla.policy"].search([]).active = False
        cls.manager = cls._new_user("assign_manager", "crm_orders_base.group_manager")
        cls.aino = cls._new_user("assign_aino", name="Aino Seller")
        cls.eero = cls._new_user("assign_eero", name="Eero Seller")
        cls.liisa = cls._new_user("assign_liisa", name="Liisa Seller")
        cls.sellers = cls.aino | cls.eero | cls.liisa
        cls.team = cls.env["crm.team"].create(
            {
                "name": "Shop",
                "company_id": cls.company.id,
                "user_id": cls.manager.id,
                "member_ids": [Command.set(cls.sellers.ids)],
            }
        )
        cls.calendar = cls.env["resource.calendar"].create(
            {
                "name": "Shop hours",
                "company_id": cls.company.id,
                "tz": "UTC",
                "attendance_ids": [
                    Command.create(
                        {
                            "name": str(day),
                            "dayofweek": str(day),
                            "hour_from": 9,
                            "hour_to": 17,
                            "day_period": "full_day",
                        }
                    )
                    for day in range(5)
                ],
            }
        )
        cls.customer = cls.env["res.partner"].create(
            {"name": "Customer", "email": "customer@example.com"}
        )

    @classmethod
    def _new_user(cls, login, groups="crm_orders_base.group_user", **vals):
        return new_test_user(
            cls.env,
            login,
            groups=groups,
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            email=f"{login}@example.com",
            tz="UTC",
            **vals,
        )

    @classmethod
    def _new_rule(cls, users=None, **vals):
        users = cls.sellers if users is None else users
        return cls.env["crm_orders.assign.rule"].create(
            {
                "name": "Everything",
                "company_id": cls.company.id,
                "member_ids": [
                    Command.create({"user_id": user.id, "sequence": number})
                    for number, user in enumerate(users)
                ],
                **vals,
            }
        )

    @classmethod
    def _new_policy(cls, *steps, **vals):
        """A policy of an hour by the clock on the wall, unless told otherwise."""
        return cls.env["crm_orders.sla.policy"].create(
            {
                "name": "Within an hour",
                "company_id": cls.company.id,
                "response_minutes": 60,
                "clock": "always",
                "step_ids": [
                    Command.create({"value": value, "kind": kind, "action": action})
                    for value, kind, action in steps
                ],
                **vals,
            }
        )

    @classmethod
    def _new_leads(cls, count=1, **vals):
        """Leads as they come in from outside: made by the system, for nobody."""
        leads = (
            cls.env["crm.lead"]
            .sudo()
            .create(
                [
                    {
                        "name": f"Request {number}",
                        "type": "opportunity",
                        "company_id": cls.company.id,
                        "team_id": cls.team.id,
                        "user_id": False,
                        **vals,
                    }
                    for number in range(count)
                ]
            )
        )
        # As if the request was over: what depends on the time is worked out now.
        cls.env.flush_all()
        return leads

    def _run_cron(self, name, when=None):
        """Run a job as the scheduler does, in the transaction of the test."""
        cron = self.env.ref(f"crm_orders_assign.{name}")
        # A test that serves HTTP is in that mode already.
        with (
            freeze_time(when) if when else nullcontext(),
            nullcontext()
            if self._registry_patched
            else self.enter_registry_test_mode(),
        ):
            cron.method_direct_trigger()

    @classmethod
    def _new_resource(cls, user, **vals):
        return cls.env["resource.resource"].create(
            {
                "name": user.name,
                "user_id": user.id,
                "company_id": cls.company.id,
                "calendar_id": cls.calendar.id,
                "tz": "UTC",
                **vals,
            }
        )

    def _assert_spread(self, leads, expected):
        """How many of the leads each seller has."""
        found = Counter(lead.user_id for lead in leads)
        found = {user: found[user] for user in expected}
        self.assertEqual(found, expected)
