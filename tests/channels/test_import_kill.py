"""Kill -9 in the middle of an import: each row is taken over once."""

import base64
import contextlib
import threading
import time
import uuid

import pytest
import requests
from conftest import Shop
from test_kill import server  # noqa: F401

ROWS = 1500
RUN = uuid.uuid4().hex[:8]
PATIENCE = 120
# How many batches more are done each time before the server dies.
KILLS = 3


@pytest.fixture
def job(admin):
    """The job, which only the test starts; afterwards the scheduler has it again."""
    (found,) = admin.find(
        "ir.model.data",
        [("module", "=", "crm_orders_import"), ("name", "=", "ir_cron_import")],
        "res_id",
    )
    admin.call("ir.cron", "write", [found["res_id"]], {"active": False})
    yield found["res_id"]
    admin.call("ir.cron", "write", [found["res_id"]], {"active": True})


def upload(manager):
    lines = ["Nimi;Puhelin;Sähköposti;Aihe"]
    # Every second row is the person of the row above, with another matter.
    lines += [
        f"P{number // 2} {RUN};;p{number // 2}@{RUN}.example;Asia {number}"
        for number in range(ROWS)
    ]
    (import_id,) = manager.call(
        "crm_orders.import",
        "create",
        [
            {
                "file": base64.b64encode("\r\n".join(lines).encode()).decode(),
                "filename": f"{RUN}.csv",
                "make": "both",
            }
        ],
    )
    return import_id


def count(shop, import_id, states):
    return shop.call(
        "crm_orders.import.row",
        "search_count",
        [("import_id", "=", import_id), ("state", "in", states)],
    )


def start_job(server, job):  # noqa: F811
    """Let that server do the job, and do not wait for it."""

    def run():
        # Its answer never comes.
        with contextlib.suppress(requests.RequestException, RuntimeError, ValueError):
            Shop(server.url, "admin").call("ir.cron", "method_direct_trigger", [job])

    threading.Thread(target=run, daemon=True).start()


def kill_in_the_middle(manager, server, job, import_id, states):  # noqa: F811
    """Start, wait for one batch more, and kill; tell how far it got each time."""
    found = []
    for _kill in range(KILLS):
        before = count(manager, import_id, states)
        if before == ROWS:
            # It was quicker than the test.
            break
        server.start()
        start_job(server, job)
        end = time.monotonic() + PATIENCE
        while count(manager, import_id, states) == before:
            assert time.monotonic() < end, "The job does nothing."
            time.sleep(0.02)
        server.kill()
        found.append(count(manager, import_id, states))
    return found


def wait_for_state(manager, import_id, state):
    (record,) = manager.wait_for(
        "crm_orders.import",
        [("id", "=", import_id), ("state", "=", state)],
        "error",
        patience=PATIENCE,
    )
    assert not record["error"]


def test_killed_server_imports_each_row_once(manager, admin, server, job):  # noqa: F811
    import_id = upload(manager)
    manager.call("crm_orders.import", "action_check", [import_id])
    kill_in_the_middle(manager, server, job, import_id, ["checked"])
    server.start()
    start_job(server, job)
    wait_for_state(manager, import_id, "checked")
    assert count(manager, import_id, ["checked"]) == ROWS

    manager.call("crm_orders.import", "action_import", [import_id])
    found = kill_in_the_middle(manager, server, job, import_id, ["done"])
    assert 0 < found[0] < ROWS, "it was killed in the middle"
    server.start()
    start_job(server, job)
    wait_for_state(manager, import_id, "done")
    assert count(manager, import_id, ["done"]) == ROWS
    partners = [("email", "=like", f"%@{RUN}.example")]
    assert manager.call("res.partner", "search_count", partners) == ROWS / 2
    made = [("email_from", "=like", f"%@{RUN}.example")]
    leads = manager.find("crm.lead", made, "name")
    assert len(leads) == ROWS
    assert len({lead["name"] for lead in leads}) == ROWS

    # And taken back, with a kill as well.
    manager.call("crm_orders.import", "action_undo", [import_id])
    kill_in_the_middle(manager, server, job, import_id, ["undone"])
    server.start()
    start_job(server, job)
    wait_for_state(manager, import_id, "undone")
    assert not manager.call("res.partner", "search_count", partners)
    assert not manager.call("crm.lead", "search_count", made)
