"""Encoders by name: the built-in one, or any sentence-transformers model on disk.

`load_encoder("builtin")` never imports torch; everything else does, and only then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from speechrag.errors import EncoderError
from speechrag.index.static import TOKENIZER_FILE, WEIGHTS_FILE, StaticEncoder
from speechrag.index.transformer import SentenceTransformerEncoder, hub_folder, models_folder
from speechrag.types import Encoder

BUILTIN = "builtin"
BUILTIN_FOLDER = Path(__file__).parent.parent / "model"

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What `speechrag models` says about one encoder. Sizes in megabytes of 10⁶ bytes."""

    name: str
    path: str
    dim: int
    size_mb: float
    passages_per_second: float | None  # 200 characters each, measured now; None where not asked


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


def measure_speed(encoder: Encoder, n_passages: int = 64) -> float:
    """Passages of 200 characters a second, on this machine, now."""
    import time

    text = "加快科技成果转化，打造一流营商环境，推动全市经济社会高质量发展。" * 7
    passages = [f"{i}{text}"[:200] for i in range(n_passages)]
    encoder.encode_passages(passages[:2])
    started = time.perf_counter()
    encoder.encode_passages(passages)
    return round(n_passages / (time.perf_counter() - started), 1)
