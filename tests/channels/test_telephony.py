"""The same story with every telephone provider: called, missed, called back, texted."""

import random

import pytest
import requests
from conftest import Shop
from telephones import AGENT, NUMBERS, TALKED

KINDS = ("twilio", "telnyx", "vonage")
SPOKE = ("state", "direction", "number", "duration", "partner_id", "lead_id", "user_id")


@pytest.mark.parametrize("kind", KINDS)
def test_line_is_tried_and_forged_reports_are_refused(kind, open_line, manager):
    line = open_line(kind)
    manager.call("crm_orders.source", "action_self_test", [line.source_id])
    (source,) = manager.call(
        "crm_orders.source", "read", [line.source_id], ["test_passed", "test_report"]
    )
    assert source["test_passed"], source["test_report"]

    caller = next(NUMBERS)
    line.simulator.message("Hei, onko auki?", caller)
    forged = line.simulator.forge("auki", "kiinni")
    assert forged["status"] in (401, 403), forged
    bare = requests.post(line.hook_url, data={"CallSid": "CA1", "From": caller})
    assert bare.status_code in (401, 403)
    assert requests.post(f"{line.hook_url}x", data={}).status_code == 404
    events = manager.wait_until_worked_on(line.source_id)
    assert len([event for event in events if event["lead_id"]]) == 1, events


@pytest.mark.parametrize("kind", KINDS)
def test_answered_call_is_one_call_whatever_the_order(kind, open_line, seller):
    line = open_line(kind)
    name, caller = line.name(), next(NUMBERS)
    steps = line.talk.answered(name, caller)
    line.play(steps[:1])
    (ringing,) = line.calls("state", "direction", external_id=name)
    assert (ringing["state"], ringing["direction"]) == ("ringing", "in")
    line.play(steps[1:])

    def look(name):
        (call,) = line.calls(*SPOKE, external_id=name)
        return {field: call[field] for field in SPOKE}

    call = look(name)
    assert (call["state"], call["direction"]) == ("answered", "in")
    assert (call["number"], call["duration"]) == (caller, TALKED)
    assert call["lead_id"], "nobody knew this caller"
    if line.talk.has_agents:
        assert call["user_id"][1] == seller.name()

    # All of it once more, and once more from the back: the same call.
    line.play([*steps, *reversed(steps)])
    assert look(name) == call
    # Calls whose reports come in any order, doubled.
    for seed in range(3):
        other = line.name()
        steps = line.talk.answered(other, caller) * 2
        random.Random(seed).shuffle(steps)
        line.play(steps)
        assert look(other) == call, f"seed {seed}"


@pytest.mark.parametrize("kind", KINDS)
def test_missed_call_is_returned(kind, open_line, manager, seller):
    line = open_line(kind)
    caller = next(NUMBERS)
    steps = line.talk.missed(line.name(), caller)
    line.play(steps)
    line.play([*reversed(steps), *line.talk.missed(line.name(), caller)])
    calls = line.calls("state", "lead_id", "callback_id", number=caller)
    assert [call["state"] for call in calls] == ["missed", "missed"]
    assert calls[0]["lead_id"]
    assert calls[0]["lead_id"] == calls[1]["lead_id"]
    assert calls[0]["callback_id"] == calls[1]["callback_id"]
    domain = [("number", "=", caller)]
    fields = ("state", "deadline", "missed_count", "done_call_id", "attempts")
    (task,) = manager.find("crm_orders.callback", domain, *fields)
    assert (task["state"], task["missed_count"]) == ("open", 2)
    assert task["deadline"]

    # The seller clicks on the number, and speaks to the caller.
    answer = seller.call("crm_orders.call", "dial", caller)
    if line.talk.dials:
        assert AGENT in answer["message"]
        (asked,) = line.calls("external_id", number=caller, direction="out")
        line.talk.called_back(asked["external_id"], caller)
    else:
        assert answer == {"tel": f"tel:{caller}"}
        line.talk.called_back(line.name(), caller)
    manager.wait_until_worked_on(line.source_id)
    (back,) = line.calls("state", "lead_id", number=caller, direction="out")
    assert back["state"] == "answered"
    assert back["lead_id"] == calls[0]["lead_id"]
    (task,) = manager.find("crm_orders.callback", domain, *fields)
    assert (task["state"], task["done_call_id"][0]) == ("done", back["id"])
    # Speaking is the first answer to the lead; then it is the customer's turn.
    (lead,) = manager.find(
        "crm.lead",
        [("id", "=", calls[0]["lead_id"][0])],
        "crm_orders_first_response_date",
        "crm_orders_turn",
    )
    assert lead["crm_orders_first_response_date"]
    assert lead["crm_orders_turn"] == "customer"


@pytest.mark.parametrize("kind", KINDS)
def test_recording_is_for_listeners_only(kind, open_line, admin, manager, seller):
    line = open_line(kind)
    name = line.name()
    line.play(line.talk.answered(name, next(NUMBERS)))
    line.simulator.recording(name, f"ID3 of {kind}")
    manager.wait_until_worked_on(line.source_id)
    (call,) = line.calls("recording_count", external_id=name)
    assert call["recording_count"] == 1

    listener = hire_listener(admin)
    domain = [("call_id", "=", call["id"]), ("state", "=", "done")]
    (recording,) = listener.wait_for("crm_orders.recording", domain, "attachment_id")
    file_id = recording["attachment_id"][0]
    heard = listener.fetch(f"/web/content/{file_id}")
    assert heard.text == f"ID3 of {kind}"
    assert heard.headers["Content-Type"].startswith("audio/mpeg")
    for deaf in (manager, seller):
        with pytest.raises(RuntimeError, match="not allowed"):
            deaf.find("crm_orders.recording", domain, "attachment_id")
        with pytest.raises(RuntimeError):
            deaf.call("ir.attachment", "read", [file_id], ["raw"])
        assert deaf.fetch(f"/web/content/{file_id}").status_code == 404
    assert requests.get(f"{listener.base_url}/web/content/{file_id}").status_code == 404


def hire_listener(admin):
    """A manager who may listen; the other one may not."""
    if not admin.find("res.users", [("login", "=", "listener")], "id"):
        groups = [
            admin.call("ir.model.data", "check_object_reference", module, name)[1]
            for module, name in (
                ("crm_orders_base", "group_manager"),
                ("crm_orders_telephony", "group_recordings"),
            )
        ]
        vals = {"name": "Listener", "login": "listener", "password": "listener"}
        vals["group_ids"] = [(4, group) for group in groups]
        admin.call("res.users", "create", [vals])
    return Shop(admin.base_url, "listener")


@pytest.mark.parametrize("kind", KINDS)
def test_text_messages_join_the_lead_of_the_call(kind, open_line, manager):
    line = open_line(kind)
    caller = next(NUMBERS)
    line.play(line.talk.missed(line.name(), caller))
    (call,) = line.calls("lead_id", number=caller)
    assert (
        line.simulator.message("Soitin äsken. Onko pihlajaa?", caller)["status"] == 200
    )
    assert line.simulator.again()["status"] == 200
    stranger = next(NUMBERS)
    assert line.simulator.message("Onko kuusta?", stranger)["status"] == 200
    events = manager.wait_until_worked_on(line.source_id)
    leads = [event["lead_id"] for event in events if event["lead_id"]]
    assert len(set(map(tuple, leads))) == 2, "one of each number"
    lead_id = call["lead_id"][0]
    messages = manager.find(
        "mail.message",
        [
            ("model", "=", "crm.lead"),
            ("res_id", "=", lead_id),
            ("body", "like", "pihl"),
        ],
        "body",
    )
    assert len(messages) == 1

    manager.call(
        "crm.lead",
        "message_post",
        [lead_id],
        body="On, 15 €",
        message_type="comment",
        subtype_xmlid="mail.mt_comment",
    )
    domain = [("lead_id", "=", lead_id)]
    fields = ("state", "text", "external_id")
    (outgoing,) = manager.wait_for(
        "crm_orders.outgoing", [*domain, ("state", "=", "sent")], *fields
    )
    assert "On, 15 €" in line.simulator.seen("sent")[-1].values()
    line.simulator.report(outgoing["external_id"], "delivered")
    (outgoing,) = manager.wait_for(
        "crm_orders.outgoing", [*domain, ("state", "=", "delivered")], *fields
    )
    assert len(line.simulator.seen("sent")) == 1
