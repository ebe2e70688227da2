"""What only the environments of model servers can import is not collected; `python -m tests.servers` runs it."""

collect_ignore_glob = ["models/*", "open_inference.py"]
