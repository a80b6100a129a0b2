"""The dashboard loads the styles of those parts of its library that it uses, and all of these."""

import re
from pathlib import Path

UI = Path(__file__).parents[2] / "hub" / "ui"
IMPORTED = re.compile(r'import \{([^}]*)\} from "@mantine/core"')
MADE_OF = {
    "Autocomplete": "Combobox",
    "CopyButton": "",
    "FileButton": "",
    "FileInput": "Input",
    "MantineProvider": "baseline",
    "Select": "Combobox",
    "TagsInput": "PillsInput",
    "TextInput": "Input",
    "Textarea": "Input",
}
"""Parts that have no styles of their own, and whose they use."""


def test_every_part_that_a_page_uses_has_its_styles() -> None:
    names = {
        name.strip()
        for path in (UI / "src").rglob("*.ts*")
        for listed in IMPORTED.findall(path.read_text(encoding="utf-8"))
        for name in listed.split(",")
    }
    used = {MADE_OF.get(name, name) for name in names if re.match(r"[A-Z]", name)}
    styles = (UI / "src" / "mantine.css").read_text(encoding="utf-8")
    loaded = set(re.findall(r"styles/([\w-]+)\.css", styles))
    assert used - {""} <= loaded, f"add them to {UI / 'src' / 'mantine.css'}, in the order of @mantine/core/styles.css"
