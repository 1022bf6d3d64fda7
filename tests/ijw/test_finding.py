"""A finding as the contract writes it."""

from gateway.ijw.finding import Finding

FULL = Finding("rule", "TR302", "Dit klopt niet.", "/Bericht/Client", ("/Bericht/Client", "/Bericht/Header"), 7, "0001")


def test_as_json() -> None:
    """All fields of the contract are there, and no other."""
    assert FULL.as_json() == {
        "source": "rule",
        "code": "TR302",
        "retourcode": "0001",
        "path": "/Bericht/Client",
        "paths": ["/Bericht/Client", "/Bericht/Header"],
        "line": 7,
        "message": "Dit klopt niet.",
    }


def test_paths_begin_with_the_path() -> None:
    """One place is all places; no place is none."""
    assert Finding("xsd", "XSD", "x", "/Bericht").as_json()["paths"] == ["/Bericht"]
    assert Finding("gateway", "BRS06", "x").as_json()["paths"] == []


def test_json_comes_back() -> None:
    """What was stored is read as it was."""
    assert Finding.from_json(FULL.as_json()) == FULL
