"""The fuzzer itself is installed by `make fuzz` alone."""

collect_ignore = ["one.py", "__main__.py"]
