"""Two organisations that share a warehouse, and people of each who sign in; for the pages of planning in a browser."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import httpx

from hub.api.door import COOKIE
from tests.support.browser import Screen

GTIN, CASE = "09501101530003", "19501101530000"
EVIL = """<img src=x onerror="document.title='ran'"> '; DROP TABLE user; --"""
PASSWORD = "kettle lamp river stone"
PEOPLE = (
    ("paul", "admin", None),
    ("rosa", "staff", "red"),
    ("olga", "operator", None),
    ("sue", "supervisor", None),
    ("bea", "staff", "blue"),
)
REFUSED = re.compile(r"status of (403|409|422)")


def day(after: int) -> str:
    """A day so many after today, as a page's field takes it."""
    return (datetime.now(UTC) + timedelta(days=after)).date().isoformat()


def two_organisations(hub):
    """Two organisations with goods of one of them at wh-1, and staff of the other; the cookies of each person."""
    hub.rest.put("/organisations", [{"id": id_, "name": id_.title()} for id_ in ("red", "blue")])
    tables = {
        "bins": "site,code\nwh-1,p01\nwh-1,p02\n",
        "catalogue": f"gtin,name,unit\n{GTIN},Plan water,bottle\n",
        "stock": "site,bin,gtin,lot,expiry,owner,quantity\n"
        f"wh-1,p01,{GTIN},LATER,2029-01-31,blue,100\nwh-1,p02,{GTIN},SOONER,2028-01-31,blue,30\n",
    }
    for kind, table in tables.items():
        hub.rest.send_table(kind, table.encode())
    found = {}
    for name, role, organisation in PEOPLE:
        sent = {"name": name, "role": role, "organisation": organisation}
        code = hub.rest.post("/users", sent)["link"]["code"]
        hub.rest.post("/welcome", {"code": code, "password": PASSWORD})
        answer = httpx.post(f"{hub.url}/api/v1/session", json={"user": name, "password": PASSWORD}, trust_env=False)
        found[name] = [{"name": COOKIE, "value": answer.cookies[COOKIE], "url": hub.url}]
    return found


@contextmanager
def windows(hub, chrome, people) -> Iterator:
    """Opens a page as somebody; at the end the browser has nothing to complain of but refusals that were wanted."""
    screens = []

    def open_(path, user="paul", **how):
        screen = Screen(chrome, hub.url, **how)
        screens.append(screen)
        screen.context.add_cookies(people[user])
        screen.open(path)
        screen.settled()
        return screen.page

    yield open_
    complaints = [each for screen in screens for each in (*screen.unexpected(), *screen.abroad())]
    for screen in screens:
        screen.close()
    assert [each for each in complaints if not REFUSED.search(each)] == []


def pick(scope, label, option):
    """Choose in a list that narrows while one types."""
    field = scope.get_by_role("combobox", name=label, exact=True)
    field.fill(option)
    field.page.get_by_role("option", name=re.compile(re.escape(option))).first.click()


def row(page, text):
    return page.get_by_role("row").filter(has_text=text)


def saved(page, press):
    """The bytes and the name of the file that a press makes the browser save."""
    with page.expect_download() as download:
        press()
    return download.value.path().read_bytes(), download.value.suggested_filename
