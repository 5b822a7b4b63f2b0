"""The server's frame: languages, headers, nothing foreign, ports, and downloads."""

import re
import socket

import pytest
from fake_library import FakeLibrary

from speechrag.config import Settings
from speechrag.errors import EmptySource, SettingsError, SourceError
from speechrag.ui import app as page_app
from speechrag.ui.server import create_app, open_port, open_tunnel, rewrite_page
from speechrag.ui.strings import Strings

ZH = Strings("zh")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("seeds")


@pytest.fixture(scope="module")
def client(folder):
    from starlette.testclient import TestClient

    app = create_app(FakeLibrary(folder), Settings(seeds=folder))
    return TestClient(app, follow_redirects=False)


def get(client, path, accept="zh-CN"):
    return client.get(path, headers={"accept-language": accept})


def test_the_page_is_chinese_by_default(client):
    response = client.get("/", headers={"accept-language": ""})
    assert response.status_code == 200
    assert 'lang="zh-CN"' in response.text
    assert "<title>讲话检索</title>" in response.text


@pytest.mark.parametrize(
    ("path", "accept", "goal"),
    [
        ("/", "en-GB,en;q=0.9", "en/"), ("/?lang=en", "zh", "en/"), ("/en", "zh", "en/"),
        ("/en/?lang=zh", "en", "../?lang=zh"),
    ],
)  # fmt: skip
def test_people_are_sent_to_their_language(client, path, accept, goal):
    response = get(client, path, accept)
    assert (response.status_code, response.headers["location"]) == (307, goal)


@pytest.mark.parametrize(("path", "accept"), [("/?lang=zh", "en"), ("/en/", "zh")])
def test_a_chosen_language_is_kept(client, path, accept):
    assert get(client, path, accept).status_code == 200


def test_no_question_goes_by_gradios_queue(client):
    """It may close its stream just when a question is asked, which then is never answered."""
    config = client.get("/config").json()
    ids = {part["id"]: part["props"].get("elem_id") for part in config["components"]}
    queued = {
        ids.get(target)
        for event in config["dependencies"]
        if event["backend_fn"] and event["queue"] is not False
        for target, _ in event["targets"]
    }
    assert queued - {None} == {"sa-send", "sd-start", "sr-files", "sr-rebuild", "sw-clear",
                               "sw-file", "sw-start", "sw-topic"}  # fmt: skip


@pytest.mark.parametrize("path", ["/", "/en/"])
def test_the_page_names_no_other_host(client, path):
    html = get(client, path, "en" if path == "/en/" else "zh").text
    assert "raw.githubusercontent.com" not in html
    assert "gradio.app" not in html
    assert not re.search(r"<(?:link|script|img)[^>]+(?:href|src)=\"(?:https?:)?//", html)


def test_the_browser_is_told_to_fetch_and_run_nothing_foreign(client):
    response = get(client, "/")
    policy = response.headers["content-security-policy"]
    nonce = re.search(r"'nonce-([^']+)'", policy).group(1)
    assert "default-src 'self'" in policy
    assert "unsafe-inline" not in policy.split("script-src")[1].split(";")[0]
    scripts = re.findall(r"<script[^>]*>", response.text)
    assert scripts
    assert all(f'nonce="{nonce}"' in script for script in scripts)
    assert nonce not in get(client, "/").text


def test_a_compressed_page_is_asked_for_plain(client):
    assert "讲话检索" in client.get("/", headers={"accept-encoding": "br, gzip"}).text


def test_a_title_cannot_close_the_script_that_carries_the_page(seeds, settings):
    from fake_library import make_speech
    from starlette.testclient import TestClient

    evil = make_speech("e", "</script><script>alert(1)</script>", [("x", None)], source="e.txt")
    client = TestClient(create_app(FakeLibrary(seeds, [evil]), settings))
    assert "<script>alert(1)" not in get(client, "/").text


def test_rewriting_leaves_text_that_looks_like_a_tag_inside_strings_alone():
    html = '<html lang="en"><head><meta charset="utf-8" /></head><gradio-app></gradio-app>'
    out = rewrite_page(html, "zh", "N")
    assert 'theme_mode="light"' in out
    assert out.count('nonce="N"') == 2


def test_the_original_is_a_download_and_only_for_known_speeches(client, folder):
    (folder / "2023-转化.txt").write_text("<script>原文</script>", encoding="utf-8")
    response = client.get("/original/a1")
    assert response.text == "<script>原文</script>"
    assert response.headers["content-disposition"].startswith("attachment")
    assert client.get("/original/b2").status_code == 404  # its file is gone
    assert client.get("/original/none").status_code == 404


def test_gradio_serves_no_file_of_the_library_or_the_system(client, folder):
    (folder / "a.txt").write_text("x")
    for path in (folder / "a.txt", "/etc/hostname", "app.py"):
        assert client.get(f"/gradio_api/file={path}").status_code in {403, 404}


def test_a_taken_port_is_named_with_a_free_one(settings):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError) as refused:
            open_port("127.0.0.1", port, ZH)
    assert str(port) in refused.value.message
    other = int(re.search(r"--port (\d+)", refused.value.hint).group(1))
    assert other > port


def test_an_address_of_another_machine_is_refused():
    with pytest.raises(SettingsError) as refused:
        open_port("192.0.2.1", 0, ZH)
    assert "--host 127.0.0.1" in refused.value.hint


def test_a_page_that_cannot_be_published_says_so(monkeypatch):
    def refuse(*given):
        raise RuntimeError("no relay")

    monkeypatch.setattr("gradio.networking.setup_tunnel", refuse)
    with pytest.raises(SettingsError, match="no relay") as refused:
        open_tunnel(7860, ZH)
    assert "share" in refused.value.hint


def test_launch_builds_the_index_first_when_there_is_none(seeds, settings, monkeypatch, capsys):
    (seeds / "稿.txt").write_text("题目\n正文", encoding="utf-8")
    served = []
    monkeypatch.setattr("speechrag.ui.server.serve", lambda *given: served.append(given))
    library = FakeLibrary(seeds, (), missing=True)
    page_app.launch_page(settings, library)
    assert [s.title for s in library.engine().speeches()] == ["题目"]
    assert len(served) == 1
    assert str(seeds) in capsys.readouterr().err


def test_launch_opens_over_an_empty_folder_to_take_the_first_speeches(
    seeds, settings, monkeypatch, capsys
):
    served = []
    monkeypatch.setattr("speechrag.ui.server.serve", lambda *given: served.append(given))
    library = FakeLibrary(seeds, (), missing=True)
    library.fault = EmptySource("里面没有讲话。", "请检查路径。")
    page_app.launch_page(settings, library)
    assert len(served) == 1
    said = capsys.readouterr().err
    assert "里面没有讲话。" in said
    assert "网页照常打开" in said


def test_launch_does_not_open_where_the_index_cannot_be_built(seeds, settings, monkeypatch):
    served = []
    monkeypatch.setattr("speechrag.ui.server.serve", lambda *given: served.append(given))
    library = FakeLibrary(seeds, (), missing=True)
    library.fault = SourceError("没有这个文件夹。")
    with pytest.raises(SourceError, match="没有这个文件夹"):
        page_app.launch_page(settings, library)
    assert served == []
