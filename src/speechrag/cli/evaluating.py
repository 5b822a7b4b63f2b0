"""The command that measures: eval, for one encoder or several side by side."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from speechrag.cli.library import print_json
from speechrag.cli.text import Text
from speechrag.config import Settings
from speechrag.evaluate import (
    METRICS,
    Judge,
    Judged,
    average_by_kind,
    bootstrap_interval,
    load_questions,
    paired_p_value,
)
from speechrag.search.engine import Engine

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MODES = ("lexical", "dense", "fused")
PLOT_DPI = 120


@dataclass(frozen=True, slots=True)
class Measured:
    """One encoder's judgements by mode."""

    encoder: str
    judged: dict[str, list[Judged]]

    def means(self, mode: str) -> dict[str, dict[str, float]]:
        """Means by kind and over all."""
        return average_by_kind(self.judged[mode])

    def values(self, mode: str) -> list[float]:
        """nDCG@10 of each question, in order."""
        return [judged.values["ndcg@10"] for judged in self.judged[mode]]


def run_eval(args: argparse.Namespace, settings: Settings, text: Text) -> int:
    """nDCG@10, MRR@10 and recall@5 by kind: lexical alone, dense alone, fused."""
    questions = load_questions(args.questions)
    engine = Engine.open(settings)
    judge = Judge(engine.iter_passages())
    missing = judge.missing(questions)
    if missing:
        print(text("no_gold", n=len(missing)), file=sys.stderr)
        for question, gold in missing[: None if args.verbose else 5]:
            print(f"  {question.id}: {gold}", file=sys.stderr)
    measured = [
        Measured(
            each.encoder_name,
            {mode: judge.judge(questions, each.ranker(mode)) for mode in MODES},
        )
        for each in _engines(engine, args.encoder, settings, text)
    ]
    if args.plot:
        draw_kinds(measured).savefig(args.plot)
        print(text("plotted", file=args.plot), file=sys.stderr)
    if args.json:
        print_json(_as_json(args.questions, measured, len(missing)))
    else:
        for one in measured:
            _print_table(one, text)
        if len(measured) > 1:
            _print_comparison(measured, text)
    fused = measured[0].means("fused")["all"]["ndcg@10"]
    return 1 if args.min is not None and fused < args.min else 0


def _engines(engine: Engine, names: list[str], settings: Settings, text: Text) -> Iterator[Engine]:
    """The index's own engine where no encoder is named, else one an encoder, in order."""
    if not names:
        yield engine
    for name in names:
        if name == engine.encoder_name:
            yield engine
            continue
        from speechrag.index.encoders import load_encoder
        from speechrag.search.reencode import reencode

        shown = time.monotonic()

        def report(done: int, total: int) -> None:
            nonlocal shown
            if time.monotonic() - shown > 1:
                shown = time.monotonic()
                print(text("encoding", done=done, total=total), file=sys.stderr)

        encoder = load_encoder(
            name, allow_download=settings.allow_download, batch_size=settings.batch_size
        )
        yield reencode(engine, encoder, report)


def _as_json(file: Path, measured: list[Measured], n_missing: int) -> dict[str, Any]:
    first = measured[0]
    document: dict[str, Any] = {
        "questions": str(file),
        "encoder": first.encoder,
        "n_missing_golds": n_missing,
        **{mode: first.means(mode) for mode in MODES},
        "encoders": [
            {
                "encoder": one.encoder,
                **{mode: one.means(mode) for mode in MODES},
                "interval_95": {mode: bootstrap_interval(one.values(mode)) for mode in MODES},
                "p_against_first": {
                    mode: paired_p_value(one.values(mode), first.values(mode)) for mode in MODES
                },
            }
            for one in measured
        ],
    }
    return document


def _print_table(one: Measured, text: Text) -> None:
    means = {mode: one.means(mode) for mode in MODES}
    print(f"{one.encoder}")
    print(f"{'':<16}" + "".join(f"{text(mode):>26}" for mode in MODES))
    print(f"{text('kind'):<10}{'n':>4}" + "  nDCG@10  MRR@10     R@5" * len(MODES))
    for kind, row in means["fused"].items():
        cells = "".join(
            f"{means[mode][kind][METRICS[0]]:>9.3f}{means[mode][kind][METRICS[1]]:>8.3f}"
            f"{means[mode][kind][METRICS[2]]:>8.3f}"
            for mode in MODES
        )
        print(f"{kind:<12}{row['n']:>4.0f}{cells}")
    for mode in MODES:
        low, high = bootstrap_interval(one.values(mode))
        print(f"  {text(mode)} nDCG@10 95 %: {low:.3f} – {high:.3f}")
    print()


def _print_comparison(measured: list[Measured], text: Text) -> None:
    kinds = list(measured[0].means("fused"))
    print(f"{'nDCG@10':<28}" + "".join(f"{kind:>11}" for kind in kinds), text("against_first"))
    for mode in ("dense", "fused"):
        for one in measured:
            means = one.means(mode)
            row = "".join(f"{means[kind]['ndcg@10']:>11.3f}" for kind in kinds)
            p = paired_p_value(one.values(mode), measured[0].values(mode))
            print(f"{one.encoder[-20:] + ' ' + text(mode):<28}{row} {p:.4f}")


def draw_kinds(measured: list[Measured]) -> Figure:
    """Bars of nDCG@10 by kind: words alone, then meaning and both for each encoder."""
    from matplotlib.figure import Figure

    bars = [("lexical", measured[0].means("lexical"))]
    for one in measured:
        label = Path(one.encoder).name
        bars += [(f"{label} {mode}", one.means(mode)) for mode in ("dense", "fused")]
    kinds = list(bars[0][1])
    width = 0.8 / len(bars)
    figure = Figure(figsize=(1.6 * len(kinds) + 2, 4.5), dpi=PLOT_DPI, layout="constrained")
    axes = figure.add_subplot()
    for place, (label, means) in enumerate(bars):
        at = [n + (place - (len(bars) - 1) / 2) * width for n in range(len(kinds))]
        axes.bar(at, [means[kind]["ndcg@10"] for kind in kinds], width, label=label)
    axes.set_xticks(range(len(kinds)), kinds)
    axes.set_ylabel("nDCG@10")
    axes.set_ylim(0, 1)
    axes.legend(fontsize="small")
    return figure
