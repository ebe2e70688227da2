"""The listener: accepts clients, as many as there are descriptors for, and joins each with the model.

The loop's own server is not used, because at the limit of open files it accepts connections only to close them. Here the
number of connections is bounded beforehand, so that each one accepted has a descriptor for its upstream side as well; at
the bound accepting pauses, and the clients wait in the backlog until a connection ends. Should descriptors run out all the
same (they are also limited for the whole machine), accepting pauses for a moment instead of spinning.
"""

import asyncio
import errno
import socket

from sidecar.address import Address
from sidecar.logs import Sparingly, get_logger
from sidecar.relay.figures import Figures
from sidecar.relay.refusal import Refusal
from sidecar.relay.sockets import connect, no_delay, nobody_listens, reset_on_close
from sidecar.relay.splice import ClientSide, ModelSide, join
from sidecar.relay.tee import Tap

ACCEPTS_AT_ONCE = 64
PAUSE_SECONDS = 0.1
CONNECT_SECONDS = 10.0
TOLD_SECONDS = 10.0
_EXHAUSTED = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}


class Listener:
    """Accepts on `sock` and splices every client to `upstream`.

    Parameters
    ----------
    limit
        Client connections that may be open at once.
    tap
        Where copies go; None: nothing is copied.
    """

    def __init__(self, sock: socket.socket, upstream: Address, figures: Figures, *, limit: int, tap: Tap | None) -> None:
        self.sock = sock
        self._upstream = upstream
        self._figures = figures
        self._limit = limit
        self._tap = tap
        self._loop = asyncio.get_running_loop()
        self._accepting = False
        self._closed = False
        self._log = get_logger("relay")
        self._told = Sparingly(TOLD_SECONDS)
        self._serial = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._sides: set[ClientSide | Refusal] = set()

    @property
    def connections(self) -> int:
        """How many clients there are, those included who are only told that the model cannot be reached."""
        return self._figures.connections

    def start(self) -> None:
        """Accept from now on."""
        if not self._accepting and not self._closed:
            self._accepting = True
            self._loop.add_reader(self.sock, self._accept)

    def close(self) -> None:
        """Take everyone who is already connected, then accept no more; what is open stays open."""
        while self._accepting and self._accept():
            pass
        self._pause()
        self._closed = True
        self.sock.close()

    def look(self) -> None:
        """See which connections have moved since the last look."""
        for side in self._sides:
            side.look()

    def wind_down(self, looks: int) -> None:
        """End the connections on which nothing has moved for so many looks, and each other one behind its next answer."""
        for side in list(self._sides):
            if side.still >= looks:
                side.transport.close()
            else:
                side.leave()

    def model_is_gone(self) -> bool:
        """Whether nothing is relayed, and nobody listens where the model was."""
        relays = self._tasks or any(isinstance(side, ClientSide) for side in self._sides)
        return not relays and nobody_listens(self._upstream)

    def abort(self) -> None:
        """End whatever is still open, now, by a reset: half an answer must not look like a whole one."""
        for task in list(self._tasks):
            task.cancel()
        for side in list(self._sides):
            reset_on_close(side.transport)
            side.transport.abort()

    def _pause(self) -> None:
        if self._accepting:
            self._accepting = False
            self._loop.remove_reader(self.sock)

    def _accept(self) -> bool:
        """Take those who wait, up to a number; return whether there may be more of them."""
        for _ in range(ACCEPTS_AT_ONCE):
            if self._figures.connections >= self._limit:
                self._figures.accept_pauses_total += 1
                self._pause()
                return False
            try:
                sock, _ = self.sock.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return False
            except OSError as error:
                self._wait_for_descriptors(error)
                return False
            self._take(sock)
        return True

    def _wait_for_descriptors(self, error: OSError) -> None:
        if error.errno not in _EXHAUSTED:
            raise error
        self._figures.accept_pauses_total += 1
        self._pause()
        self._loop.call_later(PAUSE_SECONDS, self.start)

    def _take(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        no_delay(sock)
        self._figures.connections += 1
        self._figures.connections_total += 1
        self._serial = self._serial % 0xFFFFFFFF + 1
        task = self._loop.create_task(self._splice(sock, self._serial))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _splice(self, sock: socket.socket, serial: int) -> None:
        """Connect to the model first: until then the client's bytes wait in the kernel, where they are bounded."""
        tee = self._tap.open(serial) if self._tap is not None else None
        client = ClientSide(self._figures, tee, self._gone)
        model = ModelSide(self._figures, tee, client)
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await self._connect(model)
        except (OSError, ValueError) as error:  # TimeoutError is the one; a name that cannot be a host's is the other
            if tee is not None:
                tee.close()
            return await self._refuse(sock, error)
        await self._attach(sock, client)
        join(client, model)
        return None

    async def _connect(self, model: ModelSide) -> None:
        while True:
            try:
                await connect(self._upstream, model)
                return
            except OSError as error:
                if error.errno not in _EXHAUSTED:
                    raise
                await asyncio.sleep(PAUSE_SECONDS)

    async def _refuse(self, sock: socket.socket, error: Exception) -> None:
        self._figures.refused_total += 1
        if self._told.ready(self._loop.time()):
            why = str(error) or f"no connection within {CONNECT_SECONDS:g} s"
            self._log.warning("upstream_unreachable", why=why, refused_total=self._figures.refused_total)
        refusal = Refusal(str(self._upstream), self._gone)
        await self._attach(sock, refusal)

    async def _attach(self, sock: socket.socket, side: ClientSide | Refusal) -> None:
        await self._loop.connect_accepted_socket(lambda: side, sock)
        if not side.transport.is_closing():
            self._sides.add(side)

    def _gone(self, side: ClientSide | Refusal) -> None:
        self._sides.discard(side)
        self._figures.connections -= 1
        if not self._accepting:
            self.start()
