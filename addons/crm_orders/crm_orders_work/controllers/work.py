from urllib.parse import urlencode

from werkzeug.exceptions import Forbidden

from odoo import http
from odoo.exceptions import AccessError
from odoo.http import request
from odoo.tools import file_open

from ..models.crm_orders_work import WORKER_GROUP

# A picture as Base64, with room around it.
MAX_REQUEST = 12 * 1024 * 1024
# What a phone needs to put the page among its apps.
MANIFEST = urlencode({"app_id": "crm_orders_work", "path": "my-work"})


class WorkController(http.Controller):
    """The page of couriers and of the workshop, and what it asks for."""

    @http.route("/my-work", type="http", auth="user", methods=["GET"], readonly=True)
    def page(self, **_query):
        user = request.env.user
        if not user.has_group(WORKER_GROUP):
            raise Forbidden(
                request.env._("Ask a manager of Orders to make you a worker.")
            )
        response = request.render(
            "crm_orders_work.page",
            {
                "html_data": {"lang": request.env.lang.replace("_", "-")},
                "manifest_url": f"/web/manifest.scoped_app_manifest?{MANIFEST}",
                "info": {"user_id": user.id, "user_name": user.name},
            },
        )
        # It tells who is logged in; what is kept for later is kept by its own worker.
        response.headers["Cache-Control"] = "no-store"
        return response

    @http.route(
        "/my-work/service-worker.js",
        type="http",
        auth="public",
        methods=["GET"],
        readonly=True,
    )
    def service_worker(self):
        with file_open("crm_orders_work/static/src/service_worker.js") as file:
            return request.make_response(
                file.read(),
                [
                    ("Content-Type", "text/javascript"),
                    ("Service-Worker-Allowed", "/my-work"),
                    ("Cache-Control", "no-cache"),
                ],
            )

    @http.route("/my-work/cards", type="jsonrpc", auth="user", readonly=True)
    def cards(self, **_more):
        return {
            "user_id": request.env.uid,
            "cards": self._work()._get_cards(),
        }

    @http.route(
        "/my-work/act", type="jsonrpc", auth="user", max_content_length=MAX_REQUEST
    )
    def act(self, user_id, token, kind, order_id, values, done_date=None, **_more):
        """Do one thing; who is logged in now must be who did it.

        Else the phone keeps it until that person has logged in again.
        """
        work = self._work()
        if user_id != request.env.uid:
            return {"state": "other_user"}
        return work._act(token, kind, order_id, values, done_date)

    def _work(self):
        if not request.env.user.has_group(WORKER_GROUP):
            raise AccessError(
                request.env._("Ask a manager of Orders to make you a worker.")
            )
        return request.env["crm_orders.work"]
