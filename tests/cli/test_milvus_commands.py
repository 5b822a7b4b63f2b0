"""The commands with `store: milvus`: index, search, status, doctor, rollback."""

import json
import re
import subprocess
import sys

import pytest

from index_fakes import write_speech
from speechrag.cli.main import main

SECRET = "root:nicht-weitersagen"


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder of two speeches, and a settings file that names a Milvus Lite file."""
    monkeypatch.setenv("SPEECHRAG_MILVUS_TOKEN", SECRET)
    monkeypatch.chdir(tmp_path)
    speeches = tmp_path / "speeches"
    speeches.mkdir()
    for number in (1, 2):
        write_speech(speeches / f"{number}.txt", seed=number)
    write_settings(tmp_path, tmp_path / "library.db")
    return tmp_path


def write_settings(folder, uri):
    (folder / "with-milvus.yaml").write_text(
        f"store: milvus\nmilvus:\n  uri: {uri}\n  collection: 讲话\n  timeout_s: 5\n".replace(
            "讲话", "speeches"
        ),
        encoding="utf-8",
    )


@pytest.fixture
def run(place, capfd):
    """Run a command there: (exit code, stdout as JSON or text, stderr); the token is nowhere."""

    def command(*arguments):
        extra = ["--index", str(place / "index"), "--config", str(place / "with-milvus.yaml")]
        code = main([*map(str, arguments), *extra])
        captured = capfd.readouterr()
        assert SECRET not in captured.out + captured.err
        out = json.loads(captured.out) if "--json" in arguments else captured.out
        return code, out, captured.err

    return command


def test_the_commands_work_from_build_to_rollback(run, place):
    code, report, _ = run("index", place / "speeches", "--json")
    assert (code, report["generation"], report["n_speeches"]) == (0, "gen-000001", 2)
    line = (place / "speeches" / "2.txt").read_text(encoding="utf-8").splitlines()[2]
    code, found, err = run("search", line, "--json")
    assert code == 0
    assert found["hits"][0]["speech"]["source"].endswith("2.txt")
    assert line[:6] in found["hits"][0]["text"]
    assert {"rank", "score", "parts", "text", "section", "speech"} <= found["hits"][0].keys()
    assert "Traceback" not in err
    code, status, _ = run("status", "--json")
    assert status["store"]["engine"] == "milvus"
    assert status["store"]["alias"] == "speeches"
    assert re.fullmatch(
        r"speeches_[0-9a-f]{8}_\d{14}_[0-9a-f]{6}_passages", status["store"]["passages"]
    )
    write_speech(place / "speeches" / "3.txt", seed=3)
    assert run("index", place / "speeches", "--json")[1]["generation"] == "gen-000002"
    assert run("doctor", "--json")[:2] == (0, {"healthy": True, "faults": []})
    assert run("rollback")[0] == 0
    assert run("status", "--json")[1]["n_speeches"] == 2
    assert run("doctor", "--json")[0] == 0


def test_a_server_that_is_away_is_told_with_its_remedy(run, place):
    assert run("index", place / "speeches")[0] == 0
    write_settings(place, "http://127.0.0.1:9")
    code, document, _ = run("doctor", "--json")
    assert code == 1
    assert [fault["name"] for fault in document["faults"]] == ["milvus-unreachable"]
    assert "http://127.0.0.1:9" in document["faults"][0]["message"]
    assert "milvus.uri" in document["faults"][0]["remedy"]
    for command in (("search", "人才"), ("status",), ("index", place / "speeches")):
        code, _, err = run(*command)
        assert code == 2
        assert "Milvus 没有应答" in err
        assert "Traceback" not in err


def test_a_file_that_another_process_has_open_is_told(run, place):
    assert run("index", place / "speeches")[0] == 0
    code = (
        "from speechrag.cli.main import main; import sys;"
        "sys.exit(main(['search', '人才', '--index', 'index', '--config', 'with-milvus.yaml']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=place, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "打不开" in done.stderr
    assert "只能有一个进程" in done.stderr
    assert "Traceback" not in done.stderr


def test_nothing_of_milvus_is_loaded_where_it_is_not_asked_for(place):
    code = (
        "from speechrag.cli.main import main; import sys;"
        "assert main(['index', 'speeches', '--index', 'plain']) == 0;"
        "assert main(['search', '人才', '--index', 'plain']) == 0;"
        "assert main(['doctor', '--index', 'plain']) == 0;"
        "sys.exit('pymilvus' in sys.modules or 'grpc' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=place, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
