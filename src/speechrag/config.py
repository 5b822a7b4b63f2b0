"""Settings: one frozen record, read from a YAML file, the environment and flags, in that order."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from speechrag.errors import SettingsError

DEFAULT_FILE = Path("speechrag.yaml")
ENV_PREFIX = "SPEECHRAG_"


@dataclass(frozen=True, slots=True)
class Settings:
    """What a person may set; `speechrag.yaml` says what each key does."""

    index: Path = Path("index")
    seeds: Path = Path("seeds")
    encoder: str = "builtin"
    reranker: str = ""
    allow_download: bool = False
    batch_size: int = 32
    host: str = "127.0.0.1"
    port: int = 7860
    share: bool = False
    lang: str = "auto"
    k: int = 10
    per_speech: int = 5
    user_terms: tuple[str, ...] = ()
    recall: float = 0.99
    store: str = "faiss"
    milvus_uri: str = ""
    milvus_collection: str = "speechrag"
    milvus_consistency: str = "Bounded"
    milvus_index: str = "auto"
    milvus_replicas: int = 1
    milvus_timeout_s: int = 30
    llm: bool = False
    llm_base_url: str = ""
    llm_model: str = ""
    llm_temperature: float = 0.2
    llm_context_tokens: int = 8000
    llm_answer_tokens: int = 1200
    llm_timeout_s: int = 60
    llm_retries: int = 2


_LIMITS: dict[str, tuple[float, float]] = {
    "port": (0, 65535),
    "k": (1, 1000),
    "per_speech": (0, 1000),
    "recall": (0.5, 1),
    "batch_size": (1, 4096),
    "milvus_replicas": (1, 100),
    "milvus_timeout_s": (1, 3600),
    "llm_temperature": (0, 2),
    "llm_context_tokens": (500, 2_000_000),
    "llm_answer_tokens": (50, 100_000),
    "llm_timeout_s": (1, 3600),
    "llm_retries": (0, 10),
}
_CHOICES = {
    "lang": ("auto", "zh", "en"),
    "store": ("faiss", "milvus"),
    "milvus_consistency": ("Strong", "Session", "Bounded", "Eventually"),
    "milvus_index": (
        "auto", "FLAT", "IVF_FLAT", "IVF_SQ8", "HNSW", "HNSW_SQ", "DISKANN",
    ),
}  # fmt: skip
_KINDS: dict[type, str] = {
    bool: "真或假（true、false）",
    int: "整数",
    float: "数",
    Path: "路径",
    tuple: "词语的列表",
    str: "文字",
}
_GROUPS = ("milvus",)
"""Keys that may be written as a group: `milvus: {uri: ..}` is `milvus_uri: ..`."""
_SECRETS = {"milvus_token": "SPEECHRAG_MILVUS_TOKEN", "llm_api_key": "SPEECHRAG_API_KEY"}


def load_settings(
    file: Path | None = None,
    *,
    env: Mapping[str, str] | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> Settings:
    """Read the settings.

    Args:
        file: A YAML file that must exist; None reads `speechrag.yaml` here, if there is one.
        env: The environment; None means the process's own.
        overrides: Values from flags; None values are ignored.

    Raises:
        SettingsError: A file, key or value cannot be used; names it and the remedy.

    """
    values: dict[str, Any] = {}
    if file is not None or DEFAULT_FILE.is_file():
        values.update(_read_yaml(file or DEFAULT_FILE))
    names = {f.name for f in fields(Settings)}
    for key, text in (os.environ if env is None else env).items():
        name = key.removeprefix(ENV_PREFIX).lower()
        if key.startswith(ENV_PREFIX) and name in names:
            values[name] = (key, text)
    for name, value in (overrides or {}).items():
        if value is not None:
            values[name] = (f"--{name.replace('_', '-')}", value)
    settings = Settings()
    for name, (where, value) in values.items():
        settings = replace(settings, **{name: _coerce(name, value, where)})
    return settings


def _read_yaml(file: Path) -> dict[str, tuple[str, Any]]:
    import yaml

    try:
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as exc:
        raise SettingsError(
            f"设置文件读不出来：{file}（{exc.strerror}）", "请检查路径，或去掉 --config。"
        ) from exc
    except (yaml.YAMLError, UnicodeDecodeError) as exc:
        raise SettingsError(
            f"设置文件不是正确的 YAML(UTF-8):{file}:{exc}", "请改正所指的那一行。"
        ) from exc
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise SettingsError(f"设置文件应是“键: 值”的列表：{file}", "请参照随附的 speechrag.yaml。")
    names = [f.name for f in fields(Settings)]
    data = _ungroup(data)
    for key in data:
        if key in _SECRETS:
            raise SettingsError(
                f"{file} 里不能写 {key}：密钥不进文件。", f"请放在环境变量 {_SECRETS[key]} 里。"
            )
        if key not in names:
            near = difflib.get_close_matches(str(key), names, 1)
            raise SettingsError(
                f"{file} 里有不认识的设置项 {key!r}。",
                f"是不是 {near[0]}？" if near else f"可用的有：{'、'.join(names)}。",
            )
    return {key: (f"{file}:{key}", value) for key, value in data.items()}


def _ungroup(data: dict[Any, Any]) -> dict[Any, Any]:
    flat: dict[Any, Any] = {}
    for key, value in data.items():
        if key in _GROUPS and isinstance(value, dict):
            flat |= {f"{key}_{name}": part for name, part in value.items()}
        else:
            flat[key] = value
    return flat


def _coerce(name: str, value: Any, where: str) -> Any:
    default = getattr(Settings(), name)
    try:
        _check_shape(default, value)
        if isinstance(default, bool):
            result: Any = _as_bool(value)
        elif isinstance(default, int):
            result = int(value)
        elif isinstance(default, float):
            result = float(value)
        elif isinstance(default, Path):
            result = Path(str(value)).expanduser()
        elif isinstance(default, tuple):
            items = value.replace("、", ",").split(",") if isinstance(value, str) else value or ()
            result = tuple(str(item).strip() for item in items if str(item).strip())
        else:
            result = "" if value is None else str(value)
    except (TypeError, ValueError) as exc:
        kind = next(name for type_, name in _KINDS.items() if isinstance(default, type_))
        example = default if isinstance(default, str | int | float) else str(default or "甲、乙")
        raise SettingsError(
            f"{where} 的值 {value!r} 不能用，应是{kind}。", f"例如 {example!r}。"
        ) from exc
    if name == "milvus_collection" and not re.fullmatch(r"[A-Za-z_]\w{0,99}", result, re.ASCII):
        raise SettingsError(
            f"{where} 的值 {result!r} 不能用。", "只能有英文字母、数字和下划线，不以数字开头。"
        )
    low, high = _LIMITS.get(name, (None, None))
    if low is not None and high is not None and not low <= result <= high:
        raise SettingsError(f"{where} 的值 {result} 超出范围。", f"应在 {low} 到 {high} 之间。")
    if name in _CHOICES and result not in _CHOICES[name]:
        raise SettingsError(
            f"{where} 的值 {result!r} 不能用。", f"可以是：{'、'.join(_CHOICES[name])}。"
        )
    return result


def _check_shape(default: Any, value: Any) -> None:
    """Refuse what Python would make something of: a list as a path, true as 1, 3.7 as 3.

    Raises:
        TypeError: The value has another shape than the default.
        ValueError: It cannot be meant.
    """
    if isinstance(default, tuple):
        if not isinstance(value, str | list | tuple | type(None)):
            raise TypeError
        return
    if isinstance(value, list | dict | tuple | set):
        raise TypeError
    is_number = isinstance(default, int | float) and not isinstance(default, bool)
    if is_number and isinstance(value, bool):
        raise TypeError
    if isinstance(default, int) and isinstance(value, float) and not value.is_integer():
        raise ValueError(value)
    if isinstance(default, Path) and (not str(value or "").strip() or "\0" in str(value)):
        raise ValueError(value)


def _as_bool(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    text = str(value).strip().lower()
    if text in {"1", "true", "yes", "on", "是"}:
        return True
    if text in {"0", "false", "no", "off", "", "否"}:
        return False
    raise ValueError(text)
