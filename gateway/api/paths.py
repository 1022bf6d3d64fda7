"""What an address may look like where something is named by its id."""

from __future__ import annotations

from typing import Final

from starlette.convertors import StringConvertor, register_url_convertor


class _Own(StringConvertor):
    """Leaves words of ours, such as `_search`, to the endpoints that have them: their other methods are 405."""

    regex = "[^/_][^/]*"


register_url_convertor("own", _Own())

ONE: Final = "{id:own}"
