"""TwiML: what Twilio shall do with a call.

https://www.twilio.com/docs/voice/twiml
"""

from urllib.parse import urlencode
from xml.sax.saxutils import escape, quoteattr

# Marks on the addresses that we give Twilio; they are signed along with the address.
LEG, DIALLED, RECORDED, OUTGOING = "leg", "dialled", "recorded", "outgoing"
NO_ACTION = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
RING_SECONDS = 30
MAX_VOICEMAIL = 180


def dial(settings, here, numbers):
    """Ring these numbers all at once."""
    record = ""
    if settings["record"].lower() in ("yes", "1", "true"):
        record = (
            ' record="record-from-answer-dual" recordingStatusCallback='
            f"{quoteattr(marked(here, RECORDED + '_call'))}"
        )
    leg = quoteattr(marked(here, LEG))
    targets = "".join(
        f"<Number statusCallback={leg}"
        f' statusCallbackEvent="answered">{escape(one)}</Number>'
        for one in numbers
    )
    return response(
        f'<Dial answerOnBridge="true" timeout="{RING_SECONDS}"'
        f" action={quoteattr(marked(here, DIALLED))}{record}>{targets}</Dial>"
    )


def voicemail(settings, here):
    """Greet the caller and take a message, if there is a greeting."""
    if not settings["greeting"]:
        return response("<Hangup/>")
    language = quoteattr(settings["language"] or "fi-FI")
    return response(
        f"<Say language={language}>{escape(settings['greeting'])}</Say>"
        f'<Record maxLength="{MAX_VOICEMAIL}" playBeep="true"'
        f" action={quoteattr(marked(here, RECORDED))}/>"
    )


def response(content):
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{content}</Response>'


def marked(url, step):
    return f"{url}?{urlencode({'step': step})}"
