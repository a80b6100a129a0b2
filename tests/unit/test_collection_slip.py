"""The slip in large print, as a telephone's camera sees it."""

import pytest
import zxingcpp
from PIL import Image

from hub import fonts
from paper.collection_slip import CollectionSlip, collection_slip

LINK = "https://relief.example.org/parcel?n=st-1.4F7K2P"


@pytest.mark.parametrize("link", [LINK, ""])
def test_a_slip_leads_to_where_its_parcel_is_where_the_hub_has_an_address(link):
    slip = CollectionSlip(
        language="zh", whom="王*芳", goods=("Rice × 2",), where="河口驿站", code="412 038 927",
        line="95279", number="st-1.4F7K2P", link=link,
    )  # fmt: skip
    page = collection_slip(slip, "a5", fonts.load(None))
    image = Image.frombytes("1", (page.width, page.height), bytes(255 - byte for byte in page.rows)).convert("L")
    assert [found.text for found in zxingcpp.read_barcodes(image)] == ([link] if link else [])
