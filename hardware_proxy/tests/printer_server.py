"""The emulated printer behind a real TCP socket, with faults on request."""

import contextlib
import socket
import threading

from hardware_proxy.emulator import Emulator


class PrinterServer:
    """A network printer on a port of its own.

    `gate` holds the printer's network card: while it is closed, no byte is taken.
    `stop_after` closes the gate, and `drop_after` the connection, after so many bytes
    of the current connection.
    """

    def __init__(self, dots=576, port=0):
        self.receipts, self.pulses, self.received = [], [], bytearray()
        self.connections = 0
        self.gate = threading.Event()
        self.gate.set()
        self.stop_after = self.drop_after = None
        #: Replies to "have you printed all this?" are kept back while this is closed.
        self.confirm = threading.Event()
        self.confirm.set()
        self.emulator = Emulator(
            dots,
            on_receipt=self.receipts.append,
            on_pulse=lambda pin, milliseconds: self.pulses.append(pin),
        )
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # A printer has little memory: a small window makes a stopped one felt.
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._socket.bind(("127.0.0.1", port))
        self.port = self._socket.getsockname()[1]
        self._closing = False
        self._current = None
        self.power_on()

    def config(self, **more):
        """TOML of this printer."""
        values = {"name": "receipt", "host": "127.0.0.1", "port": self.port} | more
        lines = (
            f"{name} = {str(value).lower() if isinstance(value, bool) else repr(value)}"
            for name, value in values.items()
        )
        return "[[printers]]\n" + "\n".join(lines) + "\n"

    def power_on(self):
        self._socket.listen(5)
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self._closing = True
        self.gate.set()
        self.confirm.set()
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self.drop()

    def drop(self):
        """Pull the network cable of the current connection."""
        if self._current is not None:
            with contextlib.suppress(OSError):
                self._current.shutdown(socket.SHUT_RDWR)

    def _accept(self):
        while not self._closing:
            try:
                connection, _address = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            self._serve(connection)

    def _serve(self, connection):
        self._current = connection
        taken = 0

        def reply(data):
            if data[0] & 0x90 == 0x00:
                self.confirm.wait()
            with contextlib.suppress(OSError):
                connection.sendall(data)

        self.emulator.on_reply = reply
        self.emulator.connected()
        with connection:
            while not self._closing:
                self.gate.wait()
                if not self.emulator.has_room:
                    threading.Event().wait(0.01)
                    continue
                size = 1024
                for limit in (self.stop_after, self.drop_after):
                    if limit is not None:
                        size = max(min(size, limit - taken), 1)
                try:
                    data = connection.recv(size)
                except OSError:
                    return
                if not data:
                    return
                taken += len(data)
                self.received += data
                self.emulator.receive(data)
                if self.drop_after is not None and taken >= self.drop_after:
                    return
                if self.stop_after is not None and taken >= self.stop_after:
                    self.stop_after = None
                    self.gate.clear()
