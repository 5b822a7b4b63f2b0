"""What was asked on the page: the question with its filters; dates as people type them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from speechrag.errors import QuestionError
from speechrag.types import Filters, Role
from speechrag.ui.strings import Strings

MAX_K = 50
_DATE = re.compile(r"(\d{4})(?:\s*[-年./]\s*(\d{1,2}))?(?:\s*[-月./]\s*(\d{1,2}))?\s*[年月日号]?")


@dataclass(frozen=True, slots=True)
class Request:
    """A question with everything needed to ask it again. Dates are ISO, as precise as given."""

    question: str
    k: int = 10
    date_from: str | None = None
    date_to: str | None = None
    kinds: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Request:
        """What `as_json` gave; it has been through the browser, so nothing is taken on trust."""
        return cls(
            question=str(data["question"]),
            k=_limit(data.get("k", 10)),
            date_from=data.get("date_from") and str(data["date_from"]),
            date_to=data.get("date_to") and str(data["date_to"]),
            kinds=tuple(str(kind) for kind in data.get("kinds", ())),
            roles=_known_roles(data.get("roles", ())),
            sources=tuple(str(source) for source in data.get("sources", ())),
        )

    @classmethod
    def from_form(cls, question: str | None, values: Sequence[Any], t: Strings) -> Request:
        """The form's values in its order: from, to, kinds, roles, sources, k.

        Raises:
            QuestionError: A date cannot be read, or the first is later than the last.
        """
        start, end, kinds, roles, sources, k = values
        date_from, date_to = read_date(start, t), read_date(end, t)
        if date_from and date_to and date_from > date_to and not date_from.startswith(date_to):
            raise QuestionError(t("dates_reversed"), t("dates_reversed_hint"))
        return cls(
            question=question or "",
            k=_limit(k),
            date_from=date_from,
            date_to=date_to,
            kinds=tuple(kinds or ()),
            roles=_known_roles(roles or ()),
            sources=tuple(sources or ()),
        )

    def as_json(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)

    def filters(self) -> Filters:
        """The restrictions on hits."""
        return Filters(
            date_from=self.date_from,
            date_to=self.date_to,
            kinds=frozenset(self.kinds),
            roles=frozenset(self.roles),
            sources=frozenset(self.sources),
        )


def _limit(k: Any) -> int:
    return min(max(int(k or 10), 1), MAX_K)


def _known_roles(roles: Sequence[Any]) -> tuple[str, ...]:
    known = {role.value for role in Role}
    return tuple(str(role) for role in roles if str(role) in known)


def read_date(text: str | int | None, t: Strings) -> str | None:
    """2023, 2023-5, 2023年5月18日, 2023/5/18 → ISO, as precise as given; blank → None.

    Raises:
        QuestionError: It is no date.
    """
    given = str(text if text is not None else "").strip()
    if not given or given in {Strings("zh")("any"), Strings("en")("any")}:
        return None
    match = _DATE.fullmatch(given)
    if match:
        year, month, day = (int(part) if part else None for part in match.groups())
        try:
            date(year or 0, month or 1, day or 1)
        except ValueError:
            match = None
    if not match:
        raise QuestionError(t("bad_date", text=given[:20]), t("bad_date_hint"))
    iso = f"{year:04d}"
    return iso + "".join(f"-{part:02d}" for part in (month, day) if part)
