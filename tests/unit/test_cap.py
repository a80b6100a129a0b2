"""CAP 1.2: what is read of an alert, and how hostile or odd ones are refused."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.cap import MOST_BYTES, CapError, read
from hub.core.areas import Circle, Polygon
from hub.core.incidents import Named
from hub.core.instant import parse
from tests.support.alerts import AREA, alert, info

CHINESE = info(language="zh-CN", event="地震", headline="某县发生6.9级地震", area="某县")


def test_an_alert_is_read_with_its_languages_and_areas() -> None:
    found = read(alert(infos=info() + CHINESE))
    assert found.name == Named("quake@example.org", "eq-1", parse("2026-11-23T08:15:00+08:00"))
    assert (found.kind, found.exercise, found.severity, found.urgency) == ("Alert", False, "Extreme", "Immediate")
    assert [(one.language, one.event) for one in found.words] == [("en-US", "Earthquake"), ("zh-CN", "地震")]
    assert found.words[1].area == "某县"
    polygon, circle = found.shapes
    assert isinstance(polygon, Polygon)
    assert isinstance(circle, Circle)
    assert polygon.ring[0] == (30.0, 120.0)
    assert (circle.centre, circle.radius_km) == ((30.5, 120.5), 25.5)


def test_what_several_languages_draw_alike_is_one_area() -> None:
    assert len(read(alert(infos=info() + info(language="zh-CN"))).shapes) == 2


def test_an_update_and_a_cancel_name_what_they_are_about() -> None:
    said = "quake@example.org,eq-1,2026-11-23T08:15:00+08:00"
    update = read(alert(kind="Update", identifier="eq-2", references=f"{said}\n  {said.replace('eq-1', 'eq-0')}"))
    assert [name.identifier for name in update.references] == ["eq-1", "eq-0"]
    assert read(alert(kind="Cancel", identifier="eq-3", references=said, infos="")).kind == "Cancel"
    with pytest.raises(CapError, match="names no alert"):
        read(alert(kind="Update"))


def test_times_have_an_offset_and_mean_one_moment() -> None:
    for text in ("2026-11-23T00:15:00-00:00", "2026-11-22T19:15:00-05:00"):
        assert read(alert(sent=text)).name.sent == parse("2026-11-23T00:15:00Z")
    for text in ("2026-11-23T00:15:00Z", "2026-02-30T00:15:00+00:00", "yesterday", "2026-11-23"):
        with pytest.raises(CapError, match="sent"):
            read(alert(sent=text))


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        (b"", "well-formed"),
        (b"<alert>", "well-formed"),
        (b"<alert/>", "no <alert> of CAP 1.2"),
        (alert().replace(b"cap:1.2", b"cap:1.1"), "no <alert> of CAP 1.2"),
        (b'<?xml version="1.0" encoding="no-such"?><alert/>', "well-formed"),
        (b'<!DOCTYPE alert [<!ENTITY a "aaaa">]>' + alert(), "document type"),
        (b'<!DOCTYPE alert SYSTEM "file:///etc/passwd">' + alert(), "document type"),
        (b" " * (MOST_BYTES + 1), "KiB"),
        (alert(status="Test"), "technical test"),
        (alert(status="Draft"), "draft"),
        (alert(kind="Ack"), "acknowledges"),
        (alert(kind="Explode"), "msgType"),
        (alert(status="Real"), "status"),
        (alert(infos=""), "no <info>"),
        (alert(infos=info(severity="Huge")), "severity"),
        (alert(infos=info(event="")), "<event> is missing"),
        (alert(infos=info(event="e" * 201)), "201 characters"),
        (alert(infos=info() * 21), "21 <info>"),
        (alert(identifier="a b"), "forbids"),
        (alert(identifier="a,b"), "forbids"),
        (alert(references="a,b"), "sender,identifier,sent"),
        (alert(infos=info(shapes="<circle>30,120</circle>")), "circle"),
        (alert(infos=info(shapes="<circle>30,120 -5</circle>")), "radius"),
        (alert(infos=info(shapes="<circle>30,120 1e9</circle>")), "circle"),
        (alert(infos=info(shapes="<polygon>30,120 31,121 30,120</polygon>")), "four points"),
        (alert(infos=info(shapes="<polygon>nan,120 31,121 30,122 nan,120</polygon>")), "no position"),
        (alert(infos=info(shapes="<polygon>120,30 121,31 120,32 120,30</polygon>")), "latitude"),
        (alert(infos=info(shapes="<polygon>" + "30,120 " * 10_001 + "</polygon>")), "corners"),
    ],
)  # fmt: skip
def test_what_is_no_alert_for_us_is_refused_with_a_sentence(document: bytes, sentence: str) -> None:
    with pytest.raises(CapError, match=sentence):
        read(document)


def test_a_radius_of_0_is_no_area_and_an_alert_without_one_is_still_an_alert() -> None:
    assert read(alert(infos=info(shapes="<circle>30,120 0</circle>"))).shapes == ()
    assert read(alert(infos=info(shapes=""))).shapes == ()


@given(st.binary(max_size=300), st.integers(0, 2000))
def test_whatever_is_put_into_an_alert_it_is_read_or_refused(noise: bytes, place: int) -> None:
    document = alert()
    place = min(place, len(document))
    for hostile in (document[:place] + noise + document[place:], document[:place] + noise, noise):
        with suppress(CapError):
            read(hostile)


def test_text_that_looks_like_markup_stays_text() -> None:
    found = read(alert(infos=info(headline="&lt;script&gt;alert(1)&lt;/script&gt;")))
    assert found.words[0].headline == "<script>alert(1)</script>"
    assert AREA in found.words[0].area
