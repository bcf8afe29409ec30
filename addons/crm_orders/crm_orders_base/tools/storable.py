"""Text that strangers send, made such that the database takes it.

PostgreSQL keeps no zero bytes, and a half of a surrogate pair is no character: JSON can
carry both.
"""


def storable(text):
    """The same text without zero bytes, and with `?` for what is no character."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()
