"""One running hub with its devices and one browser for all tests of the dashboard; a window for each test."""

from contextlib import ExitStack

import pytest

from tests.support.browser import DONE, FORBIDDEN, Screen, chromium
from tests.support.furnished import furnished
from tests.support.scene import Scene
from tests.support.screens import undone
from tests.support.two_organisations import two_organisations, windows


@pytest.fixture(scope="package")
def scene(tmp_path_factory):
    with Scene(tmp_path_factory.mktemp("scene")) as made:
        made.scan("RR:N:40", made.label(0), "RR:N:12", made.label(1))
        yield made


@pytest.fixture(scope="package")
def office(tmp_path_factory):
    """A hub in the middle of an operation."""
    with furnished(tmp_path_factory.mktemp("office")) as made:
        yield made


@pytest.fixture(scope="package")
def chrome():
    with chromium() as started:
        yield started


@pytest.fixture(scope="package")
def cookies(scene, chrome):
    """Signs a person in once; the cookies of that session."""
    known = {}

    def of(user: str):
        if user not in known:
            with Screen(chrome, scene.hub.url) as screen:
                screen.open()
                screen.sign_in(user, scene.passwords[user])
                known[user] = screen.context.cookies()
        return known[user]

    return of


@pytest.fixture(autouse=True)
def stays_at_home():
    """No page asks anything of elsewhere or breaks the content security policy, in whichever window."""
    FORBIDDEN.clear()
    yield
    assert FORBIDDEN == []


@pytest.fixture(autouse=True)
def does_what_it_is_named_for(request):
    """What docs/screens.md says that a test does in a browser was done by it, and the hub said yes."""
    DONE.clear()
    yield
    assert undone(f"{request.path.stem}::{request.node.originalname}", DONE) == []


@pytest.fixture
def window(scene, chrome, cookies):
    """Opens a window, signed in as that person unless as nobody. At the end: no complaint, nothing asked of others."""
    with ExitStack() as ends:
        opened = []

        def open_(path="/", *, user: str | None = "admin", **size) -> Screen:
            screen = ends.enter_context(Screen(chrome, scene.hub.url, **size))
            opened.append(screen)
            if user is not None:
                screen.context.add_cookies(cookies(user))
            screen.open(path)
            if user is not None:
                screen.settled()
            return screen

        yield open_
        for screen in opened:
            assert not screen.unexpected()
            assert not screen.abroad()


@pytest.fixture(scope="package")
def people(scene):
    """The cookies of each person of two organisations."""
    return two_organisations(scene.hub)


@pytest.fixture
def at(scene, chrome, people):
    """Opens a page as one of them."""
    with windows(scene.hub, chrome, people) as open_:
        yield open_
