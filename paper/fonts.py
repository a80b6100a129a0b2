"""Where a Chinese font is found on Debian and Ubuntu, and what to do where none is. Whoever prints reads the file."""

from typing import Final

PLACES: Final = (
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
)
"""The first that is there is taken. deploy/setup.sh installs the first."""
REMEDY: Final = "apt-get install fonts-wqy-microhei, or name the file of a font in the settings"
MOST_BYTES: Final = 64 * 1024 * 1024
"""Greatest size of a font's file."""
