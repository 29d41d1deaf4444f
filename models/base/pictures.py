"""What kind of picture something is, by its first bytes: what whoever sends it says of it is not believed."""

FIRST_BYTES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}
TYPES = frozenset(FIRST_BYTES.values())


def picture_type(content: bytes) -> str | None:
    """`image/jpeg`, `image/png`, or None for anything else."""
    return next((kind for first, kind in FIRST_BYTES.items() if content.startswith(first)), None)
