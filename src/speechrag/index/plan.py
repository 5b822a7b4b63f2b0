"""What a build has to do: which files are new or changed, what may be taken over, and why not."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from speechrag.errors import IndexError_, IndexMissing, StoreError
from speechrag.index.collect import Tokenizes
from speechrag.index.encoding import TEXT_VERSION
from speechrag.index.generation import Generation, open_current
from speechrag.index.live import list_generations, read_current
from speechrag.index.manifest import read_manifest
from speechrag.index.records import records_digest
from speechrag.index.scan import Found, identify, list_files
from speechrag.index.store import FileRow
from speechrag.index.vector_store import RemoteVectors
from speechrag.index.vector_store import is_remote as has_remote_vectors
from speechrag.types import Encoder, Skipped


@dataclass(frozen=True, slots=True)
class Plan:
    """What a build has to do.

    `files` are all files by name; those in `kept` are unchanged, with what the earlier generation
    knows of them; those in `skips` could not be read then and have not changed since. `reasons`
    says what has to be done and why, and is empty where the live generation is up to date.
    """

    sources: tuple[Path, ...]
    reader: str
    started_ns: int  # before the first file was looked at
    files: tuple[Found, ...]
    kept: dict[str, FileRow]
    skips: dict[str, Skipped]
    reasons: tuple[str, ...]

    def changed(self) -> list[Found]:
        """The files that have to be read."""
        known = self.kept | self.skips
        return [item for item in self.files if not item.skipped and item.row.name not in known]


def make_plan(
    sources: Sequence[Path],
    previous: Generation | None,
    encoder: Encoder,
    tokenizer: Tokenizes,
    reader: str,
    *,
    is_remote: bool = False,
) -> Plan:
    """Compare the files of the sources, and what a build is done with, with a generation.

    Args:
        sources: Files and folders, absolute.
        previous: The generation to take rows from.
        encoder: What the build encodes with.
        tokenizer: What the build tokenizes with.
        reader: The digest of the code that reads files.
        is_remote: Whether the vectors go to an engine outside the generation's folder.

    Raises:
        SourceError: A source does not exist.
    """
    started_ns = time.time_ns()
    found = list_files(sources)
    paths = tuple(sources)
    if previous is None:
        files = tuple(identify(item, None, 0) for item in found)
        return Plan(paths, reader, started_ns, files, {}, {}, ("没有可沿用的旧索引：全部读取。",))
    rows = {row.name: row for row in previous.store.files()}
    skipped = {row.name: (row, why) for row, why in previous.store.skipped()}
    known = rows | {name: row for name, (row, _why) in skipped.items()}
    files = tuple(
        identify(item, known.get(item.row.name), previous.info.started_ns) for item in found
    )
    same_reader = previous.info.parser == reader and previous.info.text == TEXT_VERSION
    unchanged = {
        item.row.name
        for item in files
        if same_reader and item.row.name in known and known[item.row.name].sha256 == item.row.sha256
    }
    reasons = [] if same_reader else ["读取、切分的程序变了：全部重读。"]
    reasons += _misfits(previous, encoder, tokenizer, paths)
    if has_remote_vectors(previous.directory) != is_remote:
        reasons.append("存放向量的引擎变了（store）：向量照搬过去。")
    reasons += _differences(set(known), {item.row.name for item in files}, unchanged, same_reader)
    return Plan(
        sources=paths,
        reader=reader,
        started_ns=started_ns,
        files=files,
        kept={name: rows[name] for name in unchanged if name in rows},
        skips={name: skipped[name][1] for name in unchanged if name in skipped},
        reasons=tuple(reasons),
    )


def _misfits(
    previous: Generation, encoder: Encoder, tokenizer: Tokenizes, sources: Sequence[Path]
) -> list[str]:
    """What a build is done with that the earlier one was not."""
    manifest = previous.manifest
    reasons = []
    if manifest.tokenizer_digest != tokenizer.digest:
        reasons.append("分词或用户词典变了：全部重新分词。")
    if manifest.encoder_digest != encoder.digest:
        reasons.append(f"编码器变了（{manifest.encoder} → {encoder.name}）：全部重新编码。")
    if previous.notices:
        reasons.append("现用的一代有损坏：重建。")
    if tuple(map(str, sources)) != previous.info.sources:
        reasons.append("来源文件夹变了。")
    return reasons


def _differences(
    before: set[str], now: set[str], unchanged: set[str], same_reader: bool
) -> list[str]:
    """How the files differ from those of the earlier generation, by their names."""
    reasons = []
    if same_reader and (n_changed := len(now & before - unchanged)):
        reasons.append(f"{n_changed} 个文件有改动：重读。")
    if n_new := len(now - before):
        reasons.append(f"{n_new} 个文件是新的：读取。")
    if n_gone := len(before - now):
        reasons.append(f"{n_gone} 个文件不在了：去掉。")
    return reasons


def open_previous(index_dir: Path, remote: RemoteVectors | None = None) -> Generation | None:
    """The live generation to take rows from; None where there is none that can be used.

    Raises:
        StoreError: The engine that keeps the vectors does not answer, or refuses.
    """
    try:
        generation = open_current(index_dir, remote=remote)
    except StoreError:
        raise  # nothing could be written there either
    except IndexError_:
        return None
    if generation.info.records != records_digest():
        generation.close()
        return None
    return generation


def remembered_sources(index_dir: Path) -> list[Path]:
    """The sources of the live generation, or of the newest that says.

    Raises:
        IndexMissing: There is none.
    """
    live = read_current(index_dir)
    for name in (live, *reversed(list_generations(index_dir))):
        with suppress(IndexError_):
            if name is not None:
                return [Path(source) for source in read_manifest(index_dir / name)[1].sources]
    raise IndexMissing(
        f"{index_dir} 里还没有索引，不知道该读哪些文件夹。", "请运行：speechrag index 文件夹"
    )


def reader_digest(version: str) -> str:
    """Changes with the code that reads and splits files: what it made before is made again."""
    digest = hashlib.sha256(version.encode())
    folder = Path(__file__).parent.parent / "corpus"
    for path in sorted(folder.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
