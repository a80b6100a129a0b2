"""Records of site data, as both sides read them."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.messages import of
from wire import sitedata
from wire.errors import DecodeError
from wire.sitedata import BODIES, Article, Kind, Record, SiteData

PAGE = SiteData(generation="0123456789abcdef", version=7, reset=True, more=False, records=())


@settings(deadline=None, max_examples=40)
@given(st.sampled_from(list(Kind)).flatmap(lambda kind: st.tuples(st.just(kind), of(BODIES[kind]))))
def test_every_record_is_read_back(case):
    kind, body = case
    assert sitedata.decode_record(kind, sitedata.encode_body(body)) == body


def test_a_kind_of_a_newer_hub_is_passed_over_and_a_new_field_too():
    assert sitedata.decode_record("weather", b'{"rain":true}') is None
    told = sitedata.decode_record("article", b'{"gtin":"09501101530003","name":"Tent","colour":"blue"}')
    assert told == Article(gtin="09501101530003", name="Tent")


@pytest.mark.parametrize(
    "body", [b"", b"nothing", b'{"gtin":"1","name":"x"}', b"[" * 100_000, b'{"gtin":"09501101530003","name":"\xff"}']
)
def test_a_body_that_is_no_record_is_refused_with_one_error(body):
    with pytest.raises(DecodeError):
        sitedata.decode_record("article", body)
    with pytest.raises(DecodeError):
        sitedata.decode_page(body)


def test_a_page_tells_what_is_gone_from_what_is_there():
    records = tuple(
        Record(kind="bin", key=key, body=msgspec.Raw(body)) for key, body in (("a", b"null"), ("b", b'{"code":"b"}'))
    )
    page = sitedata.decode_page(msgspec.json.encode(msgspec.structs.replace(PAGE, records=records)))
    assert [record.gone for record in page.records] == [True, False]
    assert sitedata.decode_record("bin", bytes(page.records[1].body)) == sitedata.Bin(code="b")


@given(st.lists(st.text("a|%b", max_size=4), min_size=10, max_size=10))
def test_different_stock_never_has_the_same_key(parts):
    one, other = parts[:5], parts[5:]
    assert (sitedata.standing_key(*one) == sitedata.standing_key(*other)) == (one == other)


def test_an_items_key_and_its_short_form_say_the_same():
    for item in ("gtin:09501101530003", "text:tarpaulin"):
        assert sitedata.item_of(sitedata.goods_of(item)) == item
