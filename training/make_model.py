"""Make the built-in encoder from the material: `python -m training.make_model --data DIR`.

One command, seeded. Word counts and token arrays are kept in `--cache`, so that a second run only
trains. On two free cores: about five minutes to read and tokenize, then the training.
"""

import argparse
import hashlib
import pickle
import time
from pathlib import Path

import torch
from tokenizers import Tokenizer

from training.dataset import Ids, Source, load_sources
from training.evaluate import REPO, load_benches
from training.export import load_table, save_model
from training.lexicon import Lexicon, build_lexicon, lexicon_source
from training.near_misses import load_near_misses
from training.overlap import trained_glossary, trained_questions
from training.train import Plan, train
from training.vocab import build_tokenizer


def make_model(
    data: Path, out: Path, cache: Path, seed: int, plan: Plan, *, with_near_misses: bool = False
) -> None:
    """Read, tokenize, train and write the model; print how long each took."""
    cache.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    tokenizer = build_tokenizer(data, cache)
    sources = load_sources(data, cache, tokenizer, seed)
    n_pairs = sum(map(len, sources.values()))
    print(f"{tokenizer.get_vocab_size()} tokens, {n_pairs} pairs: {_since(started)}", flush=True)
    lexicon = _lexicon(data, cache, tokenizer, sources)
    print(f"{len(lexicon.phrases)} glosses: {_since(started)}", flush=True)
    sources["lexicon"] = lexicon_source(lexicon)
    near_misses: dict[str, Ids] = {}
    if with_near_misses:
        made_from = _digest(tokenizer.to_str(), trained_questions(), trained_glossary())
        n_tokens = tokenizer.get_vocab_size()
        near_misses = load_near_misses(sources, cache, made_from, n_tokens, seed)
        print(f"near misses of {len(near_misses)} sources: {_since(started)}", flush=True)
    table = train(tokenizer, sources, lexicon, seed, plan, near_misses)
    save_model(out, tokenizer, table)
    print(f"written to {out}: {_since(started)}", flush=True)


def _lexicon(data: Path, cache: Path, tokenizer: Tokenizer, sources: dict[str, Source]) -> Lexicon:
    path = cache / f"lexicon-{_digest(tokenizer.to_str(), trained_glossary())}.pkl"
    if not path.exists():
        path.write_bytes(pickle.dumps(build_lexicon(data, tokenizer, sources)))
    return pickle.loads(path.read_bytes())


def _digest(*made_from: object) -> str:
    return hashlib.sha256(repr(made_from).encode()).hexdigest()[:12]


def _since(started: float) -> str:
    return f"{time.monotonic() - started:.0f} s"


def print_figures(data: Path, seeds: Path, model: Path) -> None:
    """nDCG@10 over all questions of every bench at hand, BM25 beside it."""
    tokenizer, table = load_table(model)
    for name, bench in load_benches(data, seeds).items():
        dense = bench.by_kind(bench.dense(table, tokenizer))["all"]
        print(f"{name}: BM25 {bench.by_kind(bench.bm25)['all']:.3f}, dense {dense:.3f}")


def main() -> None:
    """Parse the command line and make the model."""
    plan = Plan()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=REPO.parent / "shared" / "corpora")
    parser.add_argument("--seeds", type=Path, default=REPO.parent / "shared" / "seeds")
    parser.add_argument("--out", type=Path, default=REPO / "src" / "speechrag" / "model")
    parser.add_argument("--cache", type=Path, default=REPO / "build" / "training")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--steps", type=int, default=plan.n_steps)
    parser.add_argument("--batch-size", type=int, default=plan.batch_size)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--snapshots", type=Path, help="keep the table every 1,000 steps here")
    parser.add_argument(
        "--near-misses", action="store_true", help="half of a batch are BM25's near misses"
    )
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    plan = Plan(options.steps, options.batch_size, snapshots=options.snapshots)
    make_model(
        options.data,
        options.out,
        options.cache,
        options.seed,
        plan,
        with_near_misses=options.near_misses,
    )
    print_figures(options.data, options.seeds, options.out)


if __name__ == "__main__":
    main()
