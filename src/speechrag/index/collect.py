"""Collecting the rows of a new generation: tokens, vectors, contexts, keys and sketches.

A row comes either from a passage, in which case whatever an earlier generation knows of the same
text is taken from there, or as part of a whole unchanged file.
"""

from __future__ import annotations

import shutil
from array import array
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from speechrag.index.arrays import save_array
from speechrag.index.duplicates import N_BANDS, group_rows
from speechrag.index.encoding import (
    KeyTable,
    VectorWriter,
    context_text_for_encoding,
    passage_text_for_encoding,
    text_key,
    token_texts_for_matching,
)
from speechrag.index.generation import Generation
from speechrag.index.passage_tokens import HasTokens, TokenWriter
from speechrag.index.postings import PostingsBuilder
from speechrag.index.prepare import Tokenizes
from speechrag.index.progress import Stopwatch
from speechrag.index.store import FileRow, PassageStore
from speechrag.index.vector_store import RemoteVectors
from speechrag.index.vectors import FaissStore
from speechrag.types import Encoder, Passage, Speech, Vectors

FIELDS = ("body", "heading", "title")
"""The lexical fields: a passage's words, its heading path, its speech's title."""


class RowCollector:
    """Takes rows in order and writes all that belongs to them but the store.

    Args:
        directory: The folder of the generation that is being built.
        encoder: Gives the vectors.
        tokenizer: Gives the tokens.
        previous: An earlier generation to take rows from.
        watch: Told what tokenizing, encoding and writing took.
        reencode: Whether vectors are made anew though the encoder is the same.
    """

    def __init__(
        self,
        directory: Path,
        encoder: Encoder,
        tokenizer: Tokenizes,
        previous: Generation | None,
        watch: Stopwatch,
        *,
        reencode: bool = False,
    ) -> None:
        self._directory = directory
        self._work = directory / "work"
        self._work.mkdir()
        self._tokenizer = tokenizer
        self._watch = watch
        self._encoder = encoder
        self._previous = previous
        manifest = previous.manifest if previous else None
        self._same_tokens = manifest is not None and manifest.tokenizer_digest == tokenizer.digest
        same_encoder = manifest is not None and manifest.encoder_digest == encoder.digest
        self._same_vectors = same_encoder and not reencode
        lexical = previous.lexical if previous and self._same_tokens else None
        self._postings = PostingsBuilder(directory / "lexical", FIELDS, lexical)
        self._body = VectorWriter(self._work / "body.f32", encoder.dim, self._encode)
        self._context = VectorWriter(self._work / "context.f32", encoder.dim, self._encode)
        self._tokens: TokenWriter | None = None
        if isinstance(encoder, HasTokens):
            self._tokens = TokenWriter(self._work / "tokens.i32", encoder)
        self._old_tokens = previous.tokens if previous and same_encoder else None
        self._context_numbers: dict[tuple[int, int], int] = {}
        self._context_of = array("i")
        self._keys = array("Q")
        self._sketches = array("Q")
        self._old_rows = array("i")  # the row in the earlier generation, or -1
        self._table: KeyTable | None = None
        self._taken = np.zeros(previous.manifest.n_passages if previous else 0, dtype=bool)
        self.n_reused = self.n_tokenized = self.n_encoded = 0

    @property
    def n_rows(self) -> int:
        """Rows so far."""
        return len(self._context_of)

    @property
    def n_contexts(self) -> int:
        """Distinct contexts so far."""
        return len(self._context_numbers)

    @property
    def takes_whole_files(self) -> bool:
        """Whether rows of an unchanged file can be taken over without looking at its text."""
        has_tokens = self._tokens is None or self._old_tokens is not None
        return self._same_tokens and self._same_vectors and has_tokens

    def reserve(self, files: Sequence[FileRow]) -> None:
        """Rows of these files of the earlier generation will be asked for by `add_file`."""
        for file in files:
            self._taken[file.first_row : file.first_row + file.n_rows] = True

    def known_tokens(self, old: FileRow) -> bytes:
        """The keys of an earlier file's passages, whose tokens need not be made again."""
        if self._previous is None or not self._same_tokens:
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
        rows = np.arange(start, stop)
        self._body.add_vectors(previous.body.vectors(rows))
        if self._tokens is not None and self._old_tokens is not None:
            self._tokens.add_rows(self._old_tokens, rows)
        self._add_old_contexts(previous, previous.context_of[start:stop])
        self._keys.frombytes(previous.passage_keys[start:stop].tobytes())
        self._sketches.frombytes(previous.sketches[start:stop].tobytes())
        self._old_rows.extend(range(start, stop))
        self.n_reused += old.n_rows

    def add_speech(
        self, speech: Speech, tokens: dict[str, list[str]], sketches: NDArray[np.uint64]
    ) -> None:
        """The next rows are the passages of a speech.

        Args:
            speech: The speech.
            tokens: The tokens of its texts, as far as they were made already; gets the others.
            sketches: Of its passages, as `sketch_texts` gives them.
        """
        for passage in speech.passages:
            self._add_passage(speech, passage, tokens)
        self._sketches.frombytes(sketches.tobytes())

    def _add_passage(self, speech: Speech, passage: Passage, words: dict[str, list[str]]) -> None:
        text = passage_text_for_encoding(speech, passage)
        context = context_text_for_encoding(speech, passage)
        key = text_key(text, context)
        known = self._known_rows(key)
        self._add_tokens(speech, passage, known, words)
        if known and self._same_vectors and self._previous is not None:
            self._body.add_vectors(self._previous.body.vectors(np.asarray(known[:1])))
            self.n_reused += 1
        else:
            self._body.add_text(text)
            self.n_encoded += 1
        self._add_token_ids(speech, passage, known)
        context_key = text_key(context)
        if context_key not in self._context_numbers:
            self._context_numbers[context_key] = self._context.n_rows
            self._context.add_text(context)
        self._context_of.append(self._context_numbers[context_key])
        self._keys.extend(key)
        self._old_rows.append(known[0] if known else -1)

    def _add_tokens(
        self, speech: Speech, passage: Passage, known: list[int], words: dict[str, list[str]]
    ) -> None:
        free = [row for row in known if not self._taken[row]] if self._same_tokens else []
        if free:
            self._taken[free[0]] = True
            self._postings.add_previous(free[0], free[0] + 1)
            return
        texts = {
            "body": passage_text_for_encoding(speech, passage),
            "heading": "\n".join(passage.section_path),
            "title": speech.title,
        }
        for text in texts.values():
            if text not in words:
                with self._watch.timing("tokenize"):
                    words[text] = self._tokenizer.tokenize(text)
        self.n_tokenized += 1
        with self._watch.timing("write"):
            self._postings.add({field: words[text] for field, text in texts.items()})

    def _add_token_ids(self, speech: Speech, passage: Passage, known: list[int]) -> None:
        if self._tokens is None:
            return
        if known and self._old_tokens is not None:
            self._tokens.add_rows(self._old_tokens, known[:1])
            return
        with self._watch.timing("encode"):
            self._tokens.add_texts(token_texts_for_matching(speech, passage))

    def _known_rows(self, key: tuple[int, int]) -> list[int]:
        if self._previous is None:
            return []
        if self._table is None:
            self._table = KeyTable(self._previous.passage_keys)
        return self._table.rows(key)

    def _add_old_contexts(self, previous: Generation, numbers: NDArray[np.int32]) -> None:
        for old in numbers.tolist():
            pair = previous.context_keys[old]
            key = (int(pair[0]), int(pair[1]))
            if key not in self._context_numbers:
                self._context_numbers[key] = self._context.n_rows
                self._context.add_vectors(previous.context.vectors(np.asarray([old])))
            self._context_of.append(self._context_numbers[key])

    def _encode(self, texts: Sequence[str]) -> Vectors:
        with self._watch.timing("encode"):
            return self._encoder.encode_passages(texts)

    def finish(self) -> None:
        """Write everything but the vectors and the groups of near copies."""
        with self._watch.timing("write"):
            self._postings.finish()
            keys = np.frombuffer(self._keys, dtype=np.uint64).reshape(-1, 2)
            save_array(self._directory / "keys.npy", keys)
            context_keys = np.asarray(list(self._context_numbers), dtype=np.uint64).reshape(-1, 2)
            save_array(self._directory / "context_keys.npy", context_keys)
            contexts = np.frombuffer(self._context_of, dtype=np.int32)
            save_array(self._directory / "contexts.npy", contexts)
            save_array(self._directory / "sketches.npy", self._sketch_array())
            if self._tokens is not None:
                self._tokens.finish(self._directory)

    def write_vectors(self, remote: RemoteVectors | None = None) -> None:
        """Write the vectors, once all else is in the folder, there or into another engine."""
        body, context = self._body.finish(), self._context.finish()
        with self._watch.timing("write"):
            if remote is not None:
                remote.write(self._directory, body, context)
            else:
                FaissStore.build(body).save(self._directory / "body.faiss")
                FaissStore.build(context).save(self._directory / "context.faiss")
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
            groups = group_rows(self._sketch_array(), store.text, known)
            save_array(self._directory / "groups.npy", groups)

    def close(self) -> None:
        """Give files up, unfinished."""
        self._body.close()
        self._context.close()
        if self._tokens is not None:
            self._tokens.close()

    def _sketch_array(self) -> NDArray[np.uint64]:
        return np.frombuffer(self._sketches, dtype=np.uint64).reshape(-1, N_BANDS)
