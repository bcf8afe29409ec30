"""Our adapters and the simulated providers talk over real sockets.

Neither knows the other's code, so both have to keep to what the provider says.
"""

import threading
import time

import pytest

from simulators import adapters
from simulators.remote import Remote

calling = adapters.tool("crm_orders_inbound", "calling")
channel = adapters.tool("crm_orders_inbound", "channel")
transport = adapters.tool("crm_orders_inbound", "transport")
PICTURE = channel.File("a.jpg", "image/jpeg", b"JPEG")
DOCUMENT = channel.File("offer.pdf", "application/pdf", b"%PDF")
DATA = {
    "webhook_secret": "made-by-us_1",
    "verify_token": "made-by-us_2",
    "token": "made-by-us_3",
}


def texts(door):
    return [message.text for message in door.of("Message")]


# --- what is alike for all messengers: a message, an answer, a file, a retry ---

MESSENGERS = ("telegram", "whatsapp", "messenger", "instagram", "vk", "viber")


def started(play, kind):
    simulator, door = play(kind, **DATA)
    if kind == "telegram":
        door.run("register", door.url)
    return simulator, door


@pytest.mark.parametrize("kind", MESSENGERS)
def test_message_and_answer(play, kind):
    simulator, door = started(play, kind)
    assert simulator.message("Onko sinistä? 🪑").status == 200
    assert not door.refused
    (message,) = door.of("Message")
    assert message.text == "Onko sinistä? 🪑"
    assert message.person.handles[0].kind == kind
    sent_id = door.run(
        "send_text", message.thread, "On! 49 €", message.external_id, "key-1"
    )
    assert sent_id
    assert "On! 49 €" in str(simulator.sent[-1])


@pytest.mark.parametrize("kind", MESSENGERS)
def test_message_is_sent_again_until_it_is_taken(play, kind):
    simulator, door = started(play, kind)
    door.away = 2
    delivered = simulator.message("Hei")
    assert (delivered.status, delivered.attempts) == (200, 3)
    assert texts(door) == ["Hei"]


@pytest.mark.parametrize("kind", MESSENGERS)
def test_picture_is_fetched(play, kind):
    simulator, door = started(play, kind)
    simulator.photo("JPEG-CONTENT")
    (message,) = door.of("Message")
    (attachment,) = message.attachments
    file = door.run("fetch", attachment.ref)
    assert (file.content, file.mimetype) == (b"JPEG-CONTENT", "image/jpeg")


@pytest.mark.parametrize("kind", ("telegram", "whatsapp", "messenger", "vk"))
@pytest.mark.parametrize("file", (PICTURE, DOCUMENT), ids=("picture", "document"))
def test_file_is_sent(play, kind, file):
    simulator, door = started(play, kind)
    simulator.message("Hei")
    (message,) = door.of("Message")
    assert door.run("send_file", message.thread, file, "Tässä")
    received = [part for call in simulator.calls for part in call.files.values()]
    assert [(name, content) for name, _type, content in received] == [
        (file.name, file.content)
    ]
    assert "Tässä" in str([call.form or call.json for call in simulator.calls])


@pytest.mark.parametrize("kind", ("instagram", "viber"))
def test_file_that_cannot_be_sent(play, kind):
    _simulator, door = started(play, kind)
    assert door.fault("send_file", "a/b", PICTURE).final


@pytest.mark.parametrize("kind", MESSENGERS)
def test_check(play, kind):
    _simulator, door = started(play, kind)
    assert "Shop" in door.run("check")


@pytest.mark.parametrize(
    "kind", (*MESSENGERS, "twilio", "telnyx", "vonage"), ids=lambda kind: kind
)
def test_stranger_is_refused(play, kind):
    simulator, door = started(play, kind)
    secret = "token" if kind in ("viber", "twilio") else "secret"
    if kind == "telnyx":
        simulator.key = type(simulator)().key
    else:
        setattr(simulator, secret, "somebody-else")
    assert simulator.message("Hei").status in (401, 403)
    assert door.refused and not door.things


@pytest.mark.parametrize("kind", MESSENGERS)
def test_wrong_token_is_told_in_words(play, kind):
    _simulator, door = started(play, kind)
    door.values |= {"bot_token": "1:x", "access_token": "x", "auth_token": "x"}
    error = door.fault("send_text", "1/2", "Hei")
    assert error.final
    assert str(error)


@pytest.mark.parametrize("kind", MESSENGERS)
def test_provider_that_is_down_is_tried_again(play, kind):
    simulator, door = started(play, kind)
    simulator.fail_next(503, b"<html>Service Unavailable</html>")
    error = door.fault("send_text", "1/2", "Hei")
    assert not error.final
    assert error.uncertain


# --- what is of one provider alone ---


def test_telegram_connects(play):
    simulator, door = play("telegram", **DATA)
    assert "shop_bot" in door.run("register", door.url)
    assert simulator.secret == DATA["webhook_secret"]
    assert simulator.hook_url == door.url


def test_telegram_contact_and_button(play):
    simulator, door = started(play, "telegram")
    simulator.contact("+358401234567", user_id=1111111)
    simulator.contact("+358407654321", user_id=5)
    own, other = door.of("Message")
    assert channel.Handle("phone", "+358401234567") in own.person.handles
    assert len(other.person.handles) == 1
    simulator.press("cb", "Soita minulle")
    assert texts(door)[-1] == "Soita minulle"
    assert simulator.sent[-1][0] == "answerCallbackQuery"


def test_telegram_says_how_long_to_wait(play):
    simulator, door = started(play, "telegram")
    body = {"ok": False, "error_code": 429, "parameters": {"retry_after": 7}}
    simulator.fail_next(429, {**body, "description": "Too Many Requests"})
    assert door.fault("send_text", "1", "Hei").retry_after == 7
    assert door.run("send_text", "1", "Hei")


@pytest.mark.parametrize("kind", ("whatsapp", "messenger", "instagram"))
def test_meta_asks_whether_the_address_is_ours(play, kind):
    simulator, _door = started(play, kind)
    assert not simulator.handshake("wrong")
    assert simulator.handshake(DATA["verify_token"])


def test_messenger_connects(play):
    simulator, door = play("messenger", app_id="77", **DATA)
    simulator.hook_url = ""
    assert "Shop" in door.run("register", door.url)
    assert simulator.hook_url == door.url
    door.values["verify_token"] = "another"
    wrong = channel.Settings({**door.values, "verify_token": DATA["verify_token"]})
    generator = door.adapter.register(wrong, door.url)
    with pytest.raises(channel.SendError, match="verification failed"):
        calling.run(generator, transport.send)


def test_whatsapp_states_after_sending(play):
    simulator, door = started(play, "whatsapp")
    simulator.set_states("sent", "delivered", "read")
    sent_id = door.run("send_text", "106540352242922/358401234567", "Hei")
    simulator.settle()
    states = door.of("Status")
    assert {state.state for state in states} == {"sent", "delivered", "read"}
    assert all(state.external_ids == [sent_id] for state in states)
    simulator.report(sent_id, "delivered")
    assert len(door.of("Status")) == 3


def test_whatsapp_user_without_a_number(play):
    simulator, door = started(play, "whatsapp")
    simulator.message("Hei", sender="")
    (message,) = door.of("Message")
    assert [handle.kind for handle in message.person.handles] == ["whatsapp"]
    door.run("send_text", message.thread, "Hei")
    assert simulator.sent[-1]["recipient"] == "FI.13491208655302741918"
    assert "to" not in simulator.sent[-1]


def test_whatsapp_window(play):
    simulator, door = started(play, "whatsapp")
    simulator.close_window()
    error = door.fault("send_text", "106540352242922/358401234567", "Hei")
    assert error.final
    assert "24 hours" in str(error)


@pytest.mark.parametrize("kind", ("messenger", "instagram", "vk"))
def test_name_is_asked_for(play, kind):
    simulator, door = started(play, kind)
    simulator.message("Hei")
    (message,) = door.of("Message")
    assert not message.person.name
    assert door.run("profile", message.person).name == "Aino Virtanen"


def test_messenger_states(play):
    simulator, door = started(play, "messenger")
    simulator.set_states("delivered", "read")
    sent_id = door.run("send_text", "PAGE_ID/PSID", "Hei")
    simulator.settle()
    found = {state.state: state for state in door.of("Status")}
    assert found["delivered"].external_ids == [sent_id]
    assert found["read"].until


def test_vk_connects_and_confirms(play):
    simulator, door = play("vk")
    door.run("register", door.url)
    simulator.settle()
    assert simulator.confirm()
    door.values["confirmation"] = "other"
    assert not simulator.confirm()


def test_vk_delivers_once(play):
    simulator, door = started(play, "vk")
    first = door.run("send_text", "612444319", "Hei", "", "key")
    assert door.run("send_text", "612444319", "Hei", "", "key") == first
    assert len(simulator.sent) == 1


def test_vk_joined(play):
    simulator, door = started(play, "vk")
    assert simulator.join().body == "ok"
    assert door.of("Contact")[0].how == "joined"


def test_viber_connects_and_reports(play):
    simulator, door = play("viber")
    simulator.hook_url = ""
    door.run("register", door.url)
    assert simulator.hook_url == door.url
    simulator.start("from-poster")
    assert door.of("Contact")[0].extra == [("context", "from-poster")]
    simulator.set_states("delivered", "seen")
    sent_id = door.run("send_text", "01234567890A=", "Hei")
    simulator.settle()
    states = door.of("Status")
    assert {state.state for state in states} == {"delivered", "read"}
    assert states[0].external_ids == [sent_id]
    assert "not written to the bot" in str(door.fault("send_text", "other", "Hei"))


# --- telephones ---


def test_twilio_missed_call_with_voicemail(play):
    simulator, door = play(
        "twilio", forward_to="+358401111111", greeting="Jätä viesti."
    )
    call = simulator.call_in()
    assert "<Dial" in call["twiml"]
    found = simulator.dialled(call, "no-answer")
    assert "Jätä viesti." in found.body
    simulator.voicemail(call["sid"], found.body, "ID3-MESSAGE")
    simulator.over(call["sid"], duration=20)
    calls = door.of("Call")
    assert {one.external_id for one in calls} == {call["sid"]}
    assert [one.state for one in calls] == ["ringing", "missed", "missed", "ended"]
    recording = door.run("fetch", calls[2].recording)
    assert recording.content == b"ID3-MESSAGE"
    assert not door.refused


def test_twilio_answered_call(play):
    simulator, door = play("twilio", forward_to="+358401111111,+358402222222")
    call = simulator.call_in()
    found = simulator.dialled(call, "completed", agent="+358402222222")
    assert "<Hangup/>" in found.body
    calls = door.of("Call")
    assert [one.state for one in calls] == ["ringing", "answered", "answered"]
    assert calls[1].agent == "+358402222222"


def test_twilio_connects_calls_and_writes(play):
    simulator, door = play("twilio")
    door.run("register", door.url)
    assert simulator.hooks["SmsUrl"] == door.url
    assert "active" in door.run("check")
    simulator.message("Onko auki?")
    (message,) = door.of("Message")
    assert door.run("send_text", message.thread, "On.")
    assert simulator.sent[-1]["To"] == "+358401234567"
    assert door.run("call", "+358401111111", "+358409999999", door.url)
    assert "+358409999999" in simulator.started[-1]["Twiml"]
    assert door.fault("fetch", "REmissing").final


def test_telnyx(play):
    simulator, door = play("telnyx")
    for kind, more in (
        ("call.initiated", {}),
        ("call.hangup", {"hangup_cause": "timeout"}),
    ):
        assert simulator.call(kind, "s1", **more).status == 200
    assert [one.state for one in door.of("Call")] == ["ringing", "missed"]
    name = simulator.recording("s1", "ID3-TELNYX")
    door.values["api_url"] = simulator.url
    assert door.run("fetch", name).content == b"ID3-TELNYX"
    simulator.message("Hei")
    (message,) = door.of("Message")
    sent_id = door.run("send_text", message.thread, "Hei")
    simulator.report(sent_id, "delivered")
    assert door.of("Status")[0].external_ids == [sent_id]
    assert "+358931580002" in door.run("check")


def test_vonage(play):
    simulator, door = play("vonage", forward_to="358401111111")
    asked = simulator.question("CON-1")
    assert asked.status == 200
    assert "358401111111" in asked.body
    simulator.call("answered", "CON-1")
    simulator.call("unanswered", "CON-1", "outbound")
    assert [one.state for one in door.of("Call")] == ["ringing", "ringing", "missed"]
    place = simulator.recording("CON-1", "ID3-VONAGE")
    assert door.run("fetch", place).content == b"ID3-VONAGE"
    simulator.message("Hei")
    (message,) = door.of("Message")
    sent_id = door.run("send_text", message.thread, "Hei")
    simulator.report(sent_id, "delivered")
    assert door.of("Status")[0].state == "delivered"
    assert door.run("call", "358401111111", "358409999999", door.url)


def test_asterisk_dialplan(play):
    simulator, door = play("asterisk", **DATA)
    simulator.set_token("wrong")
    assert simulator.report(id="1", event="ringing").status == 403
    simulator.set_token(DATA["token"])
    simulator.report(id="1", event="ringing", direction="in", caller="0401234567")
    simulator.report(id="1", event="hangup", disposition="NO ANSWER")
    assert [one.state for one in door.of("Call")] == ["ringing", "missed"]
    simulator.keep_recording("2026/a b.wav")
    assert door.run("fetch", "2026/a b.wav").content == b"RIFF"


def test_asterisk_manager(play, dial):
    simulator, _door = play("asterisk")
    line = dial(simulator.address(), simulator.secret)
    assert line.until(lambda: line.connection.ready and simulator.sessions)
    linked = simulator.new_channel(
        "PJSIP/trunk-1", "from-trunk", "100", "+358401234567"
    )
    simulator.dial_begin(linked, "PJSIP/101-2")
    simulator.dial_end(linked, "PJSIP/101-2", "ANSWER")
    simulator.hangup(linked)
    line.until(lambda: len(line.changes) == 4)
    assert [one.state for one in line.changes] == [
        "ringing",
        "ringing",
        "answered",
        "ended",
    ]
    assert line.changes[-1].agent == "101"
    action = line.connection.originate("PJSIP/101", "0409999999")
    line.until(lambda: action in line.connection.originated)
    assert line.connection.originated[action] == ""


def test_asterisk_wrong_secret(play, dial):
    simulator, _door = play("asterisk")
    line = dial(simulator.address(), "wrong")
    refused = adapters.tool("crm_orders_asterisk", "ami_protocol").LoginRefused
    with pytest.raises(refused, match="Authentication failed"):
        line.until(lambda: line.connection.ready)


def test_asterisk_call_ends_while_the_line_is_down(play, dial):
    simulator, _door = play("asterisk")
    line = dial(simulator.address(), simulator.secret)
    line.until(lambda: line.connection.ready and simulator.sessions)
    over = simulator.new_channel("PJSIP/trunk-1", "from-trunk", "100", "+358401")
    still = simulator.new_channel("PJSIP/trunk-2", "from-trunk", "100", "+358402")
    line.until(lambda: len(line.changes) == 2)
    simulator.drop()
    assert not line.until(lambda: False)
    simulator.forget(over)
    again = dial(simulator.address(), simulator.secret, line.connection.calls)
    again.until(lambda: again.changes)
    (missed,) = again.changes
    assert (missed.external_id, missed.state) == (over, "missed")
    simulator.hangup(still)
    again.until(lambda: len(again.changes) == 2)
    assert again.changes[1].external_id == still


@pytest.fixture
def listen(play):
    """A client that listens to a simulated exchange and posts what it hears."""
    client_tool = adapters.tool("crm_orders_asterisk", "ami_client")
    stop = threading.Event()
    threads = []

    def start(secret=None):
        simulator, door = play("asterisk", **DATA)
        simulator.set_token(DATA["token"])
        client_tool.TURN = 0.02
        client_tool.RETRY_SECONDS = 0.05

        def deliver(call):
            found = simulator.report(**client_tool.to_form(call, DATA["token"]))
            if found.status != 200:
                raise RuntimeError(found)

        client = client_tool.Client(
            simulator.address(), "odoo", secret or simulator.secret, deliver
        )
        threads.append(threading.Thread(target=client.run, args=(stop,)))
        threads[-1].start()
        return simulator, door, client

    yield start
    stop.set()
    for thread in threads:
        thread.join()


def until(condition):
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_asterisk_client_survives_breaks(listen):
    simulator, door, client = listen()
    until(lambda: simulator.sessions)
    linked = simulator.new_channel(
        "PJSIP/trunk-1", "from-trunk", "100", "+358401234567"
    )
    until(lambda: len(door.things) == 1)
    simulator.drop()
    # It may be back before anybody could see that it was gone.
    until(lambda: [one["Action"] for one in simulator.actions].count("Login") == 2)
    until(lambda: simulator.sessions)
    # The shop is away for a while; nothing is lost and the order is kept.
    door.away = 20
    simulator.dial_end(linked, "PJSIP/101-2", "ANSWER")
    simulator.hangup(linked)
    until(lambda: len(door.things) == 3)
    calls = door.of("Call")
    assert [one.state for one in calls] == ["ringing", "answered", "ended"]
    assert {one.external_id for one in calls} == {linked}
    assert calls[1].agent == "101"
    client.call("PJSIP/101", "0409999999")
    until(lambda: any(one.callee == "0409999999" for one in door.of("Call")))


def test_asterisk_client_with_a_wrong_secret(listen):
    simulator, _door, client = listen("wrong")
    until(lambda: client.status.startswith("refused"))
    # It does not try again at once, as Asterisk would be made to block us.
    logins = [one for one in simulator.actions if one["Action"] == "Login"]
    assert len(logins) == 1


def test_simulator_as_a_process(play):
    _simulator, door = play("telegram", **DATA)
    with Remote("telegram") as remote:
        door.values |= remote.settings()
        door.run("register", door.url)
        assert remote.message("Toisesta prosessista")["status"] == 200
        assert texts(door) == ["Toisesta prosessista"]
        with pytest.raises(RuntimeError):
            remote.nothing()
