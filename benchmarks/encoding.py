"""How fast passages become vectors: the built-in reader beside sentence-transformers on one model.

`python benchmarks/encoding.py [--json FILE]`: 200-character passages a second on one core, for the
cold start as well. Threads are held to one; the corpus is the demo library, repeated with offsets.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

os.environ.update(RAYON_NUM_THREADS="1", OMP_NUM_THREADS="1", TOKENIZERS_PARALLELISM="false")

REPO = Path(__file__).parent.parent
MODEL = REPO / "src" / "speechrag" / "model"
N_CHARS = 200

_COLD = (
    "import time; t = time.process_time();"
    "from speechrag.index.encoders import load_encoder;"
    "load_encoder('builtin').encode_queries(['如何提高科技成果转化效率']);"
    "print(time.process_time() - t)"
)


def read_passages(n: int) -> list[str]:
    """`n` passages of 200 characters from the demo library's text files, no two alike."""
    text = ""
    for path in sorted((REPO / "scripts" / "seeds_src").iterdir()):
        raw = path.read_bytes()
        try:
            text += raw.decode("utf-8")
        except UnicodeDecodeError:
            text += raw.decode("gb18030")
    text = "".join(text.split())
    starts = [(i * 37) % (len(text) - N_CHARS) for i in range(n)]
    return [text[start : start + N_CHARS] for start in starts]


def measure(encode, passages: list[str], n_rounds: int = 3) -> float:
    """Passages a second of processor time, the best of a few rounds after one to warm up.

    One thread, so this is the rate of one core, whatever else the machine does.
    """
    encode(passages)
    times = []
    for _ in range(n_rounds):
        started = time.process_time()
        encode(passages)
        times.append(time.process_time() - started)
    return len(passages) / min(times)


def main() -> None:
    """Measure and print a table; write it as JSON where asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-n", type=int, default=20_000)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    from speechrag.index.static import StaticEncoder

    passages = read_passages(options.n)
    encoder = StaticEncoder(MODEL)
    small = passages[:1500]
    cold = [
        float(subprocess.run([sys.executable, "-c", _COLD], capture_output=True, check=True).stdout)
        for _ in range(3)
    ]
    figures = {
        "cold load and first question, processor seconds": round(min(cold), 3),
        "speechrag, bulk, passages a second": round(measure(encoder.encode_passages, passages)),
        "speechrag, tokenizers path": round(measure(encoder.encode_passages, small)),
    }
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(1)
    model = SentenceTransformer(str(MODEL), device="cpu", local_files_only=True)
    figures["SentenceTransformer.encode, batch 32"] = round(
        measure(lambda texts: model.encode(texts, show_progress_bar=False), small)
    )
    figures["SentenceTransformer.encode, batch 1024"] = round(
        measure(lambda texts: model.encode(texts, batch_size=1024, show_progress_bar=False), small)
    )
    for name, value in figures.items():
        print(f"{name:50} {value:>10}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
