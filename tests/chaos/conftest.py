"""What the chaos tests share."""

import pytest

from tests.support.chaos import Scene


@pytest.fixture
def scene(tmp_path):
    """One test's programs; a failure shows the seed and the ends of their logs."""
    with Scene(tmp_path) as made:
        yield made
