"""speechrag: ask a folder of past speeches a question, offline."""

__version__ = "0.1.0"
