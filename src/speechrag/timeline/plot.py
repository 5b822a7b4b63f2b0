"""Counts by year as a picture, for a report."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from speechrag.errors import SettingsError
from speechrag.timeline.records import PhraseTimeline

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PLOT_DPI = 120
SUFFIXES = (".png", ".svg", ".pdf")
CHINESE_FONTS = (
    "Noto Sans CJK SC", "Noto Sans CJK JP", "Source Han Sans SC", "Source Han Sans CN",
    "Microsoft YaHei", "SimHei", "SimSun", "PingFang SC", "Hiragino Sans GB", "Heiti SC",
    "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "AR PL UMing CN", "Arial Unicode MS",
)  # fmt: skip


def choose_font() -> str | None:
    """The first font of this machine that has Chinese; None where there is none."""
    from matplotlib import font_manager

    there = {font.name for font in font_manager.fontManager.ttflist}
    return next((name for name in CHINESE_FONTS if name in there), None)


def check_plot_path(file: Path) -> None:
    """Refuse at once what could only fail after the work.

    Raises:
        SettingsError: The suffix is no picture's, or the folder is not there.
    """
    if file.suffix.lower() not in SUFFIXES:
        raise SettingsError(f"--plot 的文件应是 .png：{file}", "例如 --plot 提法.png。")
    if not file.absolute().parent.is_dir():
        raise SettingsError(
            f"没有文件夹 {file.absolute().parent}。", "请先建好文件夹，或换一个路径。"
        )


def save_plot(timelines: Sequence[PhraseTimeline], file: Path) -> bool:
    """Write the picture; False where no font has Chinese, so that phrases are only numbered.

    Raises:
        SettingsError: The file cannot be written.
    """
    font = choose_font()
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    figure = draw_timelines(timelines, font)
    try:
        figure.savefig(file)
    except OSError as exc:
        raise SettingsError(f"写不了 {file}（{exc.strerror}）。", "请检查路径和写权限。") from exc
    return font is not None


def draw_timelines(timelines: Sequence[PhraseTimeline], font: str | None) -> Figure:
    """Bars by year, a colour for each phrase; undated uses stand in the legend."""
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties
    from matplotlib.ticker import MaxNLocator

    years = sorted({year.year for timeline in timelines for year in timeline.by_year})
    span = years[-1] - years[0] + 1 if years else 1
    figure = Figure(
        figsize=(min(20, max(7, 0.3 * span + 3)), 4.5), dpi=PLOT_DPI, layout="constrained"
    )
    axes = figure.add_subplot()
    width = 0.8 / len(timelines)
    for place, timeline in enumerate(timelines):
        shift = (place - (len(timelines) - 1) / 2) * width
        at = [year.year + shift for year in timeline.by_year]
        heights = [year.n for year in timeline.by_year]
        axes.bar(at, heights, width, label=_label(timeline, place, font))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=min(20, max(1, span))))
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    if not years:
        axes.set_xticks([])
    shown = FontProperties(family=font) if font else FontProperties()
    axes.set_ylabel("次数" if font else "uses", fontproperties=shown)
    axes.legend(prop=shown)
    return figure


def _label(timeline: PhraseTimeline, place: int, font: str | None) -> str:
    undated = len(timeline.undated)
    if not font:
        return f"phrase {place + 1} (n={timeline.n}, undated {undated})"
    return f"{timeline.phrase}（{timeline.n} 次" + (
        f"，日期不明 {undated} 次）" if undated else "）"
    )
