import pytest
from biip.gs1_application_identifiers import GS1ApplicationIdentifier
from biip.gs1_messages import GS1Message

from tests.support.gs1_samples import SOUND
from wire.ai_entries import ENTRIES
from wire.ai_table import LINKED, NO_ATTRIBUTE
from wire.elements import GS, message
from wire.strict import bracketed, element_data, scan

GTIN = "09501101530003"
BACKSLASH = chr(92)


def faults(ai, value):
    return element_data(f"^{ai}{value}").faults


def test_every_format_of_the_table_has_a_sample():
    seen = {id(ENTRIES[ai].shape) for ai in SOUND}
    assert [ai for ai, entry in ENTRIES.items() if id(entry.shape) not in seen] == []


def test_the_table_has_every_identifier_and_no_other():
    assert len(ENTRIES) == 541
    for ai in (
        "04",
        "14",
        "18",
        "19",
        "23",
        "236",
        "3106",
        "3136",
        "3170",
        "3960",
        "418",
        "4327",
        "718",
        "7012",
        "8015",
    ):
        assert ai not in ENTRIES
    assert not any(other != ai and other.startswith(ai) for ai in ENTRIES for other in ENTRIES)
    assert LINKED.keys() <= ENTRIES.keys()
    assert ENTRIES.keys() >= NO_ATTRIBUTE


@pytest.mark.parametrize(("ai", "value"), SOUND.items())
def test_a_sound_value_is_sound_in_every_writing(ai, value):
    assert element_data(f"^{ai}{value}").elements == ((ai, value),)
    found = bracketed(f"(97)A({ai}){value.replace('(', BACKSLASH + '(')}(96)B")
    separator = "" if ENTRIES[ai].fixed else "^"
    assert found == (f"^97A^{ai}{value}{separator}96B", (("97", "A"), (ai, value), ("96", "B")), ())
    scanned = scan(f"]C1{ai}{value}{GS}96B")
    assert (scanned.elements, scanned.faults) == (((ai, value), ("96", "B")), ())


@pytest.mark.parametrize(("ai", "value"), SOUND.items())
def test_a_value_with_a_strange_character_or_none_at_all_is_refused(ai, value):
    assert faults(ai, value[:-1] + "~")
    assert faults(ai, value[:-1] + "\u0661")
    assert faults(ai, "")
    assert faults(ai, value + "x" * (ENTRIES[ai].shape.longest + 1 - len(value)))


@pytest.mark.parametrize(("ai", "value"), [(ai, value) for ai, value in SOUND.items() if ai != "7007"])
def test_biip_takes_the_sound_values_too(ai, value):
    assert GS1Message.parse(f"{ai}{value}").element_strings[0].value == value


def test_a_message_has_fnc1_only_where_it_is_needed():
    elements = (("10", "A"), ("01", GTIN), ("21", "B"), ("17", "271231"), ("3103", "000125"))
    assert message(elements) == f"^10A^01{GTIN}21B^172712313103000125"
    assert element_data(message(elements)).elements == elements


WRONG = [
    ("01", "09501101530004", "its check digit is 3"),
    ("8006", "095011015300040102", "its check digit is 3"),
    ("11", "261301", "is no date"),
    ("11", "260229", "is no date"),
    ("7006", "261200", "is no date"),
    ("7250", "20250229", "is no date"),
    ("7250", "20251301", "is no date"),
    ("7250", "20251200", "is no date"),
    ("7003", "2612312400", "is no hour"),
    ("7003", "2612312360", "more than 59"),
    ("8008", "26123124", "is no hour"),
    ("8008", "2612311260", "more than 59"),
    ("7007", "261201260231", "is no date"),
    ("7007", "26120126", "is of a form"),
    ("7011", "26123112", "is of a form"),
    ("401", "950X", "company prefix"),
    ("401", "950", "company prefix"),
    ("8004", "ABC", "company prefix"),
    ("8010", "950", "company prefix"),
    ("8010", "9501a", "is of a form"),
    ("8013", "1987654Ad4X4bL5ttr2310c2J", "its check characters are 2K"),
    ("8013", "A", "too short"),
    ("8013", "2K", "too short"),
    ("8003", "19501101530003", "is not zero"),
    ("422", "999", "country"),
    ("7030", "998X", "country"),
    ("7030", "999", "has 3 characters, not 4 to 30"),
    ("423", "156998", "country"),
    ("423", "1562", "is of a form"),
    ("421", "998X", "country"),
    ("4307", "XX", "country"),
    ("4307", "ch", "country"),
    ("3912", "0001", "currency"),
    ("8007", "CH9300762011623852958", "check digits"),
    ("8007", "XX9300762011623852957", "country"),
    ("8007", "CH93", "no bank account"),
    ("8007", "ch9300762011623852957", "no bank account"),
    ("4309", "18000000010000000000", "latitude"),
    ("4309", "00000000003600000001", "longitude"),
    ("4300", "A%2", "%"),
    ("4300", "A%GG", "%"),
    ("8006", "095011015300030001", "piece"),
    ("8006", "095011015300030302", "piece"),
    ("8026", "095011015300030100", "piece"),
    ("7258", "0/3", "position"),
    ("7258", "4/3", "position"),
    ("7258", "1/0", "position"),
    ("7258", "111", "position"),
    ("8001", "00001234512398", "is zero"),
    ("8001", "12340000012398", "is zero"),
    ("8001", "12341234500098", "is zero"),
    ("8001", "12341234512328", "winding"),
    ("4321", "2", "neither 0 nor 1"),
    ("8011", "01", "begins with a zero"),
    ("7252", "3", "5218"),
    ("7241", "11", "media"),
    ("7241", "00", "media"),
    ("7040", "1AB~", "characters"),
    ("7040", "1AB!", "importer"),
    ("7041", "QQQ", "package"),
    ("4331", "001800+", "minus"),
    ("8014", "12345" + "22", "check characters"),
    ("8030", "a===", "padded"),
    ("8030", "=", "padded"),
    ("8030", "a+b", "form"),
    ("8110", "10614141654321315011012", "ends within"),
    ("8110", "7061414165432131501101201", "company prefix"),
    ("8110", "106141416543216150110120", "not one of 12345"),
    ("8110", "1061414165432131501101200", "too much"),
    ("8110", "10614141654321315011012" + "A", "is not of digits"),
    ("8112", "201234561234560123456", "format"),
    ("8112", "0012345612345601234567", "too much"),
    ("8112", "00123456123456012345", "ends within"),
]


@pytest.mark.parametrize(("ai", "value", "fault"), WRONG)
def test_a_wrong_value_is_said_to_be_wrong_and_why(ai, value, fault):
    assert any(fault in sentence and f"(AI {ai})" in sentence for sentence in faults(ai, value)), faults(ai, value)


COUPON = "106141416543213150110120"


@pytest.mark.parametrize(
    "tail",
    [
        "",
        "1" + "0" + "11" + "0" + "123" + "9",
        "1" + "3" + "512345" + "9" + "123" + "0123456",
        "2" + "11" + "4" + "123" + "6123456789012",
        "3261231",
        "4260101",
        "32612314260101",
        "50123456",
        "59123456789012345",
        "61" + "1234567",
        "91211",
        "9" + "6" + "0" + "9" + "0",
        "1011" + "0" + "1239" + "2110" + "1239" + "3261231" + "4260101" + "50123456" + "90010",
    ],
)
def test_the_optional_fields_of_a_coupon_are_read(tail):
    value = COUPON + tail
    assert len(value) <= 70
    assert faults("8110", value) == ()


@pytest.mark.parametrize(
    ("tail", "fault"),
    [
        ("14", "additional purchase rules"),
        ("1011" + "5" + "123", "requirement code of the second purchase"),
        ("1011" + "0" + "123" + "7", "company prefix of the second purchase"),
        ("3260231", "expiry date"),
        ("3261200", "expiry date"),
        ("4261301", "start date"),
        ("32601014260102", "expires before it starts"),
        ("5012345", "serial number"),
        ("60123456", "retailer"),
        ("93", "save value code"),
        ("903", "save value is for"),
        ("9001", "do-not-multiply"),
        ("90002", "do-not-multiply"),
        ("0", "too much"),
        ("7", "too much"),
    ],
)
def test_a_wrong_optional_field_of_a_coupon_is_named(tail, fault):
    assert any(fault in sentence for sentence in faults("8110", COUPON + tail))


def test_biip_knows_the_same_identifiers_and_where_a_separator_is_needed():
    theirs = {}
    for ai in ENTRIES:
        theirs[ai] = GS1ApplicationIdentifier.extract(ai)
        assert theirs[ai].ai == ai
    assert {ai for ai, each in theirs.items() if not each.separator_required} == {
        ai for ai, entry in ENTRIES.items() if entry.fixed
    }
