"""Running a step: what it says, what it takes, and the time it is given."""

import sys
import time

import pytest
from benchmarks.scale.machine import TookTooLong, run_measured


def python(code):
    return [sys.executable, "-c", code]


def test_the_last_line_is_the_figures_and_the_process_is_measured():
    figures = run_measured(python("print('loading'); print('{\"n\": 3}')"))
    assert figures["n"] == 3
    assert figures["process"]["wall_s"] > 0


def test_a_command_that_fails_tells_its_end():
    with pytest.raises(RuntimeError, match="exit 3\nno room"):
        run_measured(python("import sys; print('no room', file=sys.stderr); sys.exit(3)"))


def test_a_command_is_ended_with_its_children_when_its_time_is_up(tmp_path):
    said = tmp_path / "said"
    child = f"import time; time.sleep(3); open({str(said)!r}, 'w').close()"
    code = f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {child!r}])\n"
    with pytest.raises(TookTooLong, match="ended after"):
        run_measured(python(code + "time.sleep(60)"), limit_s=0.6)

    time.sleep(4)
    assert not said.exists()
