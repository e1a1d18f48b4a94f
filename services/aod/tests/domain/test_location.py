import pytest
from aod.domain.errors import LocationInvalid
from aod.domain.location import PlaceKind, parse_address, parse_location


@pytest.mark.parametrize(
    ("given", "shown", "name"),
    [
        ("/data/crm", "/data/crm", "crm"),
        (" //data/./x/../crm/ ", "/data/crm", "crm"),
        ("/", "/", "root"),
    ],
)
def test_location_when_a_folder_then_its_path_is_in_normal_form(given: str, shown: str, name: str) -> None:
    place = parse_location(given)
    assert (place.kind, place.shown, place.name, place.url) == (PlaceKind.FOLDER, shown, name, "")


def test_location_when_a_database_then_neither_user_nor_password_shows() -> None:
    place = parse_location("postgres://ann:s%40cret@DB.example.com/sales?sslmode=require&options=-cx")
    assert (place.kind, place.name) == (PlaceKind.POSTGRES, "sales")
    assert place.shown == "postgresql://db.example.com:5432/sales"
    assert "s%40cret" not in repr(place)
    address = parse_address(place.url)
    assert (address.user, address.password, address.sslmode) == ("ann", "s@cret", "require")
    assert "s@cret" not in repr(address)


@pytest.mark.parametrize(
    "given",
    [
        "",
        "relative/folder",
        "/nul\x00",
        "mysql://ann:s3cret@host/db",
        "postgresql://ann:s3cret@host",
        "postgresql://ann:s3cret@/db",
        "postgresql://:s3cret@host/db",
        "postgresql://ann:s3cret@host:port/db",
        "postgresql://ann:s3#cret@host/db",
        "postgresql://ann:p@s3/cret@host/db",
        "postgresql://ann:p/s3@host/db",
        "postgresql://ann:p?s3@host/db",
        "postgresql://ann:s3cret@host/db?sslmode=never",
        "postgresql://ann:s3cret@[::1/db",
        "/" + "x" * 5000,
    ],
)
def test_location_when_it_cannot_be_used_then_the_error_helps_and_keeps_the_password(given: str) -> None:
    with pytest.raises(LocationInvalid) as caught:
        parse_location(given)
    assert caught.value.hint
    assert "s3" not in str(caught.value)
