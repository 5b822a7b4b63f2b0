"""The command that asks: search."""

from __future__ import annotations

import argparse
import datetime
import json
import re
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from speechrag.cli.library import print_json
from speechrag.cli.streams import read_lines
from speechrag.cli.text import Text
from speechrag.config import Settings
from speechrag.errors import SettingsError, SpeechragError
from speechrag.search.render import render_result
from speechrag.types import Filters, Hit, Role, SearchResult

if TYPE_CHECKING:
    from speechrag.search.engine import Engine

MAX_NAMED = 12
"""Of the kinds, files or speakers there are, so many are told."""
_ISO_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")


def run_search(args: argparse.Namespace, settings: Settings, text: Text) -> int:
    """Answer one question, or one a line from stdin."""
    from speechrag.search.asking import ask
    from speechrag.search.engine import Engine

    filters = read_filters(args)
    k = settings.k if getattr(args, "k", None) is None else args.k
    if not 1 <= k <= 1000:
        raise SettingsError(f"-k 的值 {k} 超出范围。", "应在 1 到 1000 之间。")
    engine = Engine.open(settings)
    check_filters(filters, engine)
    if args.question != "-":
        result = ask(engine, args.question, k=k, filters=filters)
        if args.json:
            print_json(render_result(result))
        else:
            _print_result(result, engine, filters, text, explain=args.explain)
        return 0
    for question in read_lines():
        try:
            document: dict[str, Any] = render_result(ask(engine, question, k=k, filters=filters))
        except SpeechragError as error:  # one bad line must not end the others
            document = {
                "question": question, "took_ms": 0.0, "relaxed": False, "hits": [],
                "error": error.message, "hint": error.hint,
            }  # fmt: skip
        sys.stdout.write(json.dumps(document, ensure_ascii=False) + "\n")
        sys.stdout.flush()
    return 0


def read_filters(args: argparse.Namespace) -> Filters:
    """The restrictions of the command line.

    Raises:
        SettingsError: A role or a date is none.

    """
    known = [role.value for role in Role]
    roles = getattr(args, "role", [])
    for role in roles:
        if role not in known:
            raise SettingsError(f"没有“{role}”这种段落。", f"可用的有：{'、'.join(known)}。")
    for date in (args.date_from, args.date_to):
        if date is not None and not _is_date(date):
            raise SettingsError(f"日期“{date}”看不懂。", "请写成 2020、2020-03 或 2020-03-01。")
    first, last = args.date_from, args.date_to
    if first and last and first[: len(last)] > last:
        raise SettingsError(f"起始日期 {first} 晚于截止日期 {last}。", "请对调两个日期。")
    return Filters(
        date_from=args.date_from,
        date_to=args.date_to,
        kinds=frozenset(args.kind),
        roles=frozenset(roles),
        sources=frozenset(getattr(args, "source", [])),
        speakers=frozenset(args.speaker),
    )


def _is_date(text: str) -> bool:
    """Whether it is a year, a month or a day of the calendar: 2023-02-30 is none."""
    if not _ISO_DATE.fullmatch(text):
        return False
    try:
        datetime.date.fromisoformat(text + "-01-01"[len(text) - len("2023") :])
    except ValueError:
        return False
    return True


def check_filters(filters: Filters, engine: Engine) -> None:
    """Refuse a kind, a file or a speaker that the library does not have, naming what it has.

    Raises:
        SettingsError: One of them is not there.

    """
    kinds = engine.kinds()
    for kind in sorted(filters.kinds.difference(kinds)):
        raise SettingsError(f"库里没有“{kind}”这类讲话。", _remedy("类别", kinds, "--kind"))
    store = engine.generation.store
    for source in sorted(filters.sources):
        if not store.filter_codes(Filters(sources=frozenset({source})))["source"]:
            remedy = _remedy("文件", engine.sources(), "--source")
            raise SettingsError(f"库里没有“{source}”这个文件或文件夹。", remedy)
    for speaker in sorted(filters.speakers):
        if not store.row_ranges({speaker}):
            remedy = _remedy("署名", list(store.speakers), "--speaker")
            raise SettingsError(f"库里没有“{speaker}”署名的讲话。", remedy)


def _remedy(what: str, known: Sequence[str], option: str) -> str:
    if not known:
        return f"请去掉 {option}。"
    more = f" 等 {len(known)} 个" if len(known) > MAX_NAMED else ""
    return f"库里有的{what}：{'、'.join(known[:MAX_NAMED])}{more}。"


def _print_result(
    result: SearchResult, engine: Engine, filters: Filters, text: Text, *, explain: bool
) -> None:
    from speechrag.answer.assess import doubt

    if not result.hits:
        print(text("nothing"))
        if result.suggestions:
            print(text("nearest"))
    else:
        print(text("found", n=len(result.hits), ms=result.took_ms))
        if result.relaxed:
            print(text("relaxed"))
    if (lacking := doubt(engine, result, filters)) is not None:
        print(lacking + text("nearest_only"))
    if result.period is not None:
        key = "of_period" if result.period.has_speeches else "no_speech_of"
        print(text(key, words=result.period.words))
    if result.elsewhere is not None:
        speech = result.elsewhere.speech
        print(text("elsewhere", title=speech.title, date=speech.date or ""))
    if result.speakers:
        print(text("said_by", who="、".join(result.speakers)))
    for hit in result.hits or result.suggestions:
        _print_hit(hit, text)
        if explain:
            for line in engine.explain(result.searched or result.question, hit).lines(text.lang):
                print(f"     {line}")


def _print_hit(hit: Hit, text: Text) -> None:
    speech = hit.speech
    role = f"[{hit.passage.role}] " if hit.passage.role else ""
    print(f"\n{hit.rank:>2}  {hit.score:.2f}  {role}{' > '.join(hit.passage.section_path)}")
    print(f"     {hit.text.replace(chr(10), ' ')}")
    print(f"     ——《{speech.title}》 {speech.date or ''}  {speech.source}")
    if speech.truncated:
        print(
            "     ! "
            + text("truncated", shown=speech.truncated.shown, total=speech.truncated.total)
        )
    for place in hit.also_in:
        print(f"     {text('also_in')}: 《{place.title}》 {place.source}")
