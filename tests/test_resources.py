"""The folders that travel with the code."""

from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest
from hatchling.builders.wheel import WheelBuilder

from gateway import resources

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = [resources.schemas_dir, resources.routes_dir, resources.migrations_dir]


@pytest.mark.parametrize("folder", FOLDERS)
def test_checkout_has_every_folder(folder: Callable[[], Path]) -> None:
    """In a checkout the folders lie beside the package."""
    assert folder().parent == ROOT
    assert folder().is_dir()


@pytest.mark.parametrize("folder", FOLDERS)
def test_wheel_has_every_folder(
    folder: Callable[[], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In an installed wheel the folders lie inside the package."""
    monkeypatch.setattr(resources, "_INSIDE_WHEEL", tmp_path)
    (tmp_path / folder.__name__.removesuffix("_dir")).mkdir()
    assert folder().parent == tmp_path


def test_missing_folder_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that is missing is named, before anything fails further on."""
    monkeypatch.setattr(resources, "_INSIDE_WHEEL", tmp_path)
    with pytest.raises(resources.ResourceFolderError, match="schemas"):
        resources.schemas_dir()


def test_wheel_carries_schemas_routes_and_migrations(tmp_path: Path) -> None:
    """Installing the package alone gives a working gateway: its wheel holds every file of the folders."""
    wheel = Path(next(WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])))
    with ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert {"gateway/__init__.py", "gateway/py.typed"} <= names
    for folder in (resources.schemas_dir(), resources.routes_dir(), resources.migrations_dir()):
        files = {file for file in folder.rglob("*") if file.is_file() and "__pycache__" not in file.parts}
        assert {f"gateway/_data/{file.relative_to(ROOT)}" for file in files} <= names
    assert not any(name.startswith(("tests/", "schemas/", "routes/", "migrations/")) for name in names)
