"""The rivals, each with the configuration that it was measured with.

``@LISTEN@``, ``@MODEL@``, ``@SINK@`` and ``@ANSWER@`` are put in when a run starts: the port to listen on, the model's,
that of the server which takes mirrored copies, and the model's constant answer. Each rival keeps its connections to the
model alive and writes no access log.
"""
