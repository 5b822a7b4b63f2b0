"""Encoders by name: the built-in one, or any sentence-transformers model on disk.

`load_encoder("builtin")` never imports torch; everything else does, and only then.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from speechrag.errors import EncoderError
from speechrag.index.static import TOKENIZER_FILE, WEIGHTS_FILE, StaticEncoder
from speechrag.index.transformer import SentenceTransformerEncoder, hub_folder, models_folder
from speechrag.types import Encoder

BUILTIN = "builtin"
PASSAGE_CHARS = 200
LEAST_SECONDS = 0.5  # that a measurement takes; less is chance
_FIRST_TRY = 16
BUILTIN_FOLDER = Path(__file__).parent.parent / "model"

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What `speechrag models` says about one encoder. Sizes in megabytes of 10⁶ bytes."""

    name: str
    path: str
    dim: int
    size_mb: float
    passages_per_second: float | None  # measured now; None where not asked
    passage_chars: int = PASSAGE_CHARS  # of the passages that were encoded for it


def load_encoder(
    name: str = BUILTIN,
    *,
    allow_download: bool = False,
    batch_size: int = 32,
    progress: Progress | None = None,
) -> Encoder:
    """Load the encoder that the settings name.

    Args:
        name: "builtin", a folder, or a name on the Hugging Face hub.
        allow_download: Whether the hub may be asked for a model that is not on disk.
        batch_size: Texts at a time, for a transformer; bounds its memory.
        progress: Called with (done, total) texts as a transformer works.

    Raises:
        EncoderError: It is not on disk, or cannot be used; the hint names the folder to put it in.
    """
    if name == BUILTIN:
        return StaticEncoder(BUILTIN_FOLDER)
    if not name.strip():
        raise EncoderError("The encoder has no name.", 'Set "encoder: builtin" in speechrag.yaml.')
    return SentenceTransformerEncoder(
        name, allow_download=allow_download, batch_size=batch_size, progress=progress
    )


def list_models(names: Iterable[str] = (), *, measure: bool = False) -> list[ModelInfo]:
    """The built-in model, then the models in the models folder and the hub's cache, by name.

    Args:
        names: Further folders or hub names to look for.
        measure: Whether to load each model and time it.
    """
    found = {BUILTIN: BUILTIN_FOLDER}
    for folder in (models_folder(), hub_folder()):
        found.update(_models_in(folder))
    for name in names:
        if Path(name).is_dir():
            found[name] = Path(name)
    return [_describe(name, path, measure=measure) for name, path in found.items()]


def _models_in(folder: Path) -> dict[str, Path]:
    """Models of a folder by the name that `load_encoder` takes."""
    found = {}
    for path in sorted(folder.glob("*")) if folder.is_dir() else ():
        snapshots = sorted(path.glob("snapshots/*"))
        if path.name.startswith("models--") and snapshots:  # the hub cache's own layout
            name = path.name.removeprefix("models--").replace("--", "/")
            if (snapshots[-1] / "modules.json").is_file():
                found[name] = snapshots[-1]
        elif (path / "modules.json").is_file():
            found[str(path)] = path
    return found


def _describe(name: str, path: Path, *, measure: bool) -> ModelInfo:
    size = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    dim = _static_dim(path)
    speed = None
    if measure or not dim:
        encoder = load_encoder(name if name == BUILTIN else str(path))
        dim = encoder.dim
        speed = measure_speed(encoder) if measure else None
    return ModelInfo(name, str(path), dim, round(size / 1e6, 1), speed)


def _static_dim(path: Path) -> int:
    """Columns of a static model; 0 for any other."""
    if (path / WEIGHTS_FILE).is_file() and (path / TOKENIZER_FILE).is_file():
        try:
            return StaticEncoder(path).dim
        except EncoderError:
            return 0
    return 0


def measure_speed(encoder: Encoder, least_seconds: float = LEAST_SECONDS) -> float:
    """Passages of `PASSAGE_CHARS` characters a second, on this machine, now.

    As many passages at once as take `least_seconds` at least: a static model, which gets quicker
    with their number, is measured as an index is built.
    """
    n_passages = _FIRST_TRY
    encoder.encode_passages(_passages(2))
    while True:
        passages = _passages(n_passages)
        started = time.perf_counter()
        encoder.encode_passages(passages)
        seconds = time.perf_counter() - started
        if seconds >= least_seconds:
            return round(n_passages / seconds, 1)
        # four times as many, or as many as the time will take with a fifth in reserve
        n_passages = max(4 * n_passages, int(1.2 * n_passages * least_seconds / max(seconds, 1e-9)))


def _passages(number: int) -> list[str]:
    """Passages that differ, each of `PASSAGE_CHARS` characters."""
    text = "加快科技成果转化，打造一流营商环境，推动全市经济社会高质量发展。" * 7
    return [f"{i}{text}"[:PASSAGE_CHARS] for i in range(number)]
