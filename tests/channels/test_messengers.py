"""The same story on every messenger: connected, written to, answered, read."""

import pytest

KINDS = ("telegram", "whatsapp", "messenger", "instagram", "vk", "viber")
# Providers that report what became of a message.
REPORTING = ("whatsapp", "messenger", "instagram", "viber")
WORDS_FOR_READ = {"viber": "seen"}


def connect(kind, shop, simulator):
    """Let the shop and the provider know each other; the source's id."""
    source_id, hook_url, settings = shop.add_source(
        kind, f"Test of {kind}", simulator.settings()
    )
    simulator.use_hook(hook_url)
    if kind in ("telegram", "viber"):
        shop.call("crm_orders.source", "action_register", [source_id])
        # The shop told its public address, which leads nowhere in a test.
        simulator.use_hook(hook_url)
    elif kind == "vk":
        assert simulator.confirm()
    else:
        assert not simulator.handshake("a wrong token")
        simulator.set_verify_token(settings["verify_token"])
        assert simulator.handshake()
    shop.call("crm_orders.source", "action_self_test", [source_id])
    (source,) = shop.call(
        "crm_orders.source", "read", [source_id], ["test_passed", "test_report"]
    )
    assert source["test_passed"], source["test_report"]
    return source_id


@pytest.mark.parametrize("kind", KINDS)
def test_customer_writes_and_is_answered(kind, manager, provider):
    simulator = provider(kind)
    source_id = connect(kind, manager, simulator)

    # A message, the same again after a lost answer, and a forged one.
    assert simulator.message("Onko sinistä tuolia? <b>")["status"] == 200
    assert simulator.again()["status"] == 200
    assert simulator.message("Entä ruskeaa?")["status"] == 200
    if kind not in ("telegram", "vk"):
        assert simulator.forge("ruskeaa", "punaista")["status"] in (401, 403)
    events = manager.wait_until_worked_on(source_id)
    messages = [event for event in events if event["lead_id"]]
    assert len(messages) == 2, events
    assert len({event["lead_id"][0] for event in messages}) == 1, "one conversation"
    lead_id = messages[0]["lead_id"][0]

    # A picture is fetched from the provider afterwards.
    simulator.photo()
    (file,) = manager.wait_for(
        "ir.attachment",
        [("res_model", "=", "crm.lead"), ("res_id", "=", lead_id)],
        "file_size",
    )
    assert file["file_size"] == len("JPEG")

    # The answer goes out, and the provider tells that it was read.
    if kind in REPORTING:
        simulator.set_states("delivered", WORDS_FOR_READ.get(kind, "read"))
    manager.call(
        "crm.lead",
        "message_post",
        [lead_id],
        body="On, 49 €",
        message_type="comment",
        subtype_xmlid="mail.mt_comment",
    )
    states = ("read",) if kind in REPORTING else ("sent", "delivered", "read")
    (outgoing,) = manager.wait_for(
        "crm_orders.outgoing",
        [("lead_id", "=", lead_id), ("state", "in", states)],
        "state",
        "text",
        "external_id",
    )
    assert outgoing["text"] == "On, 49 €"
    assert outgoing["external_id"]
    (lead,) = manager.call("crm.lead", "read", [lead_id], ["description"])
    assert "&lt;b&gt;" in lead["description"]
    leftovers = [
        event for event in manager.events(source_id) if event["state"] == "failed"
    ]
    assert not leftovers
