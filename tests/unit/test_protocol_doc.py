import ast
import re

import msgspec
import pytest

from docs import generate_protocol
from docs.protocol_source import examples, fields, tables
from wire import codec, items, messages
from wire.messages import AnyItem


@pytest.fixture(scope="module")
def page():
    return generate_protocol.TARGET.read_text(encoding="utf-8")


def test_the_protocol_page_says_what_the_code_does(page):
    assert page == generate_protocol.document(), "run python docs/generate_protocol.py"


def test_check_finds_a_page_that_differs(tmp_path, monkeypatch, capsys):
    other = tmp_path / "protocol.md"
    monkeypatch.setattr(generate_protocol, "TARGET", other)
    assert generate_protocol.main(["--check"]) == 1
    assert not other.exists()
    assert generate_protocol.main([]) == 0
    assert generate_protocol.main(["--check"]) == 0
    other.write_text("older", encoding="utf-8")
    assert generate_protocol.main(["--check"]) == 1
    assert "differs" in capsys.readouterr().err


def test_every_message_and_item_has_its_section(page):
    structs = {
        kind
        for module in (items, messages)
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct) and kind.__module__ == module.__name__
    } - {items.Item, messages.BatchHead, messages.RawBatch}
    assert {kind.__name__ for kind in structs} == set(re.findall(r"^### (\w+)$", page, re.MULTILINE))


def test_no_field_is_described_that_does_not_exist():
    for name, described in fields.MEANINGS.items():
        assert set(described) <= set(getattr(messages, name).__struct_encode_fields__)


@pytest.mark.parametrize("example", [*examples.MESSAGES, *examples.ITEMS], ids=lambda one: type(one).__name__)
def test_every_example_is_on_the_page_and_is_read_by_the_codec(page, example):
    data = tables.encoded(example)
    assert f"```json\n{data.decode()}\n```" in page
    decoders = [codec.decode_up, codec.decode_down, codec.decode_status, codec.decode_presence, codec.decode_now]
    decoders.append(codec.decode_order)
    kinds = {
        messages.Hello: 0,
        messages.Batch: 0,
        messages.Welcome: 1,
        messages.Receipt: 1,
        messages.Status: 2,
        messages.Presence: 3,
        messages.Now: 4,
        messages.Command: 5,
        messages.Desired: 5,
        messages.Known: 5,
    }
    decode = codec.decode_item if isinstance(example, AnyItem) else decoders[kinds[type(example)]]
    assert decode(data) == example


def test_the_example_client_is_the_only_python_on_the_page_and_compiles(page):
    blocks = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert len(blocks) == 1
    assert f"{generate_protocol.MARKER}\n\n```python\n{blocks[0]}```" in page
    compile(blocks[0], "client.py", "exec")


def test_the_example_client_imports_nothing_of_ours(page):
    code = page.split(generate_protocol.MARKER)[1].split("```python\n")[1].split("```")[0]
    imported = {
        (node.module if isinstance(node, ast.ImportFrom) else node.names[0].name).partition(".")[0]
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert not imported & {"wire", "edge", "hub", "firmware_sim"}
    assert len(code.splitlines()) < 50


def test_no_placeholder_is_left_on_the_page(page):
    assert not re.search(r"\{[A-Z_]+\}", page)
