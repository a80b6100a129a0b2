import pytest

from wire.strict import bracketed, element_data, link, scan

GTIN = "09501101530003"
SSCC = "106141412345678908"
HOST = "https://example.org"
GS = "\x1d"


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        (f"^01{GTIN}", 0),
        (f"^01{GTIN}^", 0),
        (f"^01{GTIN}^17271231^10A^", 0),
        (f"^01{GTIN}1727123110A^21B", 0),
        (f"01{GTIN}", 1),
        ("", 1),
        ("^", 1),
        (f"^^01{GTIN}", 1),
        (f"^01{GTIN}^^10A", 1),
        (f"^01{GTIN}10A^^", 1),
        (f"^01{GTIN}10A{GS}21B", 1),
        ("^8912", 1),
        ("^9", 1),
        ("^310", 1),
        ("^3106000125", 1),
        ("^010950110153000^10A", 1),
    ],
)
def test_element_data_has_fnc1_in_front_and_between(text, faults):
    assert len(element_data(text).faults) == faults


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"(01){GTIN}(10)A", f"^01{GTIN}10A"),
        (f"(10)A(01){GTIN}", f"^10A^01{GTIN}"),
        ("(10)A\\(B)", "^10A(B)"),
        ("(10)\\(", "^10("),
        ("(10))", "^10)"),
        ("(3103)000125(3922)0299(17)271231", "^31030001253922" + "0299^17271231"),
    ],
)
def test_ais_in_brackets_are_put_as_a_barcode_holds_them(text, message):
    found = bracketed(text)
    assert (found.message, found.faults) == (message, ())


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "(",
            "()",
            "(1)A",
            "(10",
            "(10)",
            "(10)(21)A",
            "(10)A(",
            "(10)A(2",
            "(10)A(21)",
            "10A",
            "x(10)A",
            "(89)A",
        ),
        *("(AB)C", "(10)A^B", f"(10)A{GS}B", "(10)A\\B", "(10)A\\\\(B", "(00)123", "(10 )A", "(99999)A", "(١٠)A"),
    ],
)
def test_what_is_no_row_of_ais_in_brackets_is_refused(text):
    assert bracketed(text).faults


LINKS = [
    (f"/01/{GTIN}", f"^01{GTIN}"),
    (f"/01/{GTIN}/22/V/10/L/21/S", f"^01{GTIN}22V^10L^21S"),
    (f"/01/{GTIN}/22/V/21/S", f"^01{GTIN}22V^21S"),
    (f"/01/{GTIN}/235/T", f"^01{GTIN}235T"),
    (f"/01/{GTIN}/235/T?10=L", f"^01{GTIN}235T^10L"),
    (f"/01/{GTIN}?17=271231&3103=000125", f"^01{GTIN}17271231" + "3103000125"),
    (f"/a/b/c/01/{GTIN}", f"^01{GTIN}"),
    (f"/00/{SSCC}/01/{GTIN}", f"^01{GTIN}"),
    (f"/00/{SSCC}?02={GTIN}&37=4", f"^00{SSCC}02{GTIN}374"),
    ("/414/9501101530003/254/GATE", "^4149501101530003254GATE"),
    ("/414/9501101530003/7040/1ABC", "^41495011015300037040" + "1ABC"),
    ("/417/9501101530003/7040/1ABC", "^41795011015300037040" + "1ABC"),
    ("/415/9501101530003/8020/REF", "^41595011015300038020REF"),
    ("/8004/9501ASSET/7040/1ABC", "^80049501ASSET^7040" + "1ABC"),
    ("/8010/9501A%23/8011/12", "^80109501A#^801112"),
    ("/8018/950110153000000007/8019/3", "^8018950110153000000007^80193"),
    ("/8006/095011015300030102/10/L", "^8006095011015300030102^10L"),
    (f"/01/{GTIN}/10/A%2FB", f"^01{GTIN}10A/B"),
    (f"/01/{GTIN}/10/A+B", f"^01{GTIN}10A+B"),
    (f"/01/{GTIN}?99=A%2BB", f"^01{GTIN}99A+B"),
    (f"/01/{GTIN}?99=A%", f"^01{GTIN}99A%"),
    (f"/01/{GTIN}?", f"^01{GTIN}"),
    (f"/01/{GTIN}?linkType=gs1:pip&lang=de&99=A", f"^01{GTIN}99A"),
    (f"/01/{GTIN}?17&99=A#?10=B", f"^01{GTIN}99A"),
    (f"/01/{GTIN}#/10/A", f"^01{GTIN}"),
]


@pytest.mark.parametrize(("path", "message"), LINKS)
def test_a_digital_link_says_what_its_elements_are(path, message):
    found = link(HOST + path)
    assert (found.message, found.faults) == (message, ())


@pytest.mark.parametrize("host", ["a", "A.b-c.example", "192.0.2.1", "192.0.2.1:80", "[2001:db8::1]:8443", "a:65535"])
@pytest.mark.parametrize("scheme", ["http://", "https://", "HTTP://", "HTTPS://"])
def test_hosts_of_every_form_are_hosts(scheme, host):
    assert link(f"{scheme}{host}/01/{GTIN}").faults == ()


@pytest.mark.parametrize(
    "uri",
    [
        *("", "http://", f"{HOST}", f"{HOST}/", f"{HOST}/x/y", f"ftp://a/01/{GTIN}", f"hTTps://a/01/{GTIN}"),
        *(f"https:///01/{GTIN}", f"https://a:/01/{GTIN}", f"https://a:65536/01/{GTIN}", f"https://a b/01/{GTIN}"),
        *(f"https://[::1/01/{GTIN}", f"https://me@a/01/{GTIN}", f"https://a?/01/{GTIN}", f"a/01/{GTIN}"),
        *(f"{HOST}/01/{GTIN}/", f"{HOST}/01/{GTIN}/10", f"{HOST}/01/{GTIN}/10/", f"{HOST}//01//{GTIN}"),
        *(f"{HOST}/gtin/{GTIN}", f"{HOST}/1/{GTIN}", f"{HOST}/01/{GTIN[:-1]}4", f"{HOST}/10/L"),
        *(f"{HOST}/01/{GTIN}/21/S/10/L", f"{HOST}/01/{GTIN}/22/V/235/T", f"{HOST}/01/{GTIN}/10/A/10/B"),
        *(f"{HOST}/01/{GTIN}/17/271231", f"{HOST}/01/{GTIN}/x/y", f"{HOST}/00/{SSCC}/10/L"),
        *(f"{HOST}/01/{GTIN}?10=L", f"{HOST}/01/{GTIN}/10/L?22=V", f"{HOST}/414/9501101530003?254=G"),
        *(f"{HOST}/00/{SSCC}?21=S", f"{HOST}/00/{SSCC}?8200=x", f"{HOST}/01/{GTIN}?03={GTIN}"),
        *(f"{HOST}/00/{SSCC}?7041=PX", f"{HOST}/01/{GTIN}?8020=REF", f"{HOST}/01/{GTIN}?8040=490154203237518"),
        *(f"{HOST}/01/{GTIN}?8042={'8' * 32}", f"{HOST}/01/{GTIN}?8043={'8' * 18}", f"{HOST}/01/{GTIN}?7040=1ABC"),
        *(f"{HOST}/01/{GTIN}?99=", f"{HOST}/01/{GTIN}?999=A", f"{HOST}/01/{GTIN}?9=A", f"{HOST}/01/{GTIN}?01={GTIN}"),
        *(f"{HOST}/01/{GTIN}?99=A&99=A", f"{HOST}/01/{GTIN}?99=A+B", f"{HOST}/01/{GTIN}?99=A%20B"),
        *(f"{HOST}/01/{GTIN}?99=A%00", f"{HOST}/01/{GTIN}%00", f"{HOST}/01/{GTIN}?17=271331", f"{HOST}/01/{GTIN}?99=é"),
        *(
            f"{HOST}/01/{GTIN}{{",
            f"{HOST}/01/{GTIN}|",
            f"{HOST}/01/{GTIN}\\",
            f"{HOST}/01/{GTIN}\n",
            f" {HOST}/01/{GTIN}",
        ),
    ],
)
def test_what_is_no_digital_link_to_the_letter_is_refused(uri):
    assert link(uri).faults


@pytest.mark.parametrize("short", ["9501101530003", "036000291452", "96385074"])
def test_a_short_gtin_was_allowed_by_the_first_releases_only(short):
    for uri in (f"{HOST}/01/{short}", f"{HOST}/8004/9501A?01={short}"):
        assert link(uri).faults
        assert link(uri, short_gtins=True).message.endswith(f"01{short.zfill(14)}")
        assert link(uri, short_gtins=True).faults == ()
    assert link(f"{HOST}/01/9501101530004", short_gtins=True).faults


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"]C101{GTIN}10A{GS}21B", f"^01{GTIN}10A^21B"),
        (f"]d201{GTIN}", f"^01{GTIN}"),
        (f"]Q301{GTIN}", f"^01{GTIN}"),
        (f"]J101{GTIN}", f"^01{GTIN}"),
        (f"]e001{GTIN}10A{GS}99B", f"^01{GTIN}10A^99B"),
        ("]E09501101530003", "9501101530003"),
        ("]E496385074", "96385074"),
        ("]I109501101530003", "09501101530003"),
        (f"]E496385074|]e010A{GS}99B", "96385074|^10A^99B"),
        ("]Q1", ""),
        ("]J0text", "text"),
        ("]d1^", "\\^"),
        ("]Q1\\\\^x", "\\\\\\^x"),
        ("]Q1\\x", "\\x"),
        ("]Q1a^b", "a^b"),
        ("]Q101", "01"),
        (f"]d1{HOST}/01/{GTIN}", f"{HOST}/01/{GTIN}"),
        (f"]J0HTTP://A/01/{GTIN}?99=X", f"HTTP://A/01/{GTIN}?99=X"),
    ],
)
def test_a_scan_says_what_the_barcode_holds(text, message):
    found = scan(text)
    assert (found.message, found.faults) == (message, ())


@pytest.mark.parametrize(
    "text",
    [
        *("", "]", "]Q", "]X0abc", "text", f"01{GTIN}", "]C0abc", "]A0abc", "]C1", "]d2", "]Q3", "]e0", "]J1"),
        *(f"]C1^01{GTIN}", f"]C1{GS}01{GTIN}", f"]C101{GTIN}10A^21B", "]C101" + GTIN[:-1] + "4", "]d2https://a/01/x"),
        *(
            "]E0950110153000",
            "]E095011015300030",
            "]E0950110153000A",
            "]E09501101530004",
            "]E0",
            "]E49638507",
            "]E4963850744",
        ),
        *("]E096385074", "]E49501101530003", "]E496385075", "]I19501101530003", "]E0٩501101530003"),
        *("]E09501101530003|", "]E09501101530003|]e0", "]E09501101530003|]e110A", "]E09501101530003|10A"),
        *("]E09501101530003|]e010", "]E09501101530003|]e0^10A", "]Q1https://a/", "]Q1http://a/b/c", "]Q1HTTPS://"),
    ],
)
def test_a_scan_that_does_not_follow_the_standards_is_refused(text):
    assert scan(text).faults


HOSTILE = [
    "\x00",
    "<script>",
    "'; DROP TABLE",
    "\u202e",
    "\ud800",
    "x" * 4096,
    "]" * 9,
    "(" * 99,
    "%" * 99,
    "^" * 99,
    "\\" * 99,
]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize(
    "front", ["", "^", "^10", "(10)", "]C1", "]C110", "]Q1", "]E0", f"{HOST}/01/", f"{HOST}/01/{GTIN}/10/"]
)
def test_no_text_is_too_hostile_for_the_strict_door(front, text):
    for door in (element_data, bracketed, link, scan):
        assert len(door(front + text).message) <= len(front + text) + 3
