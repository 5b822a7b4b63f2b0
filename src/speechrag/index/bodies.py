"""The vector of each passage's text and the encoder's tokens of its sentences, row by row."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from speechrag.index.encoding import VectorWriter
from speechrag.index.generation import Generation
from speechrag.index.passage_tokens import EncodesWithTokens, HasTokens, TokenRows
from speechrag.index.progress import Stopwatch
from speechrag.index.token_writer import TokenWriter
from speechrag.types import Encoder, Vectors

Spans = list[tuple[int, int]]


class BodyWriter:
    """Collects passages: new ones are encoded in batches, others taken from an earlier generation.

    An encoder that can (`EncodesWithTokens`) cuts each text once, for its vector and for the tokens
    of its sentences.

    Args:
        work: A folder to work in.
        encoder: Gives the vectors, and the tokens where it has any.
        previous: The generation to take rows from.
        watch: Told what encoding took.
        reencode: Whether vectors are made anew though the encoder is the same.
    """

    def __init__(
        self,
        work: Path,
        encoder: Encoder,
        previous: Generation | None,
        watch: Stopwatch,
        *,
        reencode: bool = False,
    ) -> None:
        self._encoder = encoder
        self._watch = watch
        digest = previous.manifest.encoder_digest if previous else None
        same_encoder = digest == encoder.digest
        self._vectors = VectorWriter(work / "body.f32", encoder.dim, self._encode)
        self._cuts_once = isinstance(encoder, EncodesWithTokens)
        self._tokens: TokenWriter | None = None
        if isinstance(encoder, HasTokens):
            self._tokens = TokenWriter(work / "tokens.i32", encoder)
        self._old_vectors = previous if same_encoder and not reencode else None
        self._old_tokens = previous.tokens if previous and same_encoder else None
        # of each text that waits for its vector: its sentences and heading, if they are asked for
        self._asked: list[tuple[Spans, str] | None] = []
        self.n_reused = self.n_encoded = 0

    @property
    def takes_whole_files(self) -> bool:
        """Whether nothing of an unchanged file need be made."""
        has_tokens = self._tokens is None or self._old_tokens is not None
        return self._old_vectors is not None and has_tokens

    @property
    def earlier(self) -> Generation | None:
        """The generation whose vectors are taken over; None where all are made anew."""
        return self._old_vectors

    def add_text(self, text: str, spans: Spans, heading: str, old: int | None) -> None:
        """The next row.

        Args:
            text: The passage.
            spans: Its sentences.
            heading: The headings above it.
            old: A row of the earlier generation with the same text.
        """
        has_tokens = self._tokens is None
        if self._tokens is not None and self._old_tokens is not None and old is not None:
            self._tokens.add_rows(self._old_tokens, [old])
            has_tokens = True
        if self._old_vectors is not None and old is not None:
            self._vectors.add_vectors(self._old_vectors.body.vectors(np.asarray([old])))
            self.n_reused += 1
        else:
            if self._tokens is not None and self._cuts_once and not has_tokens:
                self._tokens.expect()
                self._asked.append((spans, heading))
                has_tokens = True
            else:
                self._asked.append(None)
            self._vectors.add_text(text)
            self.n_encoded += 1
        if self._tokens is not None and not has_tokens:
            with self._watch.timing("encode"):
                self._tokens.add_texts([*(text[a:b] for a, b in spans), heading])
        if self._tokens is not None and self._tokens.is_full:
            self._vectors.flush()

    def add_stretch(self, start: int, stop: int) -> None:
        """The next rows are these of the earlier generation, of an unchanged file."""
        assert self._old_vectors is not None
        rows = np.arange(start, stop)
        self._vectors.add_vectors(self._old_vectors.body.vectors(rows))
        if self._tokens is not None and self._old_tokens is not None:
            self._tokens.add_rows(self._old_tokens, rows)
            if self._tokens.is_full:
                self._vectors.flush()
        self.n_reused += stop - start

    def finish(self, directory: Path) -> None:
        """Encode what waits, and write the tokens into a folder."""
        self._vectors.flush()
        if self._tokens is not None:
            self._tokens.finish(directory)

    def vectors(self) -> Vectors:
        """All vectors, once all is finished."""
        return self._vectors.finish()

    def close(self) -> None:
        """Give files up, unfinished."""
        self._vectors.close()
        if self._tokens is not None:
            self._tokens.close()

    def _encode(self, texts: Sequence[str]) -> Vectors:
        asked, self._asked = self._asked, []
        encoder = self._encoder
        with self._watch.timing("encode"):
            if self._tokens is None or not any(asked):
                return encoder.encode_passages(texts)
            if not isinstance(encoder, EncodesWithTokens) or not isinstance(encoder, HasTokens):
                return encoder.encode_passages(texts)
            spans = [each[0] if each else [] for each in asked]
            vectors, found = encoder.encode_with_tokens(texts, spans)
            headings = list({each[1]: None for each in asked if each})
            of_heading = dict(zip(headings, encoder.token_ids(headings), strict=True))
            self._tokens.give(
                TokenRows.of(
                    encoder,
                    found,
                    [len(each[0]) for each in asked if each],
                    [of_heading[each[1]] for each in asked if each],
                )
            )
            return vectors
