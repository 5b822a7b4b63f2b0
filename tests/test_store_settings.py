"""The settings of the vector store, and where its token may stand."""

import pytest

from speechrag.config import load_settings
from speechrag.errors import SettingsError
from speechrag.index.milvus.client import MilvusOptions
from speechrag.index.milvus.vectors import open_remote


def read(tmp_path, text, env=None):
    file = tmp_path / "s.yaml"
    file.write_text(text, encoding="utf-8")
    return load_settings(file, env=env or {})


def test_files_are_the_default_and_nothing_is_opened(tmp_path):
    settings = read(tmp_path, "milvus:\n  uri: http://10.0.0.1:19530\n")
    assert settings.store == "faiss"
    assert open_remote(settings) is None


def test_milvus_may_be_written_as_a_group_or_flat_or_in_the_environment(tmp_path):
    group = read(
        tmp_path, "store: milvus\nmilvus: {uri: a.db, collection: lib, consistency: Strong}"
    )
    flat = read(
        tmp_path,
        "store: milvus\nmilvus_uri: b.db\nmilvus_collection: lib\nmilvus_consistency: Strong",
        env={"SPEECHRAG_MILVUS_URI": "a.db"},
    )
    assert group == flat
    assert (group.milvus_uri, group.milvus_collection) == ("a.db", "lib")


def test_a_token_is_read_from_the_environment_only(tmp_path, monkeypatch):
    monkeypatch.setenv("SPEECHRAG_MILVUS_TOKEN", "root:geheim")
    settings = read(tmp_path, "store: milvus\nmilvus: {uri: 'https://m.example:19530'}")
    options = MilvusOptions.of(settings)
    assert options.token == "root:geheim"
    assert "geheim" not in repr(options) + repr(settings)
    for text in ("milvus: {uri: a.db, token: x}", "milvus_token: x"):
        with pytest.raises(SettingsError, match="不能写 milvus_token") as caught:
            read(tmp_path, text)
        assert "SPEECHRAG_MILVUS_TOKEN" in caught.value.hint


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("store: postgres", "faiss、milvus"),
        ("milvus: {collection: 讲话}", "英文字母"),
        ("milvus: {collection: 1st}", "英文字母"),
        ("milvus: {consistency: weak}", "Bounded"),
        ("milvus: {index: PQ}", "IVF_FLAT"),
        ("milvus: {adress: x}", "milvus_adress"),
        ("milvus: {timeout_s: 0}", "1 到 3600"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path, text, message):
    with pytest.raises(SettingsError, match=message):
        read(tmp_path, text)


@pytest.mark.parametrize(
    ("uri", "message"), [("", "没有写 milvus.uri"), ("https://root:pw@m.example:1", "用户名和密码")]
)
def test_an_address_is_needed_and_no_password_in_it(tmp_path, uri, message):
    with pytest.raises(SettingsError, match=message) as caught:
        open_remote(read(tmp_path, f"store: milvus\nmilvus: {{uri: '{uri}'}}"))
    assert "pw@" not in str(caught.value)
