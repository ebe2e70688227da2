"""The relay: the process that clients talk to as if it were the model.

It moves bytes and nothing else. It does not parse HTTP to forward it, so no message, however malformed, can be altered on
its way, and whatever speaks over TCP passes: gRPC, WebSocket, TLS. A copy of the bytes is offered to the engine through a
buffer that is bounded and that drops; nothing on the path of the traffic ever waits for it.

Follow a byte::

    listener --> splice (client side) --> splice (model side) --> the model
                     |                         |
                     +-------- tee ------------+
                                |
                             outbox --> socket pair --> the engine

Glossary
--------
downstream, upstream
    towards the client, towards the model.
splice
    one client connection joined with its one upstream connection, opened when the client was accepted.
tee
    decides for each exchange, before its first byte, whether it is copied.
outbox
    the frames that wait for the engine, bounded in bytes.
supervisor
    starts the engine, watches its heartbeat and memory, restarts it.
drain
    the time between SIGTERM and the last byte in flight.
"""
