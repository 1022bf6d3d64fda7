"""The reference lists: those that ship, and those that an operator brings."""

import csv
from datetime import date
from pathlib import Path

import pytest

from gateway import resources
from gateway.errors import SchemaFolderError
from gateway.ijw.codelijsten import Gemeente
from gateway.wire.reference import CODELIJSTEN, FOUTCODES, GEMEENTEN, PRODUCTCODES, read_codelijsten
from tests.facts import FACTS

FILES = [CODELIJSTEN, GEMEENTEN, PRODUCTCODES, FOUTCODES]
HEADS = {
    CODELIJSTEN: "list,type,code,meaning",
    GEMEENTEN: "code,name,province,valid_from,valid_until",
    PRODUCTCODES: "code,category,variant,meaning",
    FOUTCODES: "code,meaning",
}
ROWS = {
    CODELIJSTEN: "COD046,LDT_Geslacht,1,Mannelijk",
    GEMEENTEN: "0150,Deventer,Overijssel,,",
    PRODUCTCODES: "46A04,46,Inspanningsgericht,Verblijf",
    FOUTCODES: "BRS14,Geen leesbare XML",
}
needs_facts = pytest.mark.skipif(FACTS is None, reason="the facts of the standard are not here")


def facts(name: str) -> list[dict[str, str]]:
    """Read a list of the facts."""
    assert FACTS is not None
    with (FACTS / "ijw-3.2" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def shipped(name: str) -> Path:
    """Find a list that ships."""
    return resources.schemas_dir() / "iJW" / "3.2" / "reference" / name


def test_meaning_by_type_and_code() -> None:
    """A code means something in a data type; elsewhere, or unknown, it means nothing."""
    lists = read_codelijsten()
    assert lists.meaning("LDT_Geslacht", "1") == "Mannelijk"
    assert lists.meaning("LDT_Geslacht", "7") is None
    assert lists.meaning("LDT_Naam", "1") is None
    assert lists.meaning("LDT_BerichtCode", "436") == "JW301"
    assert lists.lijsten["LDT_Geslacht"].name == "COD046"


def test_lookups() -> None:
    """Municipalities, products and fault codes are found by their code, or not at all."""
    lists = read_codelijsten()
    assert lists.gemeente("0518") == Gemeente("0518", "'s-Gravenhage", "Zuid-Holland")
    assert lists.gemeente("9999") is None
    product, fout = lists.product("46A04"), lists.fout("BRS14")
    assert product is not None
    assert fout is not None
    assert (product.category, fout.code) == ("46", "BRS14")
    assert lists.product("49383") is None
    assert lists.fout("BRS99") is None


@pytest.mark.parametrize("name", FILES)
def test_shipped_list_names_its_source_and_date(name: str) -> None:
    """Each list begins with where it comes from and of which day it is; it is UTF-8 with plain line ends."""
    content = shipped(name).read_bytes()
    first, second = content.decode().splitlines()[:2]
    assert first.startswith("# bron: ")
    assert second.startswith("# datum: ")
    assert b"\r" not in content
    assert content.endswith(b"\n")


@needs_facts
def test_shipped_code_lists_equal_the_facts() -> None:
    """Every code with its list, type and meaning; what the facts leave empty has a meaning all the same."""
    lists = read_codelijsten()
    expected: dict[str, dict[str, str]] = {}
    for row in facts("codelists.csv"):
        code, meaning = row["code"], row["meaning"]
        # The facts give the messages the other way round: there the number in the header is the meaning.
        if row["type"] == "LDT_BerichtCode":
            code, meaning = meaning, code
        assert lists.lijsten[row["type"]].name == row["list"]
        expected.setdefault(row["type"], {})[code] = meaning or (lists.meaning(row["type"], code) or "")
    assert {name: dict(lijst.meanings) for name, lijst in lists.lijsten.items()} == expected


@needs_facts
def test_shipped_municipalities_and_products_equal_the_facts() -> None:
    """Every municipality and every product, with what the facts say of them."""
    lists = read_codelijsten()
    gemeenten = [(g.code, g.name, g.province) for g in lists.gemeenten.values()]
    assert gemeenten == [tuple(row.values()) for row in facts("gemeenten-2026.csv")]
    producten = [(p.code, p.category, p.variant, p.meaning) for p in lists.producten.values()]
    assert producten == [tuple(row.values()) for row in facts("productcodes-2025.csv")]


@needs_facts
def test_shipped_fault_codes_are_those_of_the_facts() -> None:
    """Every fault code of the chain, with a meaning of our own."""
    assert list(read_codelijsten().fouten) == [row["code"] for row in facts("faultcodes.csv")]


def test_file_in_the_folder_replaces_the_shipped_one(tmp_path: Path) -> None:
    """A list that an operator brings is taken, also below the folder; the others are those that ship."""
    (tmp_path / "eigen").mkdir()
    row = "1992,Voorne aan Zee,Zuid-Holland,2023-01-01,2029-12-31"
    (tmp_path / "eigen" / GEMEENTEN).write_text(f"# bron: CBS\n{HEADS[GEMEENTEN]}\n{row}\n")
    lists = read_codelijsten(tmp_path)
    assert list(lists.gemeenten.values()) == [
        Gemeente("1992", "Voorne aan Zee", "Zuid-Holland", date(2023, 1, 1), date(2029, 12, 31))
    ]
    assert lists.producten == read_codelijsten().producten


def test_spreadsheet_spelling_is_taken(tmp_path: Path) -> None:
    """A byte-order mark, Windows line ends, empty lines and remarks further down are no trouble."""
    text = f"\ufeff{HEADS[FOUTCODES]}\r\n\r\n# eigen codes\r\n X01 ,Eigen fout\r\n"
    (tmp_path / FOUTCODES).write_text(text, encoding="utf-8", newline="")
    fout = read_codelijsten(tmp_path).fout("X01")
    assert fout is not None
    assert fout.meaning == "Eigen fout"


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        (FOUTCODES, "", "regel 1: de kopregel moet zijn: code,meaning"),
        (FOUTCODES, "# bron: x\ncode;meaning\n", "regel 2: de kopregel moet zijn"),
        (FOUTCODES, "code,meaning\n", "regel 1: de lijst is leeg"),
        (FOUTCODES, "code,meaning\nX01\n", r"regel 2: verwacht 2 waarden \(code,meaning\), gevonden 1"),
        (FOUTCODES, "code,meaning\nX01,\n", "regel 2: meaning is leeg"),
        (FOUTCODES, "code,meaning\n,iets\n", "regel 2: code is leeg"),
        (FOUTCODES, "code,meaning\nX01,a\nX01,b\n", "regel 3: de code X01 staat er al"),
        (FOUTCODES, 'code,meaning\nX01,"a', "niet te lezen als CSV"),
        (GEMEENTEN, f"{HEADS[GEMEENTEN]}\n150,D,O,,\n", "regel 2: code is geen CBS-code"),
        (GEMEENTEN, f"{HEADS[GEMEENTEN]}\n0150,D,O,1-1-2023,\n", "regel 2: valid_from is geen datum"),
        (GEMEENTEN, f"{HEADS[GEMEENTEN]}\n0150,D,O,2023-01-01,2022-12-31\n", "valid_until ligt voor"),
        (
            CODELIJSTEN,
            f"{HEADS[CODELIJSTEN]}\nA,LDT_X,1,a\nA,LDT_X,1,b\n",
            "regel 3: de code 1 staat al in A",
        ),
        (
            CODELIJSTEN,
            f"{HEADS[CODELIJSTEN]}\nA,LDT_X,1,a\nB,LDT_X,2,b\n",
            "regel 3: LDT_X heeft al de lijst A",
        ),
        (PRODUCTCODES, f"{HEADS[PRODUCTCODES]}\n46A04,,,x\n", "regel 2: category is leeg"),
    ],
)
def test_broken_list_is_told_with_its_place(tmp_path: Path, name: str, text: str, reason: str) -> None:
    """A list that cannot be read as it should stops with the file, the line and what was expected."""
    (tmp_path / name).write_text(text)
    with pytest.raises(SchemaFolderError, match=reason) as caught:
        read_codelijsten(tmp_path)
    assert str(tmp_path / name) in str(caught.value)


@pytest.mark.parametrize("name", FILES)
def test_list_that_is_not_utf8_is_told(tmp_path: Path, name: str) -> None:
    """Another encoding is named, not guessed."""
    (tmp_path / name).write_bytes(f"{HEADS[name]}\n{ROWS[name]}".encode() + b"\xeb\n")
    with pytest.raises(SchemaFolderError, match="niet in UTF-8"):
        read_codelijsten(tmp_path)


def test_list_that_is_there_twice_is_told(tmp_path: Path) -> None:
    """Of two files with the same name it is not clear which one holds."""
    (tmp_path / "oud").mkdir()
    for place in (tmp_path, tmp_path / "oud"):
        (place / FOUTCODES).write_text(f"{HEADS[FOUTCODES]}\n{ROWS[FOUTCODES]}\n")
    with pytest.raises(SchemaFolderError, match="tweemaal"):
        read_codelijsten(tmp_path)


def test_unreadable_list_is_told(tmp_path: Path) -> None:
    """A folder in the place of a list is named as such."""
    (tmp_path / FOUTCODES).mkdir()
    with pytest.raises(SchemaFolderError, match="niet te lezen"):
        read_codelijsten(tmp_path)


def test_missing_folder_is_told(tmp_path: Path) -> None:
    """A folder that does not exist is a wrong setting, not a reason to take the shipped lists."""
    with pytest.raises(SchemaFolderError, match="IJW_SCHEMAS_DIR"):
        read_codelijsten(tmp_path / "weg")


def test_incomplete_installation_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a shipped list to fall back on there is nothing to judge by."""
    monkeypatch.setattr(resources, "schemas_dir", lambda: tmp_path)
    with pytest.raises(SchemaFolderError, match="ontbreekt"):
        read_codelijsten()
