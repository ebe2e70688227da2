"""HTTP/2, and gRPC upon it, become exchanges.

Glossary
--------
frame
    A piece of the connection with a type, a length and a stream (RFC 9113, section 4).
stream
    One request and its answer, among the frames of others.
header block
    Header fields as HPACK writes them; both sides keep a table of fields that were named before (RFC 7541).
trailers
    Header fields behind a body; gRPC has its status there.
message
    What gRPC sends: five bytes that say how long it is, and a protobuf message. A body is a sequence of them.
portion
    Of a gRPC stream that stays open: the messages of one turn, which make an exchange of their own.
"""

from sidecar.exchange.http2.reader import MAX_STREAMS, Http2Reader

__all__ = ["MAX_STREAMS", "Http2Reader"]
