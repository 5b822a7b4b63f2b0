"""What the workers are asked to do in the tests: importable, because workers are spawned."""

import os
import signal
import time

from speechrag.corpus.read import read_document
from speechrag.errors import DamagedFile


def read(file):
    """The text of a file."""
    return read_document(file.path, name=file.name).text


def obey(file):
    """Do what the file's name says, and return it."""
    what = file.name.partition("-")[0]
    if what == "hang":
        time.sleep(600)
    elif what == "busy":
        while True:
            pass
    elif what == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    elif what == "exit":
        os._exit(0)
    elif what == "eat":
        hoard = []
        while True:
            hoard.append(bytearray(64 * 1024 * 1024))
    elif what == "bug":
        raise KeyError("a bug")
    elif what == "refuse":
        raise DamagedFile(f"{file.name}：坏了", "重新获取。")
    elif what == "slow":
        time.sleep(0.5)
    elif what == "unpicklable":
        return lambda: None
    return file.name


def report_pid(file):
    """Say which process runs here, then stay."""
    file.path.write_text(str(os.getpid()))
    time.sleep(600)
