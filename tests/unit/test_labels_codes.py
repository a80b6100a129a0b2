import pytest

from wire.codes import GOODS, NAMED, PARCEL, PERSON, PLACE, TASK, Code, check_digits, printed, read, typed, write

VALUES = [
    (PARCEL, "P-000123"),
    (PLACE, "wh-1/a01"),
    (PERSON, "9f3ac0"),
    (GOODS, "BLANKET-RED"),
    (TASK, "delivery:D1"),
]


@pytest.mark.parametrize(("name", "value"), [*VALUES, ("DO", "load"), ("FROM", "place:wh-1/a 物"), ("UNDO", None)])
@pytest.mark.parametrize("identifier", ["", "]C0", "]Q1"])
def test_what_is_written_is_read_back_in_any_symbology(name, value, identifier):
    assert read(identifier + write(name, value)) == Code(name, value)


@pytest.mark.parametrize(("name", "value"), VALUES)
def test_what_is_printed_can_be_typed_and_scanned(name, value):
    line = printed(name, value)
    assert typed(line) == typed(line.removeprefix("RR:")) == typed(f" {line} ") == read(line) == Code(name, value)
    assert Code(name, value).text == line.rpartition("*")[0]


@pytest.mark.parametrize(("name", "value"), VALUES)
def test_every_single_wrong_character_and_every_swap_of_neighbours_is_found(name, value):
    digits = check_digits(name, value)
    for at in range(len(value)):
        for other in "0123456789ABCXYZabcxyz./:_-":
            wrong = value[:at] + other + value[at + 1 :]
            assert wrong == value or check_digits(name, wrong) != digits
        swapped = value[:at] + value[at + 1 : at + 2] + value[at] + value[at + 2 :]
        assert swapped == value or check_digits(name, swapped) != digits
    assert all(check_digits(other, value) != digits for other in NAMED if other != name)


def test_a_code_typed_without_its_check_digits_is_refused_with_what_to_do():
    code = typed("RR:G:BLANKET")
    assert code is not None
    assert "two check digits" in code.fault


def test_wrong_check_digits_are_said_however_they_come():
    for code in (typed("G:BLANKET*00"), read("RR:G:BLANKET*00")):
        assert code is not None
        assert "do not fit G:BLANKET" in code.fault


@pytest.mark.parametrize(
    "text", ["RR:G:", "RR:G", "RR:P:a b", "RR:B:'; DROP", "RR:L:物", "RR:T:" + "x" * 81, "RR:G:*45"]
)
def test_a_value_that_no_card_of_ours_has_is_a_fault(text):
    code = read(text)
    assert code is not None
    assert "1 to 80 letters" in code.fault
    with pytest.raises(ValueError, match="1 to 80 letters"):
        write(code.name, code.value)


@pytest.mark.parametrize("text", ["RR:", "RR:do:load", "RR:\x00", "RR:DO:" + "x" * 201])
def test_a_command_that_cannot_be_one_is_a_fault(text):
    code = read(text)
    assert code is not None
    assert code.is_command
    assert code.fault


@pytest.mark.parametrize("text", ["", "RR", "rr:G:A", "BLANKET", "]C1RR", "N:4", "xRR:G:A", "G", "]C10109501101530003"])
def test_what_is_not_of_ours_is_nobodys(text):
    assert read(text) is None
    assert typed(text) is None


def test_a_command_is_typed_as_it_stands():
    assert typed("RR:UNDO") == Code("UNDO")
    assert typed("RR:N:40") == Code("N", "40")
