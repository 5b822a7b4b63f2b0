"""Make the built-in encoder from the material: `python -m training.make_model --data DIR`.

One command, seeded. Word counts and token arrays are kept in `--cache`, so that a second run only
trains. On two free cores: about five minutes to read and tokenize, then the training.
"""

import argparse
import time
from pathlib import Path

from training.dataset import load_sources
from training.evaluate import REPO, load_benches
from training.export import load_table, save_model
from training.lexicon import build_lexicon
from training.train import Plan, train
from training.vocab import build_tokenizer


def make_model(data: Path, out: Path, cache: Path, seed: int, plan: Plan) -> None:
    """Read, tokenize, train and write the model; print how long each took."""
    cache.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    tokenizer = build_tokenizer(data, cache)
    sources = load_sources(data, cache, tokenizer, seed)
    n_pairs = sum(map(len, sources.values()))
    print(f"{tokenizer.get_vocab_size()} tokens, {n_pairs} pairs: {_since(started)}", flush=True)
    lexicon = build_lexicon(data, tokenizer, sources)
    print(f"{len(lexicon.phrases)} glosses: {_since(started)}", flush=True)
    table = train(tokenizer, sources, lexicon, seed, plan)
    save_model(out, tokenizer, table)
    print(f"written to {out}: {_since(started)}", flush=True)


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
    options = parser.parse_args()
    plan = Plan(n_steps=options.steps, batch_size=options.batch_size)
    make_model(options.data, options.out, options.cache, options.seed, plan)
    print_figures(options.data, options.seeds, options.out)


if __name__ == "__main__":
    main()
