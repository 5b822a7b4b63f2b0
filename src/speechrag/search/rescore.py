"""A second look at the best candidates: which of them is the one to read first.

The engine weighs each passage by itself. Here the first few are looked at more closely, and beside
each other: the best sentence of each, what the question is about apart from what it asks of it, how
much of the same speech was found, and the probability that the passage does what is asked for. A
linear model in the manner of ListNet (Cao and others, "Learning to Rank: From Pairwise Approach to
Listwise Approach", ICML 2007), fitted by `python -m benchmarks.answers.order` on questions that no
figure is reported on (benchmarks/results/answers-order.md).
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from speechrag.corpus.sentences import sentence_ends
from speechrag.search.candidates import Searchable
from speechrag.search.kernels import kernel_scores, pool_matches
from speechrag.search.late import Floats, Ids, TokenRows, best_matches
from speechrag.search.query import Query, find_topic
from speechrag.search.role_features import ROLES
from speechrag.search.roles import load_role_model
from speechrag.types import Encoder, Hit, Role, Speech, Vectors

N_RESCORED = 30
N_KEPT = 2_000  # passages and speeches that are kept cut up: some 10 MB
N_OF_A_SPEECH = 3  # its best passages stand for a speech

# Feature → (mean, scale, weight): printed by benchmarks.answers.order.
MODEL: dict[str, tuple[float, float, float]] = {
    "score": (0.2262, 0.0840, 0.59),
    "sentence": (0.1909, 0.0913, 0.69),
    "sentence_words": (0.2635, 0.1147, -0.09),
    "kernel": (8.9379, 2.2220, 1.22),
    "topic_words": (0.3511, 0.1627, 0.40),
    "speech": (0.2874, 0.1400, 0.38),
    "speech_topic": (0.3207, 0.2041, 0.56),
    "purpose": (0.0681, 0.1256, 1.20),
    "opens": (0.0571, 0.2247, -0.32),
    "closes": (0.0354, 0.1646, -0.05),
    "length": (4.9544, 0.4859, -0.58),
    "context": (0.0064, 0.0070, 0.27),
}


class Rescorer:
    """Looks at the best hits of one library again. Safe to use from several threads.

    Args:
        generation: The library.
        encoder: Its encoder, which must have token vectors (`late.TokenRows`).

    """

    def __init__(self, generation: Searchable, encoder: Encoder) -> None:
        self._generation = generation
        self._encoder = encoder
        self._sentences: dict[str, tuple[Vectors, list[Ids], Ids]] = {}
        self._roles: dict[str, Floats] = {}
        self._keeping = threading.Lock()

    def score(self, query: Query, hits: Sequence[Hit]) -> Floats:
        """How much speaks for each hit as the first to read: float32, shape (len(hits),).

        Differences are log odds: `exp(a - b)` is how many times likelier one is than another.
        """
        features = self.measure(query, hits)
        means, scales, weights = np.array([MODEL[name] for name in MODEL]).T
        found: Floats = (((features - means) / scales) @ weights).astype(np.float32)
        return found

    def measure(self, query: Query, hits: Sequence[Hit]) -> NDArray[np.float64]:
        """The features of `MODEL` for each hit, shape (len(hits), len(MODEL)).

        score: the engine's, without what the role gave it. sentence, sentence_words: the best
        cosine, and the best match word by word, of a sentence with the question. kernel: what the
        learnt curves make of the words' best matches (`search.kernels`). topic_words: the
        match of passage, headings and title with what the question is about. speech, speech_topic:
        the best score, and the best three topic matches, of the hits of the same speech. purpose:
        the probability that the passage does what is asked for, times speech_topic. opens, closes:
        the probabilities that it only opens or closes the speech, unless that is asked for. length:
        the logarithm of its characters. context: the cosine of its headings, as the engine weighs
        it.
        """
        if not hits:
            return np.zeros((0, len(MODEL)))
        encoder = self._encoder
        assert isinstance(encoder, TokenRows)
        idf = self._generation.lexical.idf
        topic = find_topic(query)
        vector = encoder.encode_queries([query.text])[0]
        cut = self._cut(hits)
        scores = [hit.score - hit.parts.get("role", 0.0) for hit in hits]
        topics = best_matches(encoder, topic, [whole for _, _, whole in cut], idf).tolist()
        owner = np.repeat(np.arange(len(hits)), [len(ids) for _, ids, _ in cut])
        words = best_matches(encoder, query.text, [s for _, ids, _ in cut for s in ids], idf)
        kernel = kernel_scores(pool_matches(encoder, query, [ids for _, ids, _ in cut], idf))
        by_speech: dict[str, list[int]] = defaultdict(list)
        for at, hit in enumerate(hits):
            by_speech[hit.speech.id].append(at)
        rows = []
        for at, hit in enumerate(hits):
            same = by_speech[hit.speech.id]
            best = sorted((topics[other] for other in same), reverse=True)[:N_OF_A_SPEECH]
            speech_topic = sum(best) / N_OF_A_SPEECH
            asked, opens, closes = self._roles_of(hit, query.intent)
            rows.append(
                (
                    scores[at],
                    float((cut[at][0] @ vector).max()),
                    float(words[owner == at].max()),
                    float(kernel[at]),
                    topics[at],
                    max(scores[other] for other in same),
                    speech_topic,
                    asked * speech_topic,
                    opens,
                    closes,
                    float(np.log(len(hit.text))),
                    hit.parts.get("context", 0.0),
                )
            )
        return np.array(rows)

    def _cut(self, hits: Sequence[Hit]) -> list[tuple[Vectors, list[Ids], Ids]]:
        """Of each hit: its sentences' vectors and tokens, and the tokens of all that names it."""
        encoder = self._encoder
        assert isinstance(encoder, TokenRows)
        known = self._sentences
        new = {hit.passage.id: hit for hit in hits if hit.passage.id not in known}
        pieces = {key: split_sentences(hit.text) for key, hit in new.items()}
        flat = [piece for some in pieces.values() for piece in some]
        wholes = [
            "\n".join((hit.text, " ".join(hit.passage.section_path), hit.speech.title))
            for hit in new.values()
        ]
        vectors = encoder.encode_passages(flat)
        ids = encoder.token_ids([*flat, *wholes])
        found, at = {}, 0
        for key, whole in zip(new, ids[len(flat) :], strict=True):
            end = at + len(pieces[key])
            found[key] = (vectors[at:end], ids[at:end], whole)
            at = end
        chosen = [found.get(hit.passage.id) or known[hit.passage.id] for hit in hits]
        with self._keeping:
            kept = {} if len(known) + len(found) > N_KEPT else known
            self._sentences = kept | found
        return chosen

    def _roles_of(self, hit: Hit, intent: Role | None) -> tuple[float, float, float]:
        """The probabilities of the role that is asked for, of an opening and of a closing."""
        shares = self._role_shares(hit.speech)[hit.speech.passages.index(hit.passage)]
        asked = float(shares[ROLES.index(intent)]) if intent else 0.0
        opens, closes = (
            0.0 if intent is role else float(shares[ROLES.index(role)])
            for role in (Role.OPENING, Role.CLOSING)
        )
        return asked, opens, closes

    def _role_shares(self, speech: Speech) -> Floats:
        """The probability of each role for each passage of a speech, rows that add up to 1."""
        known = self._roles.get(speech.id)
        if known is not None:
            return known
        logits = load_role_model().score(speech)
        shares = np.exp(logits - logits.max(axis=1, keepdims=True))
        found: Floats = (shares / shares.sum(axis=1, keepdims=True)).astype(np.float32)
        with self._keeping:
            kept = {} if len(self._roles) >= N_KEPT else self._roles
            self._roles = kept | {speech.id: found}
        return found


def split_sentences(text: str) -> list[str]:
    """The sentences of a passage; the whole where none has eight characters."""
    pieces: list[str] = []
    for line in text.split("\n"):
        start = 0
        for end in sentence_ends(line):
            if end - start >= 8:
                pieces.append(line[start:end])
            start = max(start, end)
    return pieces or [text]
