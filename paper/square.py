"""QR codes as rows of modules (ISO/IEC 18004), by segno. Imported only where one is drawn: a device has no segno."""

from paper.errors import PaperError

LONGEST = 1000
QUIET = 4
"""Modules left white on each side."""


def qr(text: str) -> list[list[int]]:
    """The modules, without the quiet zone; error correction M or better. Raises PaperError for what is too long."""
    import segno  # noqa: PLC0415 (a device prints without it)

    if not 0 < len(text) <= LONGEST:
        raise PaperError(f"a QR code of ours holds 1 to {LONGEST} characters, not {len(text)}")
    return [list(row) for row in segno.make_qr(text, error="m", boost_error=True).matrix]
