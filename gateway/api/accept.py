"""Which of the forms that there are a caller likes best."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

Form = TypeVar("Form")


def preferred(accept: str, forms: Mapping[str, Form], otherwise: Form) -> Form:
    """Choose by an Accept header; `forms` names what each range of media types stands for.

    Of what is liked as much, the first that is named. Whatever else stands there is no reason to withhold the answer.
    """
    best, chosen = 0.0, otherwise
    for part in accept.lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        weight = next((_weight(text) for text in parameters if text.startswith("q=")), 1.0)
        if name in forms and weight > best:
            best, chosen = weight, forms[name]
    return chosen


def _weight(text: str) -> float:
    try:
        return float(text.removeprefix("q="))
    except ValueError:
        return 0.0
