"""What a person restricts a search to, in Milvus's own language."""

from __future__ import annotations

from speechrag.index.filtering import date_range
from speechrag.index.store import PassageStore
from speechrag.types import Filters

NOTHING = "row < 0"


def filter_expression(filters: Filters | None, store: PassageStore) -> str:
    """An expression that lets the same rows through as `PassageStore.mask`; "" lets all through."""
    if filters is None:
        return ""
    conditions = []
    if filters.date_from:
        conditions.append(f"last_day >= {date_range(filters.date_from)[0]}")
    if filters.date_to:
        conditions.append(f"first_day > 0 and first_day <= {date_range(filters.date_to)[1]}")
    for column, codes in store.filter_codes(filters).items():
        conditions.append(f"{column} in {codes}" if codes else NOTHING)
    if filters.speakers:
        ranges = store.row_ranges(filters.speakers)
        allowed = " or ".join(f"(row >= {start} and row < {stop})" for start, stop in ranges)
        conditions.append(f"({allowed})" if allowed else NOTHING)
    return " and ".join(conditions)
