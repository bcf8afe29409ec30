"""Errors that a cashier can act upon, each with a stable code."""

#: Plain sentences for every code; clients with a language of their own map the code.
TEXTS = {
    "bad_image": "The receipt could not be read as a picture.",
    "bad_request": "The request is not understood.",
    "busy": "The printer is busy with another job. Nothing was printed.",
    "cancelled": "The job was cancelled before it was printed.",
    "cover_open": "The cover of the printer is open.",
    "cutter": "The paper cutter of the printer is jammed.",
    "job_conflict": "This job number was used before for another receipt.",
    "maybe_printed": "The connection broke while printing. Look at the printer before"
    " you print again.",
    "mechanical": "The printer reports a mechanical error.",
    "not_found": "There is no such job.",
    "not_now": "The drawer was opened too often in a short time. Wait a moment.",
    "offline": "The printer is switched off or not connected.",
    "paper_out": "The printer is out of paper.",
    "silent": "The printer is connected but does not answer.",
    "state": "The job is not in a state in which this can be done.",
    "too_large": "The receipt is too large.",
    "unknown_printer": "There is no printer of this name.",
    "unrecoverable": "The printer reports an error that only a restart clears.",
}


class ProxyError(Exception):
    """Something the caller must know; `code` is part of the protocol."""

    def __init__(self, code, detail="", http_status=400):
        super().__init__(detail or TEXTS[code])
        self.code = code
        self.http_status = http_status

    @property
    def message(self):
        return str(self)


class NotPrinted(ProxyError):
    """The printer refused before any byte of the receipt was sent."""


class MaybePrinted(ProxyError):
    """Bytes were sent, but nobody knows whether they became paper."""


class ConfigError(Exception):
    """The configuration cannot be used; the text says what to change."""
