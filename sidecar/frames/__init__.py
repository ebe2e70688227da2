"""Frames: the small language that the relay and the engine speak over one socket pair.

The relay must be able to hand over a chunk of traffic for the price of one ``struct.pack``, and the engine must be able to
take hundreds of them out of one read. So a frame is a fixed header and a payload, nothing is escaped, and no frame ever
has to be understood to skip it.

::

     0      1              5             9                17
    +------+--------------+-------------+-----------------+------------
    | kind | connection   | length      | at              | payload ...
    | u8   | u32          | u32         | f64             | length bytes
    +------+--------------+-------------+-----------------+------------

All numbers are little-endian. ``connection`` numbers a client connection (0 where a frame is about none), ``at`` is the
monotonic clock in seconds, which both processes share because they run on one machine.

Glossary
--------
relay to engine
    ``OPEN`` a connection is copied from its first byte; ``UP`` bytes towards the model; ``DOWN`` bytes towards the client;
    ``UP_END`` and ``DOWN_END`` one side will send no more; ``CLOSE`` the connection is gone; ``CUT`` the same, and the relay
    has dropped the exchange that was under way, and counted it; ``GAP`` bytes were left out here, for the reason in the
    payload, and what follows may begin an exchange; ``RELAY`` the relay's own figures as JSON; ``STOP`` flush and exit.
engine to relay
    ``BEAT`` the engine's loop runs; ``SHARE`` the share of exchanges that it can afford (f64); ``UNREAD`` stop copying this
    connection, nothing on it can be read.
"""

from sidecar.frames.codec import HEADER_SIZE, MAX_PAYLOAD, Frame, FrameDecoder, FrameError, Kind, encode, header, packed_frame

__all__ = ["HEADER_SIZE", "MAX_PAYLOAD", "Frame", "FrameDecoder", "FrameError", "Kind", "encode", "header", "packed_frame"]
