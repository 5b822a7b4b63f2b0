"""The training run: which sources, how often, how long."""

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer

from training.batches import Glosser, Sampler
from training.dataset import Ids, Source
from training.lexicon import Lexicon
from training.model import DIM, StaticModel

# How often a batch is drawn from each source, relative to the others.
WEIGHTS = {
    "political.question": 3.0,
    "political.clause": 2.0,
    "political.heading": 1.5,
    "political.title": 1.5,
    "political.sentence": 1.5,
    "political.neighbour": 0.4,
    "broadcast_news.title": 2.5,
    "broadcast_news.question": 1.5,
    "broadcast_news.clause": 1.0,
    "broadcast_news.sentence": 1.0,
    "broadcast_news.neighbour": 0.3,
    "general_news.sentence": 0.7,
    "general_news.clause": 0.7,
    "laws.title": 0.3,
    "laws.sentence": 0.2,
    "laws.clause": 0.3,
    "lexicon": 1.5,
    "dictionary_cedict": 1.2,
    "dictionary_wiktionary": 0.8,
    "parallel_tatoeba": 0.7,
    "parallel_wmt": 0.2,
    "parallel_wmt_machine": 2.0,
    "parallel_wmt_news": 0.6,
    "parallel_python_docs": 0.3,
    "question_passage_cmrc": 0.15,
    "question_passage_drcd": 0.3,
    "question_answer_gov_faq": 0.15,
    "question_answer_legal": 0.3,
    "question_statute": 0.15,
    "glossary.short": 1.3,
    "glossary.passage": 3.5,
    "glossary.swapped": 2.5,
    "questions.asked": 1.2,
    "questions.padded": 2.0,
    "questions.swapped": 0.5,
}
# Queries of these are in Chinese and may be glossed into English, wholly or in part.
GLOSSED = frozenset(
    name
    for name in WEIGHTS
    if name.split(".")[0] in ("political", "broadcast_news", "general_news", "questions")
    and not name.endswith("neighbour")
) | {"question_passage_cmrc", "question_passage_drcd"}


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how fast."""

    n_steps: int = 4000
    batch_size: int = 1024
    rate: float = 0.05  # after 50 steps; falls as if it were to reach 0 after `fall` * n_steps
    fall: float = 1.5
    n_averaged: int = 3  # tables of the second half: after 1/2, 3/4 and all of the steps
    scale: float = 20.0  # of cosines in InfoNCE
    n_warm_up: int = 50
    snapshots: Path | None = None  # a folder for the table every 1,000 steps


def token_frequency(sources: dict[str, Source], n_tokens: int) -> NDArray[np.float64]:
    """Share of each token in all texts, shape (n_tokens,)."""
    counts = np.zeros(n_tokens)
    for source in sources.values():
        for texts in (source.queries, source.passages):
            counts += np.bincount(texts.ids, minlength=n_tokens)
    return counts / counts.sum()


def train(
    tokenizer: Tokenizer,
    sources: dict[str, Source],
    lexicon: Lexicon,
    seed: int,
    plan: Plan,
    near_misses: dict[str, Ids] | None = None,
) -> NDArray[np.float32]:
    """Train and return one row a token, shape (n_tokens, 256).

    Args:
        tokenizer: Its vocabulary has the rows.
        sources: Pairs by name; `WEIGHTS` says how often each is drawn.
        lexicon: Glosses of Chinese tokens in English.
        seed: Of everything drawn.
        plan: How long and how fast.
        near_misses: For some sources a row beside each row (`training.near_misses`).

    """
    n_tokens = tokenizer.get_vocab_size()
    names = [tokenizer.id_to_token(index) for index in range(n_tokens)]
    glosser = Glosser(lexicon, np.array([not name.isascii() for name in names]))
    sampler = Sampler(sources, WEIGHTS, glosser, GLOSSED, plan.batch_size, seed, near_misses)
    torch.manual_seed(seed)
    model = StaticModel(tokenizer, token_frequency(sources, n_tokens), seed)
    table = np.zeros((n_tokens, DIM), np.float32)
    averaged = {round(n) for n in np.linspace(plan.n_steps / 2, plan.n_steps, plan.n_averaged)}
    started, losses = time.monotonic(), []
    for step, (_, batch) in enumerate(sampler.stream(plan.n_steps)):
        falling = max(0.02, 1 - step / (plan.n_steps * plan.fall))
        rate = plan.rate * min(1.0, (step + 1) / plan.n_warm_up) * falling
        losses.append(model.step(batch, rate, plan.scale))
        if (step + 1) % 500 == 0:
            pace = (time.monotonic() - started) / (step + 1)
            print(f"step {step + 1}: loss {np.mean(losses):.3f}, {pace:.2f} s a step", flush=True)
            losses = []
        if plan.snapshots and (step + 1) % 1000 == 0:
            np.save(plan.snapshots / f"step-{step + 1}.npy", model.folded())
        if step + 1 in averaged:
            table += model.folded() / len(averaged)
    return table
