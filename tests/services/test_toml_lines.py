"""The line of a key in a TOML document."""

import pytest

from gateway.services.toml_lines import Place, TomlLines

DOCUMENT = '''\
# een opmerking
region = "Regio"   # met een = erin

[[municipality]]
code = "0150"
 name   =   "Deventer"
[municipality.manual]
types = [
  "JW317",
]
reason = """
[[municipality]]
code = "geen sleutel"
"""
email = "a@b"

[[ municipality ]]  # de tweede
"code" = '0384'
manual.reason = 'x'
manual.types = ["JW317"]
limits = {a = 1}
'''


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (("region",), 2),
        (("municipality",), 4),
        (("municipality", 0), 4),
        (("municipality", 0, "code"), 5),
        (("municipality", 0, "name"), 6),
        (("municipality", 0, "manual"), 7),
        (("municipality", 0, "manual", "types"), 8),
        (("municipality", 0, "manual", "types", 0), 8),
        (("municipality", 0, "manual", "reason"), 11),
        (("municipality", 0, "manual", "email"), 15),
        (("municipality", 1), 17),
        (("municipality", 1, "code"), 18),
        (("municipality", 1, "manual"), 19),
        (("municipality", 1, "manual", "types"), 20),
        (("municipality", 1, "limits", "a"), 21),
        (("municipality", 1, "name"), 17),
        (("onbekend",), 1),
        ((), 1),
    ],
)
def test_line_of_a_place(place: Place, line: int) -> None:
    """A key has its own line; what is missing has that of the table in which it is missing."""
    assert TomlLines(DOCUMENT).line(place) == line


@pytest.mark.parametrize(
    ("line", "comment"),
    [
        ("a = 1  # waarom", "waarom"),
        ("a = 1", ""),
        ('a = "met # erin"', ""),
        ('a = "met # erin"  # waarom', "waarom"),
        ("a = 'met # erin' # waarom", "waarom"),
        (r'a = "met \" en # erin" # waarom', "waarom"),
        ('a = ["x", "#"]# waarom', "waarom"),
        ("a = 1 # een # twee", "een # twee"),
        ("a = 2026-01-01  # waarom", "waarom"),
    ],
)
def test_comment(line: str, comment: str) -> None:
    """What stands behind a value after a # is its comment; a # within quotes is not."""
    assert TomlLines(line).comment(("a",)) == comment
    assert TomlLines(f"[t]\n{line}\n").comment(("t", "a")) == comment
    assert TomlLines(line).comment(("b",)) == ""
