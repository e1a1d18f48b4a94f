"""What a tenant's scan may not reach: private addresses and private folders."""

from pathlib import Path

import pytest
from aod.adapters.places.registry import InstalledPlaces
from aod.domain.errors import PathNotAllowed, PlaceUnreadable
from aod.domain.finding import DataSet
from aod.domain.location import parse_location
from aos_common.egress import Egress
from aos_common.folders import AllowedFolders


async def _look(places: InstalledPlaces, location: str) -> tuple[list[str], list[str]]:
    found: list[str] = []

    async def keep(data_set: DataSet) -> None:
        found.append(data_set.name)

    notes = await places.look(parse_location(location), keep)
    return found, notes


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "169.254.169.254", "10.1.2.3", "[::ffff:127.0.0.1]"])
async def test_scan_when_the_address_is_private_then_nothing_is_connected(host: str) -> None:
    places = InstalledPlaces(AllowedFolders(()), Egress("127.0.0.1:1"))
    with pytest.raises(PlaceUnreadable, match="not an address") as refused:
        await _look(places, f"postgresql://me:hunter2@{host}:5432/shop")
    assert "AOS_EGRESS_ALLOW" in refused.value.hint
    assert "hunter2" not in str(refused.value)


async def test_scan_when_a_folder_is_private_then_it_is_refused_or_passed_over(tmp_path: Path) -> None:
    private, public = tmp_path / ".aos" / "data" / "objects", tmp_path / ".aos" / "example"
    for folder in (private, public):
        folder.mkdir(parents=True)
        (folder / "rows.csv").write_text("a,b\n1,2\n")
    (public / "link.csv").symlink_to(private / "rows.csv")
    places = InstalledPlaces(AllowedFolders([tmp_path], [tmp_path / ".aos" / "data"]), Egress())
    assert (await _look(places, str(tmp_path / ".aos")))[0] == ["example/rows.csv"]
    assert (await _look(places, str(public)))[0] == ["rows.csv"]
    for path in (private, private / "rows.csv", public / "link.csv", public / ".." / "data", "/etc/passwd"):
        with pytest.raises(PathNotAllowed):
            places.refuse_forbidden(parse_location(str(path)))


async def test_scan_when_a_single_file_is_no_data_file_then_its_content_is_not_looked_at(tmp_path: Path) -> None:
    (tmp_path / "passwd").write_text("root:x:0\n")
    places = InstalledPlaces(AllowedFolders([tmp_path]), Egress())
    found, notes = await _look(places, str(tmp_path / "passwd"))
    assert not found
    assert "passwd" in notes[0]
