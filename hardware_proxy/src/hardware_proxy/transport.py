"""Ways to reach a printer. All are a stream of bytes in both directions."""

import asyncio
import socket

from .emulator import Emulator


class TransportError(Exception):
    """The line to the printer could not be opened, or broke."""


class TcpTransport:
    """A network printer on its raw port."""

    def __init__(self, host, port, connect_timeout=3.0):
        self.host, self.port, self.connect_timeout = host, port, connect_timeout
        self._reader = self._writer = None

    async def open(self):
        try:
            async with asyncio.timeout(self.connect_timeout):
                self._reader, self._writer = await asyncio.open_connection(
                    self.host, self.port
                )
        except (OSError, TimeoutError) as error:
            raise TransportError(str(error)) from error
        # Small buffers: "written" must mean that the printer took it, or nearly so.
        self._writer.transport.set_write_buffer_limits(high=2048)
        sock = self._writer.get_extra_info("socket")
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8192)

    async def write(self, data):
        try:
            self._writer.write(data)
            await self._writer.drain()
        except OSError as error:
            raise TransportError(str(error)) from error

    async def read(self):
        """Next bytes from the printer; empty at the end of the connection."""
        try:
            return await self._reader.read(1024)
        except OSError as error:
            raise TransportError(str(error)) from error

    async def close(self):
        if self._writer is None:
            return
        writer, self._writer = self._writer, None
        if not writer.transport.get_write_buffer_size():
            writer.close()
        else:
            writer.transport.abort()
        try:
            async with asyncio.timeout(1):
                await writer.wait_closed()
        except (OSError, TimeoutError):
            pass


class MemoryTransport:
    """The virtual printer: same bytes, no wire."""

    def __init__(self, emulator: Emulator):
        self.emulator = emulator
        self._replies = asyncio.Queue()

    async def open(self):
        if not self.emulator.powered:
            raise TransportError("The virtual printer is switched off.")
        loop = asyncio.get_running_loop()
        self.emulator.on_reply = lambda data: loop.call_soon_threadsafe(
            self._replies.put_nowait, data
        )
        self.emulator.connected()

    async def write(self, data):
        while not self.emulator.has_room:
            await asyncio.sleep(0.05)
        if not self.emulator.powered:
            raise TransportError("The virtual printer was switched off.")
        # Drawing and saving pictures takes time that other tills must not wait for.
        await asyncio.to_thread(self.emulator.receive, data)

    async def read(self):
        return await self._replies.get()

    async def close(self):
        self.emulator.on_reply = lambda data: None
