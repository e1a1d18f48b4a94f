"""How far compressed data may grow: enough for any export, too little for a bomb."""

from aos_common.tabular.errors import UnpacksTooLarge

FREE = 64 << 20
RATIO = 150
LIMIT = 1 << 40


def refuse_bomb(file: str, packed: int, unpacked: int, *, limit: int = LIMIT) -> None:
    """Raise `UnpacksTooLarge` when `packed` bytes have become too many.

    Up to 64 MiB may come of anything; beyond that at most 150 bytes of each. Tables as text pack 3 to 60 times.
    """
    if unpacked > limit:
        raise UnpacksTooLarge(
            f"{file}: it unpacks to more than {limit >> 20} MiB.",
            hint="Split the file, or raise the limit of the connection.",
            file=file,
        )
    if unpacked > FREE and unpacked > FREE + RATIO * packed:
        raise UnpacksTooLarge(
            f"{file}: {packed} packed bytes unpack to more than {unpacked >> 20} MiB, as no table does.",
            hint="Look what is in it; a file that really repeats itself that much can be given unpacked.",
            file=file,
        )
