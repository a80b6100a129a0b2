"""Rounds to doors: each outcome counts once, whatever the network does, and only the courier sees whom to visit."""

import io
from hashlib import sha256
from pathlib import Path

import pytest
from PIL import Image

from hub import collecting
from hub.core.instant import rfc3339
from hub.core.rounds import Told
from hub.core.viewer import Role
from hub.photos import FOLDER, Photos
from hub.retention import Retention
from hub.store import postings
from hub.store import rounds as store
from hub.store.erasing import DAY_MS
from hub.store.rounds import Said
from tests.support.facts import NOW, RECEIVED
from tests.support.rounds import COURIER, WU, Doors, doors, planned
from wire.collecting import code_of as wire_code
from wire.collecting import grouped


@pytest.fixture
def hub(tmp_path: Path):
    with doors(tmp_path) as made:
        yield made


def outcome(n: int, told: str, *parcels: str, ago_s: int = 0, **more: object) -> dict:
    return {"id": f"outcome-{n}", "told": told, "parcels": parcels, "at": rfc3339(RECEIVED - ago_s * 1000), **more}


def told(hub: Doors, round_: str, *outcomes: dict, sent: int = RECEIVED) -> dict:
    with hub.courier() as courier:
        answer = courier.post(f"/rounds/{round_}/outcomes", json={"sent": rfc3339(sent), "outcomes": list(outcomes)})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_round_of_two_stops_is_told_once_in_the_ledger_however_often_it_is_sent(hub: Doors):
    one, two = hub.parcels
    id_ = planned(hub)["id"]
    sent = [
        outcome(1, "taken", one, two, ago_s=60),
        outcome(2, "given", one, way="person", ago_s=40, lat=31.0, lon=103.0),
        outcome(3, "attempt", two, why="nobody-there", ago_s=20),
        outcome(4, "back", two, ago_s=10),
    ]
    answer = told(hub, id_, *sent)
    assert [each["result"] for each in answer["outcomes"]] == ["stored"] * 4
    assert (answer["posted"], answer["round"]["state"]) == (True, "done")
    assert {stop["parcel"]: stop["state"] for stop in answer["round"]["stops"]} == {one: "given", two: "back"}
    assert (hub.where(one), hub.where(two)) == ("virtual:with-recipient", "place:wh-1")
    facts = hub.facts()
    assert facts == 5
    again = told(hub, id_, *sent)
    assert [each["result"] for each in again["outcomes"]] == ["known"] * 4
    assert hub.facts() == facts
    kinds = hub.ledger.rows("SELECT kind, about, count(*) FROM notice WHERE kind = 'attempt-failed' GROUP BY 1, 2")
    assert kinds == [("attempt-failed", f"parcel:{two}", 1)]
    assert hub.ledger.findings() == []
    assert hub.ledger.rebuilt().same


def test_what_a_crash_left_half_posted_is_posted_to_the_end_and_counts_once(hub: Doors):
    id_ = planned(hub)["id"]
    said = Said(id="outcome-1", told=Told.TAKEN, parcels=hub.parcels, at=NOW + 1_000, by=COURIER, now=RECEIVED)
    with hub.web.database.write() as connection:
        store.tell(connection, store.find(connection, id_), said)
        first, second = postings.due(connection)
    hub.desk.post([first])
    with hub.web.database.read() as connection:
        assert postings.due(connection) == [second]
    assert postings.post_all(hub.web.database, hub.desk, RECEIVED) == 1
    assert hub.facts() == 2
    assert {hub.where(each) for each in hub.parcels} == {f"transit:round-{id_}"}
    assert postings.post_all(hub.web.database, hub.desk, RECEIVED) == 0


def test_a_telephone_with_a_wrong_clock_is_believed_how_long_ago_it_was_and_in_which_order(hub: Doors):
    id_ = planned(hub)["id"]
    year = 365 * 86_400
    sent = [outcome(n, "attempt", hub.parcels[0], ago_s=year + 30 - n) for n in (1, 2)]
    told(hub, id_, *sent, outcome(3, "back", hub.parcels[0], ago_s=year + 29), sent=RECEIVED - year * 1000)
    times = hub.ledger.rows("SELECT id, at FROM round_outcome ORDER BY at")
    assert [key for key, _ in times] == ["outcome-1", "outcome-2", "outcome-3"]
    assert [RECEIVED - at for _, at in times] == [29_002, 29_001, 29_000], "as they came, though the clock was set"


def test_what_was_said_of_a_parcel_before_happened_before_however_long_a_message_was_on_its_way(hub: Doors):
    id_ = planned(hub)["id"]
    told(hub, id_, outcome(1, "refused", hub.parcels[0], ago_s=10))
    told(hub, id_, outcome(2, "back", hub.parcels[0], ago_s=29))  # 20 s in the air, and sent by an honest clock
    order = hub.ledger.rows("SELECT told FROM round_outcome ORDER BY at")
    assert [row[0] for row in order] == ["refused", "back"]


def test_only_the_courier_of_a_round_sees_whom_to_visit_and_that_is_noted(hub: Doors):
    whole = planned(hub)
    assert [stop["door"] for stop in whole["stops"]] == [None, None]
    assert WU not in str(whole)
    with hub.courier() as courier:
        for _ in range(2):
            seen = courier.get(f"/rounds/{whole['id']}").json()
        assert [stop["door"]["name"] for stop in seen["stops"]] == [f"{WU} 0", f"{WU} 1"]
        assert [row["id"] for row in courier.get("/rounds").json()["rows"]] == [whole["id"]]
    views = hub.ledger.rows("SELECT who, why, count(*) FROM personal_view GROUP BY 1, 2")
    assert views == [(COURIER, f"round {whole['id']}", 2)], "each once"
    with hub.person(COURIER, Role.COURIER) as program:
        assert program.get(f"/rounds/{whole['id']}").status_code == 404, "a program of that name is another"
        assert program.get("/rounds").json()["rows"] == []
    told(hub, whole["id"], outcome(1, "back", *hub.parcels))
    with hub.courier() as courier:
        assert [stop["door"] for stop in courier.get(f"/rounds/{whole['id']}").json()["stops"]] == [None, None]


def test_a_code_is_checked_at_the_door_and_a_wrong_one_is_a_fact_with_a_warning(hub: Doors):
    one, two = hub.parcels
    id_ = planned(hub)["id"]
    with hub.web.database.read() as connection:
        code = collecting.code_of(connection, hub.web.services.vault, one)
    wrong = wire_code(int(code[:2]), "000000" if code[2:8] != "000000" else "111111")
    with hub.courier() as courier:
        ask = {"parcels": [one], "code": wrong}
        assert courier.post(f"/rounds/{id_}/code-checks", json=ask).json() == {"answer": "wrong", "left": 4}
        ask["code"] = grouped(code)
        assert courier.post(f"/rounds/{id_}/code-checks", json=ask).json() == {"answer": "right", "left": 4}
    answer = told(
        hub, id_, outcome(1, "given", one, way="code", code=code), outcome(2, "given", two, way="code", code=wrong)
    )
    assert [each["warned"] for each in answer["outcomes"]] == [[], ["wrong-code"]]
    assert {hub.where(each) for each in hub.parcels} == {"virtual:with-recipient"}
    assert hub.ledger.rows("SELECT way, checked FROM round_outcome ORDER BY id") == [("code", 1), ("code", 0)]
    bodies = b"".join(row[0] for row in hub.ledger.rows("SELECT body FROM journal"))
    assert code.encode() not in bodies
    assert WU.encode() not in bodies


def test_a_code_opens_what_is_its_recipients_and_counts_each_try_for_all_of_it(hub: Doors):
    one, two = hub.parcels
    id_ = planned(hub)["id"]
    vault = hub.web.services.vault
    with hub.web.database.read() as connection:
        code = collecting.code_of(connection, vault, one)
    wrong = wire_code(int(code[:2]), f"{(int(code[2:8]) + 1) % 10**6:06d}")

    def asked(code: str, *parcels: str) -> dict:
        with hub.courier() as courier:
            return courier.post(f"/rounds/{id_}/code-checks", json={"parcels": parcels, "code": code}).json()

    assert asked(code, one, two) == {"answer": "wrong", "left": 4}, "the other parcel is somebody else's"
    (answer,) = told(hub, id_, outcome(1, "given", one, two, way="code", code=code))["outcomes"]
    assert answer["warned"] == ["wrong-code"]
    assert hub.ledger.rows("SELECT checked FROM round_outcome") == [(0,), (0,)]
    tries = "SELECT tries FROM collecting WHERE parcel = ?"
    assert (hub.ledger.one(tries, one), hub.ledger.one(tries, two)) == (0, 2)
    with hub.web.database.write() as connection:
        connection.exec_driver_sql("UPDATE parcel SET recipient = ?", (hub.people[0],))
        proxys = collecting.add_proxy(connection, vault, two, 1, RECEIVED)
    assert asked(proxys, one, two)["answer"] == "right", "whichever of them has the code"
    assert asked(wrong, one, two) == {"answer": "wrong", "left": 2}
    assert asked(wrong, two, one) == {"answer": "wrong", "left": 1}, "in whichever order they are named"
    assert (hub.ledger.one(tries, one), hub.ledger.one(tries, two)) == (2, 4)


def test_a_photo_is_kept_sealed_and_what_the_camera_wrote_into_it_is_gone(hub: Doors):
    id_ = planned(hub)["id"]
    taken = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "CAMERA-OF-WU"
    Image.new("RGB", (40, 30), "red").save(taken, "JPEG", exif=exif)
    with hub.courier() as courier:
        kinds = {"Content-Type": "image/jpeg"}
        answers = [courier.post("/photos", content=taken.getvalue(), headers=kinds) for _ in range(2)]
        for refused in (b"no picture", _picture("red", 4_000)):  # 16 million pixels in 50 KiB
            assert courier.post("/photos", content=refused, headers=kinds).status_code == 422
        assert courier.post("/photos", content=b"x", headers={"Content-Type": "image/svg+xml"}).status_code == 415
    (digest,) = {answer.json()["photo"] for answer in answers}
    missing = outcome(1, "given", hub.parcels[0], way="contactless", photo="0" * 64)
    answer = told(hub, id_, missing, outcome(2, "given", *hub.parcels, way="leader", photo=digest))
    assert [each["result"] for each in answer["outcomes"]] == ["refused", "stored"], "one does not hold back the other"
    with hub.web.client(Role.SUPERVISOR) as supervisor:
        shown = supervisor.get(f"/api/v1/photos/{digest}").content
    views = hub.ledger.rows("SELECT who, count(DISTINCT recipient) FROM personal_view WHERE why = 'photo' GROUP BY 1")
    assert views == [(f"token token-{Role.SUPERVISOR}", 2)]
    strangers = hub.staff("msf"), hub.person("hella", Role.HELPLINE), hub.person("aud", Role.AUDITOR)
    assert [_status(each, f"/photos/{digest}") for each in strangers] == [404, 404, 403]
    assert _status(hub.staff("caritas"), f"/photos/{digest}") == 200
    assert sha256(shown).hexdigest() == digest
    assert b"CAMERA-OF-WU" not in shown
    kept = (hub.web.database.path.parent / "photos" / digest).read_bytes()
    assert shown[:200] not in kept
    assert f'"photo":"{digest}"'.encode() in hub.ledger.rows("SELECT body FROM journal ORDER BY id")[-1][0]


def _status(opening, path: str) -> int:
    with opening as client:
        return client.get(path).status_code


def test_photos_go_with_whom_they_show_whoever_took_them_and_nobodys_go_after_the_same_time(hub: Doors):
    folder = hub.web.database.path.parent / FOLDER
    photos = Photos(folder, hub.web.services.vault)
    by_device, of_nobody, new = (photos.keep(_picture(colour))[0] for colour in ("red", "green", "blue"))
    with hub.web.database.write() as connection:
        for digest, at in ((by_device, NOW), (of_nobody, NOW), (new, RECEIVED)):
            connection.exec_driver_sql("INSERT INTO photo VALUES (?, 1, ?, 'x')", (digest, at))
        connection.exec_driver_sql(
            "INSERT INTO life_event (kind, about, at, event, proof, noted_at) VALUES ('parcel', ?, 1, '', ?, 1)",
            (hub.parcels[0], f'{{"way":"person","photo":"{by_device}"}}'),
        )
    later = Retention(hub.web.database, photos, lambda: NOW + 9 * DAY_MS + 1, keep_days=9)
    assert later.look() == 0, "their requests are open"
    assert sorted(path.name for path in folder.iterdir()) == sorted({by_device, new})
    with hub.web.database.write() as connection:
        connection.exec_driver_sql("UPDATE request SET state = 'fulfilled' WHERE recipient = ?", (hub.people[0],))
    assert later.look() == 1
    assert [path.name for path in folder.iterdir()] == [new]
    assert hub.ledger.rows("SELECT digest FROM photo") == [(new,)]


def _picture(colour: str, side: int = 4) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (side, side), colour).save(made, "PNG")
    return made.getvalue()


def test_a_parcel_is_on_one_round_and_what_does_not_go_to_a_door_is_on_none(hub: Doors):
    planned(hub, hub.parcels[:1])
    sent = {"site": "wh-1", "courier": COURIER, "parcels": [{"parcel": hub.parcels[0]}]}
    with hub.web.client() as admin:
        assert admin.post("/api/v1/rounds", json=sent).status_code == 409
        other = sent | {"parcels": [{"parcel": hub.parcels[1]}]}
        assert admin.post("/api/v1/rounds", json=other | {"courier": "clerk-1"}).status_code == 409
        assert admin.post("/api/v1/rounds", json=other | {"site": "st-1"}).status_code == 409
        first = admin.get("/api/v1/rounds").json()["rows"][0]["id"]
        assert admin.post(f"/api/v1/rounds/{first}/cancellation", json={}).json()["state"] == "cancelled"
        assert admin.post("/api/v1/rounds", json=sent).status_code == 201, "free again"
