"""The running agent's side of renewal: it starts a process when it is time, and says what came of it."""

import errno
import shutil
import subprocess
import threading

import pytest

from edge.core.renewing import HOLD_MS
from edge.identity import IdentityError
from edge.renewal_watch import KEEP_EVERY_MS, RenewalWatch
from edge.trust import EXPIRED
from tests.support.authority import Authority
from tests.support.edge_agent import closed_port
from tests.support.edge_ports import Events, until


class Uplink:
    """What the hub said."""

    refusal = ""
    flowing = True
    hub_ms = staticmethod(lambda: None)

    def says(self, now_ms, clock):
        """Its time goes on with the device's uptime."""
        offset = now_ms - clock.now
        self.hub_ms = lambda: clock.now + offset


class Uptime:
    """Stands still until it is moved."""

    now = 0

    def up_ms(self):
        return self.now


def watch_over(tmp_path, **dates):
    """A watch over an identity whose hub cannot be reached, with all that it looks at."""
    data = tmp_path / "data"
    identity = Authority().identity(data / "identity", port=closed_port(), **dates)
    config = tmp_path / "edge.toml"
    config.write_text('[device]\ndata = "data"\n[hub]\nidentity = "identity"\n')
    uplink, clock, log = Uplink(), Uptime(), Events()
    return RenewalWatch(config, data / "identity", uplink, clock, log), identity, uplink, clock, log


def test_a_renewal_that_comes_to_nothing_is_said_and_tried_again_later(tmp_path):
    before = set(threading.enumerate())
    watch, identity, uplink, clock, log = watch_over(tmp_path)
    watch.tick()
    assert not log.lines, "it is not due"
    uplink.says(identity.membership.expires - 10_000_000, clock)
    watch.tick()
    assert not log.lines, "the hub's word has not held yet"
    clock.now += HOLD_MS
    until(lambda: watch.tick() or log.named("not-renewed"), "the renewal to fail", 60)
    assert "cannot reach the hub" in watch.status().problem
    assert watch.status().failures == 1
    watch.tick()
    assert len(log.named("renewal-started")) == 1, "it waits before the next try"
    clock.now += 3_600_000
    watch.tick()
    assert len(log.named("renewal-started")) == 2
    watch.stop()
    assert set(threading.enumerate()) <= before, "it leaves no thread behind"
    assert identity.certificate.exists()


def test_a_renewal_is_tried_at_once_when_the_hub_or_a_person_asks_for_it(tmp_path):
    watch, _, uplink, _, log = watch_over(tmp_path)
    uplink.refusal = EXPIRED
    watch.tick()
    watch.stop()
    uplink.refusal = ""
    watch.tick()
    watch.ask()
    watch.tick()
    watch.stop()
    assert len(log.named("renewal-started")) == 2


def test_whoever_commands_a_renewal_hears_what_came_of_it(tmp_path):
    watch, _, _, _, _ = watch_over(tmp_path)
    heard = []

    def ask():
        try:
            watch.renew_now()
        except IdentityError as error:
            heard.append(str(error))

    for end in (watch.tick, watch.stop):
        asking = threading.Thread(target=ask)
        asking.start()
        until(lambda end=end, asking=asking: end() or not asking.is_alive(), "an answer", 60)
        asking.join()
    assert "cannot reach the hub" in heard[0]
    assert "was stopped" in heard[1]


def test_what_the_hub_said_is_kept_once_a_day(tmp_path):
    watch, identity, uplink, clock, _ = watch_over(tmp_path)
    begun = identity.trusted_ms()
    uplink.says(begun, clock)
    kept = set()
    for _ in range(100):
        watch.tick()
        kept.add(identity.trusted_ms())
        clock.now += HOLD_MS
    assert sorted(kept) == [begun + day * KEEP_EVERY_MS for day in range(5)]


def test_a_hub_whose_clock_is_wrong_for_a_moment_moves_nothing(tmp_path):
    watch, identity, uplink, clock, log = watch_over(tmp_path)
    begun = identity.trusted_ms()
    for offset in (0, 400 * KEEP_EVERY_MS, 0, -400 * KEEP_EVERY_MS):
        uplink.says(begun + clock.now + offset, clock)
        watch.tick()
        clock.now += HOLD_MS - 1
        watch.tick()
    assert identity.trusted_ms() == begun
    assert not log.lines


def test_a_machine_that_can_start_no_process_goes_on_with_the_old_certificate(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise OSError(errno.ENOMEM, "Cannot allocate memory")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    watch, _, uplink, _, log = watch_over(tmp_path)
    uplink.refusal = EXPIRED
    watch.tick()
    watch.tick()
    assert "Cannot allocate memory" in watch.status().problem
    assert len(log.named("not-renewed")) == 1


def test_an_identity_that_is_gone_is_said_once(tmp_path):
    watch, identity, _, _, log = watch_over(tmp_path)
    shutil.rmtree(identity.folder)
    for _ in range(3):
        watch.tick()
    assert len(log.named("identity-unusable")) == 1


def test_a_renewal_that_is_commanded_while_the_agent_stops_keeps_it_from_nothing(tmp_path):
    watch, _, _, _, _ = watch_over(tmp_path)
    watch.stop()
    with pytest.raises(IdentityError, match="was stopped"):
        watch.renew_now()
