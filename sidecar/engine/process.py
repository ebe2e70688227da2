"""The engine's life: read the baseline, serve the monitor, read the tap, tell those concerned, end when the relay says so.

A baseline that is missing or broken does not end the engine: the traffic is none the worse for it, and a health page that
says ``no_baseline`` helps more than a container that restarts for ever.
"""

import asyncio
import gc
import signal
import socket
import time
from functools import partial

import uvloop

from sidecar.alerts import Dispatcher
from sidecar.columns import batches
from sidecar.decode import reading
from sidecar.engine.baseline import BaselineFile, find_baseline
from sidecar.engine.budget import Budget
from sidecar.engine.detector import detector_of
from sidecar.engine.inbox import Inbox
from sidecar.engine.pipeline import ROWS_AT_ONCE, Counters, Decode, Pipeline, ToColumns
from sidecar.engine.reload import SettingsFile, merged, needs_restart
from sidecar.exchange import ConnectionReader, watch
from sidecar.logs import get_logger, on_loop_exception
from sidecar.metrics import ModelFigures, TapFigures
from sidecar.monitor import MonitorState, serve
from sidecar.settings import AtStart, Settings, SettingsError, SettingsMissingError

TICK_SECONDS = 1.0
RELOAD_SECONDS = 5.0
WITHOUT_A_FILE = "the environment and the defaults"


def run(start: AtStart, file: SettingsFile, *, monitor_fd: int, tap_fd: int) -> None:
    """Run until the relay asks for the end, or is gone."""
    uvloop.run(_Engine(start, file).run(socket.socket(fileno=monitor_fd), socket.socket(fileno=tap_fd)))


class _Engine:
    """One run of the engine: what it is made of."""

    def __init__(self, start: AtStart, file: SettingsFile) -> None:
        self._settings = settings = start.settings
        self._file = file
        self._log = get_logger("engine")
        self._stop = asyncio.Event()
        self._baseline = BaselineFile(settings.baseline)
        profile, fault = find_baseline(settings)
        self._state = MonitorState(
            settings=settings,
            detector=detector_of(settings, profile),
            dispatcher=Dispatcher(settings),
            model=ModelFigures(),
            tap=TapFigures(),
            clock=time.time,
        )
        self._tell_start(start.fault)
        self._tell_baseline(fault)

    async def run(self, monitor: socket.socket, tap: socket.socket) -> None:
        """Serve and read until told to stop, then flush."""
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(on_loop_exception)
        loop.add_signal_handler(signal.SIGTERM, self._stop.set)
        tap.setblocking(False)
        runner = await serve(self._state, monitor)
        self._read_tap(tap)
        self._tick()
        watching = loop.create_task(self._watch_files())
        gc.collect()
        gc.freeze()  # what was imported stays for good, so no collection need look at it again
        await self._stop.wait()
        watching.cancel()
        await runner.cleanup()
        await self._state.dispatcher.close()
        tap.close()

    def _read_tap(self, tap: socket.socket) -> None:
        settings, state = self._settings, self._state
        inbox = Inbox(
            tap,
            Budget(settings.tap.cpu, time.monotonic()),
            hear_relay=state.hear_relay,
            stopped=self._stop.set,
        )
        decode, columns = self._reading()
        self._pipeline = Pipeline(
            new_reader=partial(ConnectionReader, watches=watch(settings.tap.paths), max_body=settings.tap.max_body),
            decode=decode,
            columns=columns,
            deliver=lambda columns, *, model_version: state.observe(
                columns, source="tap", at=time.time(), model_version=model_version
            ),
            unread=inbox.unread,
            counters=Counters(state.tap, state.model),
        )
        inbox.start(self._pipeline)

    def _reading(self) -> tuple[Decode, ToColumns]:
        """Return how exchanges become rows, and rows columns, with the features of the baseline."""
        names = self._state.detector.names
        return reading(self._settings.tap, names), partial(batches, names=frozenset(names), size=ROWS_AT_ONCE)

    def _tick(self) -> None:
        self._state.tick(time.time())
        asyncio.get_running_loop().call_later(TICK_SECONDS, self._tick)

    async def _watch_files(self) -> None:
        while True:
            await asyncio.sleep(RELOAD_SECONDS)
            self._look_at_settings()
            if self._baseline.changed():
                await self._look_at_baseline()

    def _look_at_settings(self) -> None:
        try:
            new = self._file.changed()
        except SettingsError as error:
            self._state.settings_error = str(error)
            self._log.error("settings_rejected", error=str(error))
        else:
            if new is not None:
                self._apply(new)

    async def _look_at_baseline(self) -> None:
        """Take the baseline that has come or was mended, where there is none; in a thread, for it may take its time."""
        if self._state.detector.profile is not None:
            self._log.warning("baseline_changed", why="the one in force stays until the sidecar is started again")
            return
        profile, fault = await asyncio.to_thread(find_baseline, self._settings)
        if profile is not None:
            self._state.detector = detector_of(self._settings, profile)
            self._pipeline.read_as(*self._reading())
        self._tell_baseline(fault)

    def _apply(self, new: Settings) -> None:
        running = self._settings = self._state.settings = merged(self._settings, new)
        self._state.settings_error = None
        self._state.detector.configure(thresholds=running.thresholds, alpha=running.evidence.alpha)
        self._state.dispatcher.reconfigure(running)
        self._log.info("settings_reloaded", needs_restart=needs_restart(running, new))
        self._tell_misfits()

    def _tell_start(self, fault: SettingsError | None) -> None:
        """Say what is wrong with the settings, if anything is."""
        if isinstance(fault, SettingsMissingError):
            self._log.warning("config_missing", why=str(fault), in_force=WITHOUT_A_FILE)
        elif fault is not None:
            self._state.settings_error = str(fault)
            self._log.error("settings_rejected", error=str(fault), in_force=WITHOUT_A_FILE)
        for key in self._settings.not_acted_on():
            self._log.warning("setting_not_acted_on", key=key)

    def _tell_baseline(self, fault: str | None) -> None:
        """Say which baseline there is, or why there is none."""
        profile = self._state.detector.profile
        self._state.baseline_error = fault
        if profile is not None:
            self._log.info("baseline", fingerprint=profile.fingerprint, rows=profile.rows, features=len(profile.names))
        else:
            self._log.warning("no_baseline", why=fault)
        self._tell_misfits()

    def _tell_misfits(self) -> None:
        """Name the features whose method has no value for them, so that nobody waits for an alarm on the wrong scale."""
        for feature in self._state.detector.misfits:
            self._log.warning("method_without_value", feature=feature)
