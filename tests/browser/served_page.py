"""The page in a process of its own, and the windows it is looked at in."""

import os
import re
import select
import signal
import subprocess
import time
from pathlib import Path

HERE = Path(__file__).parent
PATIENCE_S = 120
OFFICE, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}


class Served:
    """A page in a process of its own, as a person would start it."""

    def __init__(self, command, cwd=None):
        env = {**os.environ, "PYTHONUNBUFFERED": "1", "LANG": "C.UTF-8"}
        env = {k: v for k, v in env.items() if k not in {"LC_ALL", "SPEECHRAG_LANG"}}
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=cwd, env=env
        )
        self.said = ""
        self.url = self._read_address()

    def _read_address(self):
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            if not select.select([self.process.stdout], [], [], 1)[0]:
                continue
            chunk = os.read(self.process.stdout.fileno(), 65536)
            self.said += chunk.decode(errors="replace")
            found = re.search(r"http://127\.0\.0\.1:\d+", self.said)
            if found:
                return found[0]
            if not chunk:
                break
        self.stop()
        raise AssertionError(f"the page did not start:\n{self.said}")

    def stop(self):
        """Ctrl+C; returns the exit status and everything that was said."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        rest, _ = self.process.communicate(timeout=30)
        self.said += rest.decode(errors="replace")
        return self.process.returncode, self.said
