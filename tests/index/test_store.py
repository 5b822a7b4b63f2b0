"""The store: records by number and id, filters, groups."""

import gc
import sqlite3
import threading

import numpy as np
import pytest

from index_fakes import parse_plain, parse_speech
from speechrag.errors import IndexDamaged
from speechrag.index.filtering import date_range
from speechrag.index.generation import open_current
from speechrag.index.store import PassageStore, SpeechSummary
from speechrag.index.store_tables import ROLES
from speechrag.types import Filters, Role, Truncation

FILES = {
    "甲/一.txt": "# 甲一\n@2024-03-05 讲话 甲市副市长 林知远\n"
    "开场白在这里。\n一、做法\n推动科技成果转化。\n",
    "甲/二.txt": "# 甲二\n@2024-05 报告\n报告的开头。\n===\n# 附篇\n附篇的一段。\n",
    "乙.txt": "# 乙(截断)\n@2025 讲话 乙省省長 林知遠\n推动科技成果转化!\n",
}


@pytest.fixture
def store(tmp_path, build, index_dir):
    folder = tmp_path / "库"
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (folder / "空.txt").write_text("", encoding="utf-8")
    build([folder])
    generation = open_current(index_dir)
    yield generation.store
    generation.close()


# In the order of names: 乙 (row 0), 甲/一 (1, 2), 甲/二 (3), its second speech (4).
TEXTS = [
    "推动科技成果转化!",
    "开场白在这里。",
    "推动科技成果转化。",
    "报告的开头。",
    "附篇的一段。",
]


def test_rows_run_through_files_speeches_and_passages_in_order(store):
    assert [store.text(row) for row in range(store.n_passages)] == TEXTS
    assert store.speech_of_row.tolist() == [0, 1, 1, 2, 3]
    assert [summary.title for summary in store.speeches()] == ["乙(截断)", "甲一", "甲二", "附篇"]


def test_speeches_and_passages_come_back_as_they_were_read(store):
    expected = parse_speech(FILES["甲/一.txt"], "甲/一.txt")
    assert store.speech(expected.id) == expected
    assert store.passages([1, 2]) == list(expected.passages)
    assert store.located(2) == (expected, expected.passages[1])
    assert list(store.rows_of_speech(expected.id)) == [1, 2]
    assert store.row_of(expected.passages[1].id) == 2
    assert list(store.iter_speeches())[1] == expected


def test_what_is_unknown_is_an_error(store):
    for call in (store.speech, store.rows_of_speech, store.row_of, store.parsed_file):
        with pytest.raises(KeyError):
            call("没有-0000")
    for row in (-1, 5):
        with pytest.raises(IndexError):
            store.passage(row)


def test_a_source_file_comes_back_with_what_was_removed(store, tmp_path):
    expected = parse_plain(tmp_path / "库" / "甲/二.txt", "甲/二.txt")
    assert store.parsed_file("甲/二.txt") == expected


def test_files_and_skipped_files(store):
    assert [row.name for row in store.files()] == sorted(FILES)
    ((row, skipped),) = store.skipped()
    assert (row.name, skipped.reason) == ("空.txt", "空.txt 是空的。")


def test_a_summary_says_what_a_list_shows(store):
    summary = store.speeches()[0]
    assert summary == SpeechSummary(
        id=parse_speech(FILES["乙.txt"], "乙.txt").id,
        title="乙(截断)",
        date="2025",
        speaker="乙省省長 林知遠",
        occasion=None,
        place=None,
        kind="讲话",
        source="乙.txt",
        n_chars=10,
        truncated=Truncation(1, 2),
        first_row=0,
        n_passages=1,
    )


@pytest.mark.parametrize(
    ("filters", "rows"),
    [
        ({"kinds": {"讲话"}}, [0, 1, 2]),
        ({"kinds": {"讲话", "报告"}}, [0, 1, 2, 3]),
        ({"kinds": {"没有"}}, []),
        ({"date_from": "2024-03-05"}, [0, 1, 2, 3]),
        ({"date_from": "2024-03-06"}, [0, 3]),
        ({"date_to": "2024-03-05"}, [1, 2]),
        ({"date_to": "2024-05-01"}, [1, 2, 3]),  # 2024-05 may be the first of May
        ({"date_from": "2025-06-01", "date_to": "2025-06-30"}, [0]),
        ({"date_from": "2025"}, [0]),
        ({"date_from": "2024-06", "date_to": "2024"}, []),
        ({"sources": {"甲/一.txt"}}, [1, 2]),
        ({"sources": {"甲"}}, [1, 2, 3, 4]),
        ({"sources": {"甲/"}}, [1, 2, 3, 4]),
        ({"roles": {"开场"}}, [0, 1, 3, 4]),
        ({"roles": {"举措"}, "kinds": {"讲话"}}, [2]),
        ({"speakers": {"林知远"}}, [0, 1, 2]),
        ({"speakers": {"林副市长", "没有此人"}}, [1, 2]),
        ({"speakers": {"乙省省長 林知遠"}}, [0]),
        ({"speakers": {"林知远"}, "date_from": "2025"}, [0]),
        ({"speakers": {"没有此人"}}, []),
    ],
)
def test_filters(store, filters, rows):
    sets = {"kinds", "roles", "sources", "speakers"}
    given = {key: frozenset(value) if key in sets else value for key, value in filters.items()}
    assert store.mask(Filters(**given)).nonzero()[0].tolist() == rows


def test_rows_of_speakers_are_told_in_stretches(store):
    assert store.speakers == {"乙省省長 林知遠": [0], "甲市副市长 林知远": [1]}
    assert store.row_ranges({"林知远"}) == [(0, 3)]
    assert store.row_ranges({"林副市长"}) == [(1, 3)]
    assert store.row_ranges(set()) == []


def test_no_filter_is_no_mask(store):
    assert store.mask(Filters()) is None
    assert store.mask(None) is None


def test_values_to_choose_from(store):
    assert store.values("kind") == ["讲话", "报告"]
    assert store.values("source") == sorted(FILES)


def test_roles_without_reading_speeches(store):
    opening, measure = (ROLES.index(role) + 1 for role in (Role.OPENING, Role.MEASURE))
    assert store.role_codes[[0, 2, 4]].tolist() == [opening, measure, opening]


def test_near_copies_are_a_group(store):
    assert store.groups.tolist() == [0, 1, 0, 3, 4]
    assert store.group(2) == 0
    assert store.rows_of_group(0).tolist() == [0, 2]
    assert store.rows_of_group(1).tolist() == [1]


def test_groups_that_cross_each_other_are_told_apart(store):
    vars(store)["groups"] = np.array([0, 1, 1, 0, 0], np.int32)
    assert store.rows_of_group(0).tolist() == [0, 3, 4]
    assert store.rows_of_group(1).tolist() == [1, 2]


@pytest.mark.parametrize(
    ("date", "first", "last"),
    [
        ("2024-02-29", "2024-02-29", "2024-02-29"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2023-2", "2023-02-01", "2023-02-28"),
        ("2024", "2024-01-01", "2024-12-31"),
    ],
)
def test_date_range(date, first, last):
    assert date_range(date) == (date_range(first)[0], date_range(last)[1])
    assert date_range(first)[0] <= date_range(last)[1]


@pytest.mark.parametrize("date", [None, "", "去年", "2024-13", "2024-02-30", "24", "2024年"])
def test_what_is_no_date_is_zero(date):
    assert date_range(date) == (0, 0)


def test_many_threads_read_at_once(store):
    wrong = []

    def read():
        for _ in range(50):
            for row, text in enumerate(TEXTS):
                store._kept.clear()  # so that each read reaches the file
                if store.text(row) != text:
                    wrong.append(row)

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_file_that_is_no_store_is_named(tmp_path):
    (tmp_path / "speeches.sqlite").write_bytes(b"no database" * 100)
    with pytest.raises(IndexDamaged, match=r"speeches\.sqlite"):
        PassageStore.open(tmp_path)


def test_a_place_is_told_without_reading_the_speech(store):
    speech, _ = store.located(0)
    place = store.place(0)
    assert (place.title, place.source) == (speech.title, speech.source)


def test_a_store_that_nobody_needs_closes_its_file(build, index_dir):
    build()
    store = PassageStore.open(open_current(index_dir).directory)
    connection = store._connection
    connection.execute("SELECT 1")
    del store
    gc.collect()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        connection.execute("SELECT 1")
