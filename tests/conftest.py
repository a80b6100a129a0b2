"""Which tests go to the same process: those of one file share what it sets up, those of all pages one browser."""

import pytest

PAGES = "e2e"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        item.add_marker(pytest.mark.xdist_group(PAGES if PAGES in item.path.parts else item.path.name))
