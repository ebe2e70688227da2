"""The supervisor: keeps an engine running, and keeps its troubles away from the traffic.

An engine can die, hang, or grow. Death shows as the end of the socket pair, a hang as missing beats, growth in its resident
memory; each ends in the same way, with a kill, a reap and a new engine after a pause that doubles up to half a minute. None
of it touches a connection: the tees stop copying, and begin again with the next exchange once the new engine takes frames.
"""

import asyncio
import json
import struct
from collections.abc import Callable
from enum import Enum

from sidecar.frames import Frame, FrameDecoder, FrameError, Kind
from sidecar.logs import get_logger
from sidecar.relay.crowding import Crowding
from sidecar.relay.engine_process import EngineProcess, memory_limit
from sidecar.relay.tee import Tap

STARTUP_SECONDS = 60.0
SILENCE_SECONDS = 5.0
CHECK_SECONDS = 0.5
LOOK_SECONDS = 0.1
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 30.0
HEALTHY_SECONDS = 60.0
READ_SECONDS, STOP_SECONDS, KILL_SECONDS = 2.0, 4.0, 1.0
FIGURES_ROOM = 1 << 12


class State(Enum):
    """What the supervisor is doing."""

    DOWN = "down"
    STARTING = "starting"
    UP = "up"
    STOPPED = "stopped"


class Supervisor:
    """Starts engines with `start_engine` and connects them to `tap`.

    Parameters
    ----------
    start_engine
        Makes a running engine; called again after each end.
    """

    def __init__(self, start_engine: Callable[[], EngineProcess], tap: Tap) -> None:
        self._start_engine = start_engine
        self._tap = tap
        self._loop = asyncio.get_running_loop()
        self._log = get_logger("relay.supervisor")
        self._engine: EngineProcess | None = None
        self._decoder = FrameDecoder()
        self._pause = FIRST_PAUSE
        self._began = self._heard = 0.0
        self._limit = memory_limit()
        self._affordable = 1.0
        self._crowding = Crowding()
        self._ended = asyncio.Event()
        self.state = State.DOWN

    def start(self) -> None:
        """Start the first engine and begin to watch."""
        self._launch()
        self._loop.call_later(CHECK_SECONDS, self._check)
        self._loop.call_later(LOOK_SECONDS, self._look)

    async def stop(self) -> None:
        """Ask the engine to flush and exit; kill it when it takes too long."""
        engine = self._engine
        self.state = State.STOPPED
        if engine is None:
            return
        self._tap.outbox.control(Kind.STOP, 0)
        self._tap.outbox.flush()
        if await self._ended_within(READ_SECONDS):
            return
        engine.terminate()  # without reading what still waits for it
        if await self._ended_within(STOP_SECONDS):
            return
        engine.kill()
        self._log.error("engine_killed", why="it did not stop in time")
        await self._ended_within(KILL_SECONDS)

    async def _ended_within(self, seconds: float) -> bool:
        try:
            await asyncio.wait_for(self._ended.wait(), seconds)
        except TimeoutError:
            return False
        return True

    def _launch(self) -> None:
        if self.state is State.STOPPED:
            return
        try:
            engine = self._engine = self._start_engine()
        except OSError as error:
            self._log.error("engine_not_started", error=str(error))
            self._retry()
            return
        self._decoder = FrameDecoder()
        self._ended.clear()
        self._began = self._heard = self._loop.time()
        self.state = State.STARTING
        self._loop.add_reader(engine.sock, self._receive)
        self._tap.outbox.attach(engine.sock)
        self._log.info("engine_started", pid=engine.pid)

    def _receive(self) -> None:
        if self._engine is None:
            return
        try:
            data = self._engine.sock.recv(1 << 16)
            frames = self._decoder.feed(data)
        except BlockingIOError:
            return
        except (OSError, FrameError) as error:
            self._lose(str(error))
            return
        if not data:
            self._lose("its end of the socket pair closed")
        for frame in frames:
            self._handle(frame)

    def _handle(self, frame: Frame) -> None:
        self._heard = self._loop.time()
        if self.state is State.STARTING:
            self.state = State.UP
            self._log.info("engine_up", seconds=round(self._heard - self._began, 3))
        if frame.kind == Kind.SHARE:
            self._affordable = struct.unpack("<d", frame.payload)[0]
            self._settle()
        elif frame.kind == Kind.UNREAD and (tee := self._tap.tees.get(frame.connection)) is not None:
            tee.unread()

    def _look(self) -> None:
        """See how crowded the outbox is, often enough that it does not fill up in between."""
        if self.state is not State.STOPPED:
            self._loop.call_later(LOOK_SECONDS, self._look)
            self._crowding.judge(self._tap.outbox.filled)
            self._settle()

    def _settle(self) -> None:
        """Copy what the engine can afford, or less while too much waits for it."""
        self._tap.share = self._tap.figures.sampled_share = min(self._affordable, self._crowding.share)

    def _check(self) -> None:
        if self.state is State.STOPPED:
            return
        self._loop.call_later(CHECK_SECONDS, self._check)
        if self._engine is None:
            return
        fault = self._fault(self._engine, self._loop.time() - self._heard)
        if fault is not None:
            self._lose(fault)
        else:
            self._report()

    def _fault(self, engine: EngineProcess, silence: float) -> str | None:
        if silence > (SILENCE_SECONDS if self.state is State.UP else STARTUP_SECONDS):
            return f"no heartbeat for {silence:.1f} s"
        memory = engine.memory()
        return f"{memory >> 20} MiB resident, {self._limit >> 20} allowed" if memory > self._limit else None

    def _report(self) -> None:
        """Send the relay's figures along, where there is room: the engine publishes them."""
        outbox, figures = self._tap.outbox, self._tap.figures
        figures.tap_pending_bytes = outbox.pending
        if outbox.room_for(FIGURES_ROOM):
            outbox.control(Kind.RELAY, 0, json.dumps(figures.as_dict()).encode())

    def _lose(self, why: str) -> None:
        engine, self._engine = self._engine, None
        if engine is None:
            return
        self._loop.remove_reader(engine.sock)
        self._affordable, self._crowding = 1.0, Crowding()
        self._tap.engine_lost()
        if self.state is not State.STOPPED:
            engine.kill()
        engine.close()
        self._reap(engine, why)

    def _reap(self, engine: EngineProcess, why: str) -> None:
        """Wait for the end of a killed process without blocking the loop (one in uninterruptible sleep takes its time)."""
        ended = engine.exit_text()
        if ended is None:
            self._loop.call_later(0.01, self._reap, engine, why)
            return
        self._ended.set()
        if self.state is not State.STOPPED:
            self._restart(ended, why)

    def _restart(self, ended: str, why: str) -> None:
        figures = self._tap.figures
        figures.engine_restarts_total += 1
        figures.engine_last_exit = f"{ended}: {why}"
        if self._loop.time() - self._began > HEALTHY_SECONDS:
            self._pause = FIRST_PAUSE
        self._log.error("engine_lost", ended=ended, why=why, restart_in_seconds=self._pause)
        self._retry()

    def _retry(self) -> None:
        self.state = State.DOWN
        self._loop.call_later(self._pause, self._launch)
        self._pause = min(LONGEST_PAUSE, self._pause * 2)
