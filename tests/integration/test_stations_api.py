"""Stations over HTTP: claims of devices, codes, what waits, and counts of shelves."""

import pytest

from hub import collecting
from hub.core.viewer import Role
from hub.store import claims, notices, users
from hub.store.help_lines import Wording, one, open_line, set_operators
from hub.vault import Vault
from tests.support.hubdata import BASE, STREAM, feeding, scan
from tests.support.hubweb import PASSWORD, QUICK, START_MS, Clock, make_database, serving
from tests.support.parcels_world import NAME, PHONE, put_parcel, put_recipient, put_sites
from tests.support.site_devices import Doors, token
from wire.actions import Action
from wire.collecting import Claimed, decode_claimed, grouped
from wire.messages import Void

A, B, ELSEWHERE = "st-1.AAAAA1", "st-1.AAAAA2", "st-2.AAAAA3"


@pytest.fixture
def doors(tmp_path):
    return Doors(make_database(tmp_path), Clock(START_MS))


@pytest.fixture
def web(tmp_path, doors):
    with serving(
        tmp_path, database=doors.database, clock=doors.clock, device_sessions=doors.sessions, site_data=doors.site_data
    ) as made:
        with doors.database.write() as connection:
            put_sites(connection, "wh-1", "st-1", "st-2")
            connection.exec_driver_sql("INSERT INTO organisation VALUES ('org-own', 'Own', '')")
            recipient = put_recipient(connection, vault=made.services.vault)
            for key in (A, B, ELSEWHERE):
                put_parcel(connection, key, recipient=recipient)
                collecting.issue(connection, made.services.vault, key, key[:4], START_MS)
        yield made


def test_of_all_devices_that_are_online_one_is_granted_a_parcel_and_the_others_hear_whose_it_is(web, doors):
    devices = {name: doors.join(name, site) for name, site in (("pad-1", "st-1"), ("pad-2", "st-1"), ("pad-3", "st-2"))}

    def claim(name, *parcels):
        with web.client(None) as client:
            client.headers["Authorization"] = f"Bearer {token(client, devices[name], name)}"
            answer = client.post("/api/v1/claims", json={"parcels": parcels})
        assert answer.status_code == 200, answer.text
        return decode_claimed(answer.content)

    assert claim("pad-1", A, B, ELSEWHERE, "st-1.ZZZZZZ") == Claimed(granted=(A, B))
    assert claim("pad-1", A) == Claimed(granted=(A,)), "asked again it is the same"
    refused = claim("pad-2", A)
    assert (refused.granted, [(one.parcel, one.site, one.device) for one in refused.given]) == (
        (),
        [(A, "st-1", "pad-1")],
    )
    assert claim("pad-3", ELSEWHERE).granted == (ELSEWHERE,)
    with web.client(Role.CLERK) as client:
        assert client.post("/api/v1/claims", json={"parcels": [A]}).status_code == 403
        assert client.delete(f"/api/v1/parcels/{A}/claim").json()["count"] == 1
    assert claim("pad-2", A).granted == (A,)


def test_a_claim_of_a_device_that_went_away_stands_until_it_was_heard_with_nothing_to_tell(doors):
    with doors.database.write() as connection:
        put_sites(connection, "wh-1", "st-1")
        put_parcel(connection, A)
        for name in ("pad-1", "pad-2"):
            connection.exec_driver_sql("INSERT INTO device (name, kind, created_at) VALUES (?, 'terminal', 0)", (name,))

        def asked(name, now):
            return claims.claim(connection, name, "st-1", [A], now).granted

        def heard(at, pending):
            query = "UPDATE device SET last_seen = ?, pending_facts = ? WHERE name = 'pad-1'"
            connection.exec_driver_sql(query, (at, pending))

        late = START_MS + claims.LEASE_MS
        assert asked("pad-1", START_MS) == (A,)
        heard(START_MS + 1, 0)
        assert asked("pad-2", START_MS + 1) == ()
        assert asked("pad-2", late + 1) == (), "nobody knows what it did since"
        heard(late, 2)
        assert asked("pad-2", late + 1) == (), "it has facts that have not come"
        heard(late, 0)
        assert asked("pad-2", late + 1) == (A,)
        assert asked("pad-1", late + 2) == (), "now it is the other's"


def test_a_parcel_that_was_handed_over_is_granted_to_nobody_and_is_again_when_that_was_undone(doors):
    with doors.database.write() as connection:
        put_sites(connection, "wh-1", "st-1")
        put_parcel(connection, A)
    with feeding(doors.database) as feeder:
        feeder.send("pad-9", [scan(Action.HAND_OVER, f"RR:P:{A}", up=2, from_="place:st-1/A-2")])
        last = feeder.last
    with doors.database.write() as connection:
        told = claims.claim(connection, "pad-1", "st-1", [A], START_MS)
    assert (told.granted, [(one.device, one.site, one.at) for one in told.given]) == ((), [("pad-9", "st-1", BASE + 2)])
    with feeding(doors.database) as feeder:
        feeder.last |= last
        feeder.send("pad-9", [Void(at=BASE, up=3, stream=STREAM, seq=1)])
    with doors.database.write() as connection:
        assert claims.claim(connection, "pad-1", "st-1", [A], START_MS).granted == (A,)


def test_a_clerk_sees_his_station_with_masked_names_and_nothing_of_other_stations(web):
    clerk = at_site(web, Role.CLERK, "st-1")
    page = clerk("get", "stations/st-1")
    assert page["counts"] == {"coming": 0, "waiting": 2, "overdue": 0, "due-back": 0, "locked": 0, "given": 0}
    (row, _) = page["rows"]
    assert (row["id"], row["shown"], row["last4"], row["shelf_code"]) == (A, "王*芳", "5678", "A-2-000")
    assert row["goods"] == [{"item": "gtin:09501101530003", "lot": "L1", "n": 3}]
    assert NAME not in str(page)
    assert PHONE not in str(page)
    assert clerk("get", "stations/st-2", status=404)["code"] == "no-site"
    assert clerk("post", f"parcels/{ELSEWHERE}/code", {}, status=404)["code"] == "no-parcel"


def test_the_counter_finds_by_last_digits_shelf_code_number_and_label(web):
    clerk = at_site(web, Role.CLERK, "st-1")

    def found(text):
        return [row["id"] for row in clerk("post", "stations/st-1/search", {"text": text})["rows"]]

    assert found("5678") == [A, B]
    assert found("A-2-001") == found("-001") == found(f"RR:P:{B}") == [B]
    assert found("A-1-001") == found("1234") == found(ELSEWHERE) == found("%' OR 1=1") == []
    with web.database.write() as connection:
        connection.exec_driver_sql("UPDATE parcel SET state = 'handed-over', given_at = ? WHERE id = ?", (START_MS, A))
    assert found("5678") == [B]
    (row,) = clerk("get", "stations/st-1?show=given")["rows"]
    assert (row["id"], row["shown"], row["last4"], row["shelf_code"]) == (A, "", "", "")


def test_a_new_code_goes_to_the_recipient_and_only_the_help_line_that_knows_him_sees_it(web):
    clerk, stranger = at_site(web, Role.CLERK, "st-1"), at_site(web, Role.HELPLINE, None)
    vault: Vault = web.services.vault
    with web.database.read() as connection:
        before = collecting.code_of(connection, vault, A)
    told = clerk("post", f"parcels/{A}/code", {})
    assert (told["sent"], told["code"]) == (True, None)
    assert stranger("post", f"parcels/{A}/code", {})["code"] is None
    with web.database.write() as connection:
        wording = Wording(name="Line", number="12345", hours="", languages=("zh",), groups=(), questions=())
        open_line(connection, "a" * 16, "org-own", wording, by="admin-1", now=START_MS)
        set_operators(connection, one(connection, "a" * 16), ["helpline-st"], by="admin-1", now=START_MS)
        connection.exec_driver_sql("UPDATE recipient SET line = (SELECT seq FROM line)")
    shown = stranger("post", f"parcels/{A}/code", {})["code"]
    with web.database.read() as connection:
        code = collecting.code_of(connection, vault, A)
        assert connection.exec_driver_sql("SELECT why FROM personal_view").scalars().all() == ["code shown"]
        noted = connection.exec_driver_sql("SELECT action, what, detail FROM decision_log").all()
    assert code == shown.replace(" ", "") != before
    assert [row.action for row in noted].count("code-renewed") == 3
    assert not any(code in str(row) or code[2:8] in str(row) for row in noted)


def test_a_proxy_that_the_help_line_registered_gets_a_code_of_his_own_for_a_parcel(web):
    from hub.store import recipients

    vault, supervisor = web.services.vault, at_site(web, Role.SUPERVISOR, None)
    with web.database.write() as connection:
        owner = connection.exec_driver_sql("SELECT id FROM recipient").scalar_one()
        proxy = recipients.Named(name="李大明", phone="13900001111")
        recipients.add_proxy(connection, vault, owner, proxy, by="test", now=START_MS)
    assert supervisor("post", f"parcels/{A}/proxies", {"proxy": 2}, status=404)["code"] == "no-proxy"
    assert supervisor("post", f"parcels/{A}/proxies", {"proxy": 1}, status=201)["code"] is None
    (row,) = supervisor("get", f"parcels/{A}/proxies")["rows"]
    assert (row["proxy"], row["shown"], row["coded"]) == (1, "李*明", True)
    with web.database.write() as connection:
        code = collecting.code_of(connection, vault, A, 1)
        assert collecting.check(connection, vault, A, code, START_MS).proxy == 1
    assert supervisor("delete", f"parcels/{A}/proxies/1")["count"] == 1
    assert not supervisor("get", f"parcels/{A}/proxies")["rows"][0]["coded"]


def test_a_proxy_has_a_code_for_all_that_waits_is_told_beside_the_recipients_own_and_loses_all_of_it_when_taken_away(
    web,
):
    vault = web.services.vault
    with web.database.write() as connection:
        owner = connection.exec_driver_sql("SELECT id FROM recipient").scalar_one()
        wording = Wording(name="Line", number="12345")
        open_line(connection, "a" * 16, "org-own", wording, by="admin-1", now=START_MS)
        set_operators(connection, one(connection, "a" * 16), ["token token-helpline"], by="admin-1", now=START_MS)
        connection.exec_driver_sql("UPDATE recipient SET line = (SELECT seq FROM line)")
        connection.exec_driver_sql("UPDATE parcel SET state = 'handed-over', given_at = 1 WHERE id = ?", (ELSEWHERE,))

    def codes():
        with web.database.read() as connection:
            return [collecting.code_of(connection, vault, key, 1) for key in (A, B, ELSEWHERE)]

    def queued():
        query = "SELECT kind, about FROM notice WHERE state = 'queued' ORDER BY seq"
        with web.database.read() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(query)]

    with web.client(Role.HELPLINE) as helper:
        assert helper.post(f"/api/v1/parcels/{A}/code").status_code == 200
        answer = helper.post(f"/api/v1/recipients/{owner}/proxies", json={"name": "李大明", "phone": "13900001111"})
        assert answer.status_code == 201, answer.text
        one_, two, none = codes()
        assert (len(one_), len(two), none) == (9, 9, None), "for what waits, not for what was given"
        told = [("new-code", f"parcel:{A}"), ("proxy-code", f"parcel:{A}"), ("proxy-code", f"parcel:{B}")]
        assert queued() == told, "his code does not overtake the recipient's own"
        with web.database.read() as connection:
            ids = connection.exec_driver_sql("SELECT id FROM notice WHERE kind = 'proxy-code'").scalars().all()
            assert "李*明" in notices.words(connection, vault, ids[0])
            assert grouped(one_) in notices.words(connection, vault, ids[0])
        assert helper.delete(f"/api/v1/recipients/{owner}/proxies/1").status_code == 204
        assert codes() == [None] * 3
        assert helper.get(f"/api/v1/parcels/{A}/proxies").json()["rows"] == []
    supervisor = at_site(web, Role.SUPERVISOR, None)
    assert supervisor("post", f"parcels/{A}/proxies", {"proxy": 1}, status=404)["code"] == "no-proxy", "he is gone"


def test_a_shelf_count_names_what_was_not_seen_and_forgets_nothing_when_it_is_closed(web):
    clerk = at_site(web, Role.CLERK, "st-1")
    begun = clerk("post", "stations/st-1/shelf-counts", {}, status=201)
    task = f"count:{begun['id']}"
    seen = [
        scan(Action.SIGHT, f"RR:P:{key}", up=up, from_="place:st-1/A-2", task=task)
        for up, key in ((2, A), (3, ELSEWHERE))
    ]
    with feeding(web.database) as feeder:
        feeder.send("pad-9", seen)
    now = clerk("get", f"stations/st-1/shelf-counts/{begun['id']}")
    assert now["missing"] == [{"parcel": B, "shelf_code": "A-2-001", "shown": "王*芳"}]
    assert (now["found"], now["besides"]) == ([A], [ELSEWHERE])
    closed = clerk("post", f"stations/st-1/shelf-counts/{begun['id']}/closing", {})
    with web.database.write() as connection:
        connection.exec_driver_sql("UPDATE parcel SET state = 'returned' WHERE id = ?", (B,))
    after = clerk("get", f"stations/st-1/shelf-counts/{begun['id']}")
    assert [one["parcel"] for one in after["missing"]] == [one["parcel"] for one in closed["missing"]] == [B]
    assert clerk("post", f"stations/st-1/shelf-counts/{begun['id']}/closing", {}, status=409)["code"] == "wrong-state"
    assert clerk("get", "stations/st-1/shelf-counts/" + "0" * 16, status=404)["code"] == "no-count"


def at_site(web, role, site):
    """What a person of a role who belongs to a site gets, as JSON; the name is `ROLE-st`."""
    name = f"{role}-st"
    with web.database.write() as connection:
        users.add_user(connection, name, PASSWORD, role, now=START_MS, hasher=QUICK, site=site)
    cookies = {}

    def ask(method, path, body=None, status=200):
        with web.client(None) as client:
            client.headers["Origin"] = web.url
            client.cookies.update(cookies)
            answer = client.request(method, f"/api/v1/{path}", **({} if body is None else {"json": body}))
            cookies.update(client.cookies)
        assert answer.status_code == status, answer.text
        return answer.json()

    ask("post", "session", {"user": name, "password": PASSWORD})
    return ask
