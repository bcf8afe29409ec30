"""What carries the calls of channels to their providers."""

import requests
from urllib3.exceptions import NewConnectionError

from .channel import HttpAnswer, SendError
from .speech import Speech

speech = Speech(__name__)

TIMEOUT = (5, 30)
MAX_ANSWER = 64 * 1024 * 1024
CHUNK = 64 * 1024


def send(call, timeout=TIMEOUT, max_answer=MAX_ANSWER):
    """Carry out an `HttpCall` and return its `HttpAnswer`.

    Redirects are not followed, as they could lead anywhere with a token in the header.

    :raise SendError: when the provider cannot be reached or answers without an end
    """
    files = [
        (name, (filename, content, mimetype))
        for name, filename, content, mimetype in call.files
    ]
    try:
        with requests.request(
            call.method,
            call.url,
            headers=call.headers,
            json=call.json,
            data=call.data,
            files=files or None,
            timeout=timeout,
            allow_redirects=False,
            stream=True,
        ) as response:
            body = bytearray()
            for chunk in response.iter_content(CHUNK):
                body += chunk
                if len(body) > max_answer:
                    raise SendError(speech._("The answer is too large."), final=True)
            return HttpAnswer(response.status_code, dict(response.headers), bytes(body))
    except requests.RequestException as error:
        # The address may hold a token, so its text is not repeated.
        raise SendError(
            speech._("No connection: %(error)s", error=type(error).__name__),
            uncertain=_was_under_way(error),
        ) from None
    except ValueError as error:
        raise SendError(speech._("The address is not valid."), final=True) from error


def _was_under_way(error):
    """Whether the provider may have got the request before the connection broke."""
    if isinstance(error, requests.ConnectTimeout):
        return False
    if isinstance(error, requests.ConnectionError):
        # Only what never reached the other side says so in its reason.
        reason = getattr(error.args[0] if error.args else None, "reason", None)
        return not isinstance(reason, NewConnectionError)
    return isinstance(
        error, requests.Timeout | requests.exceptions.ChunkedEncodingError
    )
