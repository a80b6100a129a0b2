"""A real hub, a real broker, a real agent: commands and configurations from the command line to the device and back."""

import json
import sqlite3
from contextlib import closing

import pytest

from edge import desired
from tests.support.edge_agent import AgentProcess
from tests.support.edge_ports import until
from tests.support.hub_process import HubProcess, cli, cli_json

DEVICE = "wh1-scanner-1"
PATIENCE_S = 60.0


class Stack:
    """A hub's folder, and a device's."""

    def __init__(self, folder):
        self.hub, self.folder = folder / "hub", folder / "device"
        self.folder.mkdir()
        self.config = self.folder / "edge.toml"

    def let_in(self, port):
        password = cli_json("device", "add", DEVICE, "--renew", data=self.hub)["password"]
        self.config.write_text(
            f'[device]\nname = "{DEVICE}"\nkind = "scanner"\ndata = "data"\n[hub]\nhost = "127.0.0.1"\nport = {port}\n'
            f'password = "{password}"\n[[scanner]]\nport = "none"\n[desired]\ntrial_s = 5\n'
        )
        self.config.chmod(0o600)

    def command(self, *words):
        done = cli("device", "command", DEVICE, *words, "--wait", "30", "--json", data=self.hub)
        assert done.stdout, done.stderr
        return json.loads(done.stdout)

    def configure(self, text):
        wished = self.folder / "wished.toml"
        wished.write_text(text)
        done = cli("device", "configure", DEVICE, wished, data=self.hub)
        assert done.returncode == 0, done.stderr
        found = until(self._answered, "the device's report", PATIENCE_S)
        return found["state"], found["detail"]

    def _answered(self):
        found = cli_json("device", "configuration", DEVICE, data=self.hub)
        return found if found["state"] != "waiting" else None

    def messages(self):
        with closing(sqlite3.connect(f"file:{self.folder}/data/outbox.db?mode=ro", uri=True)) as db:
            return [row[0] for row in db.execute("SELECT text FROM messages ORDER BY no")]

    def wished(self):
        """What the device keeps of the hub's wishes: nothing before the first, whichever test comes first here."""
        return desired.read(self.folder / "data" / desired.NAME).settings

    def status(self):
        return json.loads((self.folder / "data" / "status.json").read_text())


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    made = Stack(tmp_path_factory.mktemp("orders"))
    with HubProcess(made.hub) as hub:
        cli_json("device", "add", DEVICE, data=made.hub)
        made.let_in(hub.mqtt_port)
        with AgentProcess(made.config) as agent:
            agent.says("ready")
            made.agent = agent
            yield made


def test_a_message_reaches_the_person_at_the_device_and_the_hub_hears_so_from_the_device(stack):
    found = stack.command("message", "Truck 7 is late")
    assert found["state"] == "done"
    assert stack.messages()[-1] == "Truck 7 is late"
    until(lambda: [each["text"] for each in stack.status()["messages"]] == ["Truck 7 is late"], "the message in status")
    listed = cli("device", "commands", DEVICE, data=stack.hub).stdout
    assert "'Truck 7 is late'  done" in listed


def test_the_agent_starts_anew_as_the_same_process_and_says_so(stack):
    starts = len(stack.agent.named("ready"))
    found = stack.command("restart")
    assert (found["state"], found["detail"]) == ("done", "the agent started anew")
    until(lambda: len(stack.agent.named("ready")) == starts + 1, "the agent to say so in its log")
    assert stack.agent.process.poll() is None


def test_what_a_device_does_not_know_is_refused_and_the_command_line_says_so(stack):
    done = cli("device", "command", DEVICE, "fly", "--wait", "30", data=stack.hub)
    assert done.returncode == 1
    assert "refused: this version knows no command 'fly'" in done.stdout


def test_a_wished_configuration_is_tried_and_stays(stack):
    starts = len(stack.agent.named("starting"))
    assert stack.configure('[log]\nlevel = "debug"\n[[scanner]]\ndo = "load"\nto = "transit:truck-7"\n') == (
        "applied",
        "",
    )
    until(lambda: stack.status()["configuration"].endswith("applied"), "the configuration in status")
    until(lambda: len(stack.agent.named("starting")) > starts, "the agent to say that it starts anew")
    assert stack.agent.named("starting")[-1]["pid"] == stack.agent.pid


def test_a_configuration_that_the_device_cannot_use_is_refused_with_every_reason(stack):
    before = stack.wished()
    state, why = stack.configure('[log]\nlevel = "loud"\n[[scanner]]\ndo = "fly"\n')
    assert state == "refused"
    assert "[log] level:" in why
    assert "do: is 'fly'" in why
    assert stack.wished() == before


@pytest.mark.soak
def test_a_configuration_under_which_the_hub_does_not_answer_is_taken_back(stack):
    before = stack.wished()
    assert stack.configure("[hub]\nport = 9\n") == ("rolled-back", "the hub did not answer within 5 s")
    assert stack.wished() == before
    assert stack.command("message", "still here")["state"] == "done"


@pytest.mark.soak
def test_a_hub_that_was_restored_keeps_what_it_is_told_of_commands_it_never_heard_of(tmp_path):
    made = Stack(tmp_path)
    with HubProcess(made.hub) as hub:
        cli_json("device", "add", DEVICE, data=made.hub)
        made.let_in(hub.mqtt_port)
        port = hub.mqtt_port
        with AgentProcess(made.config) as agent:
            agent.says("ready")
            assert made.command("message", "before")["state"] == "done"
            assert cli("backup", tmp_path / "backup.db", data=made.hub).returncode == 0
            after = made.command("message", "after")
            hub.__exit__()
            assert cli("restore", tmp_path / "backup.db", data=made.hub).returncode == 0
            with HubProcess(made.hub, "--mqtt-port", str(port)):

                def told():
                    with closing(sqlite3.connect(f"file:{made.hub}/hub.db?mode=ro", uri=True)) as db:
                        query = "SELECT state FROM outcome WHERE command = ?"
                        return {row[0] for row in db.execute(query, (after["id"],))} == {"accepted", "done"}

                until(told, "the device's word on a command that this hub does not know", PATIENCE_S)
                rows = cli_json("device", "commands", DEVICE, data=made.hub)
                assert [row["state"] for row in rows] == ["done"]
                assert made.command("message", "again")["state"] == "done"
                assert made.messages() == ["before", "after", "again"]
                assert cli("audit", data=made.hub).returncode == 0
