"""Collecting the rows of a new generation: words, vectors, contexts, keys and sketches.

A row comes either from a passage, in which case whatever an earlier generation knows of the same
text is taken from there, or as part of a whole unchanged file.
"""

from __future__ import annotations

import itertools
import shutil
from array import array
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from speechrag.index.arrays import save_array
from speechrag.index.bodies import BodyWriter
from speechrag.index.duplicates import N_BANDS, group_rows
from speechrag.index.encoding import KeyTable, VectorWriter
from speechrag.index.generation import Generation
from speechrag.index.postings import PostingsBuilder
from speechrag.index.prepare import Tokenizes
from speechrag.index.progress import ProgressMeter, Stopwatch
from speechrag.index.rows import FIELDS, FileRows
from speechrag.index.store import PassageStore
from speechrag.index.store_tables import FileRow
from speechrag.index.vector_store import RemoteVectors
from speechrag.index.vectors import FaissStore
from speechrag.types import Encoder, Vectors

_NEW, _TO_TOKENIZE = -1, -2
"""Where a row's words come from, if not from a row of the earlier generation."""


class RowCollector:
    """Takes rows in order and writes all that belongs to them but the store.

    Args:
        directory: The folder of the generation that is being built.
        encoder: Gives the vectors.
        tokenizer: Gives the tokens.
        previous: An earlier generation to take rows from.
        watch: Told what tokenizing, encoding and writing took.
        meter: Told what is being written.
        reencode: Whether vectors are made anew though the encoder is the same.
    """

    def __init__(
        self,
        directory: Path,
        encoder: Encoder,
        tokenizer: Tokenizes,
        previous: Generation | None,
        watch: Stopwatch,
        meter: ProgressMeter,
        *,
        reencode: bool = False,
    ) -> None:
        self._directory = directory
        self._work = directory / "work"
        self._work.mkdir()
        self._tokenizer = tokenizer
        self._watch = watch
        self._meter = meter
        self._encoder = encoder
        self._previous = previous
        digest = previous.manifest.tokenizer_digest if previous else None
        self._same_words = digest == tokenizer.digest
        lexical = previous.lexical if previous and self._same_words else None
        self._postings = PostingsBuilder(directory / "lexical", FIELDS, lexical)
        self._bodies = BodyWriter(self._work, encoder, previous, watch, reencode=reencode)
        self._context = VectorWriter(self._work / "context.f32", encoder.dim, self._encode)
        self._context_numbers: dict[tuple[int, int], int] = {}
        self._context_of = array("i")
        self._keys = array("Q")
        self._sketches = array("Q")
        self._old_rows = array("i")  # the row in the earlier generation, or -1
        self._table: KeyTable | None = None
        self._taken = np.zeros(previous.manifest.n_passages if previous else 0, dtype=bool)
        self.n_tokenized = 0

    @property
    def n_rows(self) -> int:
        """Rows so far."""
        return len(self._context_of)

    @property
    def n_contexts(self) -> int:
        """Distinct contexts so far."""
        return len(self._context_numbers)

    @property
    def n_reused(self) -> int:
        """Rows whose vectors were taken over."""
        return self._bodies.n_reused

    @property
    def n_encoded(self) -> int:
        """Rows whose vectors were made."""
        return self._bodies.n_encoded

    @property
    def takes_whole_files(self) -> bool:
        """Whether rows of an unchanged file can be taken over without looking at its text."""
        return self._same_words and self._bodies.takes_whole_files

    def reserve(self, files: Sequence[FileRow]) -> None:
        """Rows of these files of the earlier generation will be asked for by `add_file`."""
        for file in files:
            self._taken[file.first_row : file.first_row + file.n_rows] = True

    def known_tokens(self, old: FileRow) -> bytes:
        """The keys of an earlier file's passages, whose tokens need not be made again."""
        if self._previous is None or not self._same_words:
            return b""
        return self._previous.passage_keys[old.first_row : old.first_row + old.n_rows].tobytes()

    def add_file(self, old: FileRow) -> None:
        """The next rows are those of an unchanged file of the earlier generation."""
        previous = self._previous
        assert previous is not None
        start, stop = old.first_row, old.first_row + old.n_rows
        if start == stop:
            return
        self._postings.add_previous(start, stop)
        self._bodies.add_stretch(start, stop)
        self._add_old_contexts(previous, previous.context_of[start:stop])
        self._keys.frombytes(previous.passage_keys[start:stop].tobytes())
        self._sketches.frombytes(previous.sketches[start:stop].tobytes())
        self._old_rows.extend(range(start, stop))

    def add_rows(self, rows: FileRows) -> None:
        """The next rows are the passages of a file."""
        known = [self._known_rows((first, second)) for first, second in rows.keys.tolist()]
        self._add_words(rows, known)
        places = [rows.places[at] for at in rows.place_of.tolist()]
        for text, spans, place, old in zip(rows.texts, rows.spans(), places, known, strict=True):
            self._bodies.add_text(text, spans, place.heading, old[0] if old else None)
        self._add_contexts(rows)
        self._keys.frombytes(rows.keys.tobytes())
        self._sketches.frombytes(rows.sketches.tobytes())
        self._old_rows.extend(old[0] if old else -1 for old in known)

    def _add_words(self, rows: FileRows, known: Sequence[Sequence[int]]) -> None:
        """Each row's words: those of an earlier row not taken yet, or new ones."""
        is_made = (rows.words.counts["body"] >= 0).tolist()
        sources = [self._source(old, made) for old, made in zip(known, is_made, strict=True)]
        numbers = self._postings.number(rows.words.terms)
        for source, stretch in itertools.groupby(range(len(sources)), sources.__getitem__):
            where = list(stretch)
            if source == _NEW:
                with self._watch.timing("write"):
                    self._postings.add_rows(*rows.words.stretch(where[0], where[-1] + 1, numbers))
                self.n_tokenized += len(where)
                continue
            for at in where:
                if source == _TO_TOKENIZE:
                    self._tokenize(rows, at)
                else:
                    self._postings.add_previous(source, source + 1)

    def _source(self, known: Sequence[int], is_made: bool) -> int:
        free = [row for row in known if not self._taken[row]] if self._same_words else []
        if free:
            self._taken[free[0]] = True
            return free[0]
        return _NEW if is_made else _TO_TOKENIZE

    def _tokenize(self, rows: FileRows, at: int) -> None:
        """A row of a known text, of which another row has taken the words."""
        texts = rows.places[rows.place_of[at]].fields(rows.texts[at])
        with self._watch.timing("tokenize"):
            words = {field: self._tokenizer.tokenize(text) for field, text in texts.items()}
        self._postings.add(words)
        self.n_tokenized += 1

    def _known_rows(self, key: tuple[int, int]) -> list[int]:
        if self._previous is None:
            return []
        if self._table is None:
            self._table = KeyTable(self._previous.passage_keys)
        return self._table.rows(key)

    def _add_contexts(self, rows: FileRows) -> None:
        numbers = []
        for place, (first, second) in zip(rows.places, rows.context_keys.tolist(), strict=True):
            key = (first, second)
            if key not in self._context_numbers:
                self._context_numbers[key] = self._context.n_rows
                self._context.add_text(place.context)
            numbers.append(self._context_numbers[key])
        self._context_of.extend(numbers[at] for at in rows.place_of.tolist())

    def _add_old_contexts(self, previous: Generation, numbers: NDArray[np.int32]) -> None:
        old_numbers = numbers.tolist()
        distinct = list(dict.fromkeys(old_numbers))  # in the order in which they are met
        places: dict[int, int] = {}
        new: list[int] = []
        for old, (first, second) in zip(
            distinct, previous.context_keys[distinct].tolist(), strict=True
        ):
            key = (first, second)
            if key not in self._context_numbers:
                self._context_numbers[key] = self._context.n_rows + len(new)
                new.append(old)
            places[old] = self._context_numbers[key]
        if new:
            self._context.add_vectors(previous.context.vectors(np.asarray(new, dtype=np.int64)))
        self._context_of.extend(map(places.__getitem__, old_numbers))

    def _encode(self, texts: Sequence[str]) -> Vectors:
        with self._watch.timing("encode"):
            return self._encoder.encode_passages(texts)

    def finish(self) -> None:
        """Write everything but the vectors and the groups of near copies."""
        self._bodies.finish(self._directory)
        with self._watch.timing("write"):
            self._postings.finish(self._meter.part("write", "postings", "postings"))
            keys = np.frombuffer(self._keys, dtype=np.uint64).reshape(-1, 2)
            save_array(self._directory / "keys.npy", keys)
            context_keys = np.asarray(list(self._context_numbers), dtype=np.uint64).reshape(-1, 2)
            save_array(self._directory / "context_keys.npy", context_keys)
            contexts = np.frombuffer(self._context_of, dtype=np.int32)
            save_array(self._directory / "contexts.npy", contexts)
            save_array(self._directory / "sketches.npy", self._sketch_array())

    def write_vectors(self, remote: RemoteVectors | None = None) -> None:
        """Write the vectors, once all else is in the folder, there or into another engine."""
        body, context = self._bodies.vectors(), self._context.finish()
        self._meter.part("write", "vectors", "rows")(0, len(body))
        with self._watch.timing("write"):
            if remote is not None:
                remote.write(self._directory, body, context)
            else:
                old = self._bodies.earlier
                of_body, of_context = (old.body, old.context) if old else (None, None)
                FaissStore.build(body, of_body).save(self._directory / "body.faiss")
                FaissStore.build(context, of_context).save(self._directory / "context.faiss")
        del body, context
        shutil.rmtree(self._work)

    def write_groups(self, store: PassageStore) -> None:
        """Find near copies, whose texts are read from the store just written."""
        with self._watch.timing("write"):
            known = None
            if self._previous is not None:
                old_rows = np.frombuffer(self._old_rows, dtype=np.int32)
                groups = np.append(self._previous.store.groups, np.int32(-1))
                known = groups[old_rows].astype(np.int32)
            told = self._meter.part("write", "copies", "rows")
            groups = group_rows(self._sketch_array(), store.text, known, told)
            save_array(self._directory / "groups.npy", groups)

    def close(self) -> None:
        """Give files up, unfinished."""
        self._bodies.close()
        self._context.close()

    def _sketch_array(self) -> NDArray[np.uint64]:
        return np.frombuffer(self._sketches, dtype=np.uint64).reshape(-1, N_BANDS)
