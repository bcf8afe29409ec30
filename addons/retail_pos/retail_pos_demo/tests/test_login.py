import uuid

from odoo import http
from odoo.exceptions import AccessDenied
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tests.common import HOST, Opener, get_db_name

from ..models.res_users import DEMO_LOGINS


@tagged("post_install", "-at_install")
class TestLogin(HttpCase):
    """The passwords that everybody knows open the demo, and nothing else."""

    def setUp(self):
        super().setUp()
        # Admin may have got a real password: `make run` lets people try anything.
        self.env.ref("base.user_admin").password = "admin"
        self._start_session()

    def _start_session(self):
        """Forget who is logged in, as another browser does."""
        self.session = http.root.session_store.new()
        self.session.update(http.get_default_session(), db=get_db_name())
        self.opener = Opener(self)
        self.opener.cookies.set("session_id", self.session.sid, domain=HOST, path="/")

    def _log_in(self, login, password):
        """Send the login form; return the login of the session and the page."""
        self._start_session()
        page = self.url_open(
            "/web/login",
            {
                "login": login,
                "password": password,
                "csrf_token": http.Request.csrf_token(self),
            },
        )
        page.raise_for_status()
        session = http.root.session_store.get(self.opener.cookies["session_id"])
        return session.login, page.text

    def _copy_database(self):
        """Give the database the new identity that Odoo gives to a copy."""
        self.env["ir.config_parameter"].set_param("database.uuid", str(uuid.uuid4()))

    def test_demo_passwords_work_in_the_demo_database(self):
        for login in DEMO_LOGINS.values():
            self.assertEqual(self._log_in(login, login)[0], login)

    def test_demo_passwords_are_refused_in_a_copy(self):
        self._copy_database()
        for login in DEMO_LOGINS.values():
            logged_in, page = self._log_in(login, login)
            self.assertFalse(logged_in, login)
            self.assertIn("copy of a demo database", page)

    def test_demo_passwords_are_refused_without_the_marker(self):
        self.env["ir.config_parameter"].set_param("retail_pos_demo.database_uuid", "")
        self.assertFalse(self._log_in("cashier", "cashier")[0])

    def test_a_wrong_password_is_just_wrong(self):
        self._copy_database()
        logged_in, page = self._log_in("manager", "something else")
        self.assertFalse(logged_in)
        self.assertIn("Wrong login/password", page)

    def test_a_changed_password_works_in_a_copy(self):
        self.env.ref("retail_pos_demo.user_manager").password = "Karhunpesä 42"
        self._copy_database()
        self.assertEqual(self._log_in("manager", "Karhunpesä 42")[0], "manager")

    def test_a_renamed_user_does_not_keep_the_demo_password(self):
        user = self.env.ref("retail_pos_demo.user_seller")
        user.login = "sami"
        self.assertEqual(self._log_in("sami", "seller")[0], "sami")
        self._copy_database()
        self.assertFalse(self._log_in("sami", "seller")[0])
        user.password = "sami"
        self.assertFalse(self._log_in("sami", "sami")[0])

    def test_other_users_are_not_concerned(self):
        user = self.env["res.users"].create(
            {"name": "Owner", "login": "owner", "password": "owner"}
        )
        self._copy_database()
        self.assertEqual(self._log_in("owner", "owner")[0], user.login)

    def _authenticate(self, login, password):
        """Check the password as the remote interfaces do."""
        credential = {"type": "password", "login": login, "password": password}
        users = self.env["res.users"]
        return users.authenticate(credential, {"interactive": False})["auth_method"]

    def test_programs_are_refused_in_a_copy(self):
        self.assertEqual(self._authenticate("cashier", "cashier"), "password")
        self._copy_database()
        with self.assertRaises(AccessDenied):
            self._authenticate("cashier", "cashier")

    def test_an_api_key_works_in_a_copy(self):
        user = self.env.ref("retail_pos_demo.user_manager")
        keys = self.env["res.users.apikeys"].with_user(user).sudo()
        key = keys._generate(None, "Integration", None)
        self._copy_database()
        self.assertEqual(self._authenticate("manager", key), "apikey")

    def test_badge_tells_a_demo_from_its_copy(self):
        check = """
            const badge = document.querySelector(".o_demo_badge");
            if (badge.textContent.trim() === %r) { console.log("test successful"); }
            else { console.error(badge.textContent); }
        """
        new_test_user(self.env, login="clerk")
        ready = "document.querySelector('.o_demo_badge') !== null"
        self.browser_js("/odoo", check % "Demo database", ready, login="clerk")
        self._copy_database()
        copy = check % "Copy of a demo database"
        self.browser_js("/odoo", copy, ready, login="clerk")
