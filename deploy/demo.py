"""`make demo`: a relief operation in an invented county, on this machine, with real programs and simulated devices.

Broker, hub and dashboard; three agents (a warehouse scanner with a label printer, a station terminal, a vehicle) on
simulated firmware. With --once it plays by itself for about a minute, kills what can be killed on the way, and checks
the result.
"""

import argparse
import json
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from deploy import faces
from deploy.caller import VAN, Caller, hurry, together
from deploy.link import Mode
from deploy.operation import AHEAD, DEVICES, Demo, say
from deploy.program import StackError, wait_for
from deploy.reckoning import Reckoning, journal_texts, reckon
from deploy.relief_thread import Relief, follow_relief, follow_ways, is_over
from deploy.thread import Thread, follow
from deploy.ways import Direct, Door
from deploy.you import CARDS, DEVICE, You, yours

LAST_S = 5.0
"""So long the scanning goes on after the last disaster."""
FIVE, TEN = range(5), range(5, 15)
TERMINAL = "st1-terminal-1"
CUT_OFF = (TERMINAL, DEVICE)
ALL_AT_ONCE = 12
"""More than a run of --once gets through."""


class Interrupted(Exception):  # noqa: N818 - a person's wish, no error
    """Somebody pressed Ctrl-C."""


def disasters(demo: Demo, caller: Caller, scanning: You) -> Iterator[tuple[float, Callable[[], None]]]:
    """What goes wrong when, in seconds; what is scanned meanwhile is kept, and the caller gets her parcel."""
    terminal = demo.pages[TERMINAL]

    def kill_broker() -> None:
        say("   kill -9: the broker; the hub starts it again")
        demo.hub.kill_broker()

    def cut() -> None:
        say("2  the network is cut, at the station and at your scanner; you scan ten")
        for name in CUT_OFF:
            demo.links[name].set(Mode.CUT)
        _scan(scanning, yours(TEN))
        faces.practise(terminal, demo.badge("jun"))

    def kill_hub() -> None:
        say("   kill -9: the hub; Jun types her code at the terminal's page, and she takes the parcel along")
        demo.hub.kill()
        faces.hand_over(terminal, demo.badge("jun"), caller.case)

    def restart_hub() -> None:
        say("   the hub is started again")
        demo.hub.start()

    def mend() -> None:
        say("   the network is back")
        for name in CUT_OFF:
            demo.links[name].set(Mode.OPEN)

    yield 0.0, kill_broker
    yield 4.0, cut
    yield 7.0, kill_hub
    yield 10.0, restart_hub
    yield 12.0, mend


def scan_first(demo: Demo, scanning: You) -> None:
    """Step 1: you scan, and the dashboard counts. Raises StackError."""
    say("1  you scan five, and the dashboard counts them")
    before = demo.hub.rest.get("/summary")["facts"]
    _scan(scanning, yours(FIVE))
    rest = demo.hub.rest
    wait_for("your five scans on the dashboard", lambda: journal_texts(rest, DEVICE).total() == len(FIVE))
    if demo.hub.rest.get("/summary")["facts"] < before + len(FIVE):
        raise StackError("the dashboard does not count your scans")


def _scan(scanning: You, labels: list[str]) -> None:
    saved = scanning.scan([*CARDS, *labels])
    if saved != len(labels):
        raise StackError(f"your scanner saved {saved} of {len(labels)} scans ({scanning.path})")


def play_once(demo: Demo) -> int:
    """Without a person: the story, disasters, then the reckoning as one JSON line on standard output."""
    demo.start(once=True, announced=ALL_AT_ONCE)
    scanning = demo.you()
    scan_first(demo, scanning)
    say("3  an old woman calls; the office plans, Mei packs, Jun puts her parcel on a shelf")
    caller, door, direct = demo.caller(Caller), demo.caller(Door), demo.caller(Direct)
    caller.call()
    caller.plan()
    hurry(together(caller.bring(), door.whole(), direct.whole()))
    waiting = list(faces.of_parcel(demo.hub.rest, caller.case, "ready"))
    begun = time.monotonic()
    for at, what in disasters(demo, caller, scanning):
        time.sleep(max(0.0, begun + at - time.monotonic()))
        what()
    time.sleep(LAST_S)
    demo.end_scans()
    say("   the last scan is made; waiting until the hub has everything")
    demo.wait_for_all()
    with suppress(StackError):  # what did not happen is told in the end
        wait_for("the end of her story", lambda: is_over(demo.hub.rest, caller.case, caller.people), pause_s=0.3)
    found = reckon(demo.hub.rest, demo.witnesses(), demo.beside(direct.balances()))
    thread = follow(demo.hub.rest, demo.announced[0])
    say("4  the trace of her call, a recall, a report in Chinese, the faces")
    relief = follow_relief(demo.hub.rest, caller.case, caller.people, demo.shelf_labels())
    ways = follow_ways(demo.hub.rest, (door.case, direct.case))
    with suppress(StackError):  # a device that was cut off may wait ten seconds before it tries again
        wait_for("all devices", lambda: demo.hub.rest.get("/summary")["devices_online"] == len(DEVICES), pause_s=0.3)
    summary = demo.hub.rest.get("/summary")
    wrong = (*_wrong(found, summary), *thread.missing, *relief.missing, *ways, *waiting, *_of_faces(demo, caller))
    for sentence in wrong:
        say(f"   {sentence}")
    demo.result = json.dumps(_result(found, thread, relief, summary))
    say("   SOMETHING IS WRONG; see the line below" if wrong else "   every confirmed scan is in the hub, once")
    return 1 if wrong else 0


def _of_faces(demo: Demo, caller: Caller) -> Iterator[str]:
    """What the pages do not show as it is."""
    rest = demo.hub.rest
    with suppress(StackError):
        wait_for("the alerts", lambda: not list(faces.of_alerts(rest)), timeout_s=15, pause_s=0.3)
    yield from faces.of_alerts(rest)
    yield from faces.of_map(demo.hub, VAN)
    yield from faces.of_parcel(rest, caller.case, "given")
    yield from faces.of_practice(rest, TERMINAL)


def _wrong(found: Reckoning, summary: dict[str, Any]) -> Iterator[str]:
    """What does not add up, in sentences."""
    yield from (f"balance off: {sentence}" for sentence in found.off)
    if not found.confirmed or not summary["positions"]:
        yield f"{found.confirmed} scans were confirmed, and {summary['positions']} positions came"
    if found.lost or found.duplicated or summary["quarantined"]:
        yield f"{found.lost} lost, {found.duplicated} duplicated, {summary['quarantined']} in quarantine"
    if summary["devices_online"] != len(DEVICES):
        yield f"{summary['devices_online']} of {len(DEVICES)} devices are online"


def _result(found: Reckoning, thread: Thread, relief: Relief, summary: dict[str, Any]) -> dict[str, Any]:
    return {
        "scans": found.confirmed,
        "in_hub": found.in_hub,
        "lost": found.lost,
        "duplicated": found.duplicated,
        "positions": summary["positions"],
        "quarantined": summary["quarantined"],
        "devices_online": summary["devices_online"],
        "deliveries_received": thread.deliveries_received,
        "owners": thread.owners,
        "warehouses": thread.warehouses,
        "handling_units": thread.handling_units,
        "discrepancies": thread.discrepancies,
        **relief.told,
    }


def play_on(demo: Demo) -> int:
    """With a person, until Ctrl-C."""
    demo.start(once=False, announced=AHEAD)
    say("  Running until Ctrl-C. Things to try in another terminal:")
    say(f"    pkill -9 -f '{demo.hub.data}/broker/mosquitto.conf'   # kill the broker: nothing is lost")
    say(f"    {typing(demo)}   # you scan, without the page")
    say("")
    story = together(*(demo.caller(kind).whole() for kind in (Caller, Door, Direct)))
    while True:
        time.sleep(2.0)
        demo.check()
        demo.go_on()
        try:
            next(story, None)
        except StackError as error:  # who plays along may decide otherwise about her request
            say(f"The story of the caller ends: {error}")


def typing(demo: Demo) -> str:
    """The command by which a newcomer scans."""
    port = demo.ports / DEVICE
    return f".venv/bin/relay-sim scanner --codes - --port {port} --witness {port}.witness"


def main() -> int:
    parser = argparse.ArgumentParser(prog="make demo ARGS=...", description=__doc__)
    parser.add_argument("--once", action="store_true", help="play by itself for about a minute, check, and end")
    parser.add_argument("--fresh", action="store_true", help="start over: forget what earlier runs left")
    parser.add_argument("--dir", type=Path, help="where everything is kept (default: var/demo)")
    parser.add_argument("--http-port", type=int, default=0, help="the dashboard's port (default: 8000, --once: any)")
    parser.add_argument("--mqtt-port", type=int, default=0, help="the broker's port (default: any free one)")
    options = parser.parse_args()
    folder = (options.dir or Path("var/demo-once" if options.once else "var/demo")).absolute()
    if options.fresh or options.once:
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGINT, _interrupt)
    port = options.http_port or (0 if options.once else 8000)
    demo = Demo(folder, "demo-once" if options.once else "demo", http_port=port, mqtt_port=options.mqtt_port)
    code = 0
    try:
        with demo:
            code = play_once(demo) if options.once else play_on(demo)
    except Interrupted:
        code = 0 if not options.once else 130
    except StackError as error:
        say(f"The demo cannot go on: {error}")
        code = 1
    if demo.result:
        print(demo.result)  # noqa: T201 - the last line of standard output
    return code


def _interrupt(*_: object) -> None:
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        raise Interrupted


if __name__ == "__main__":
    sys.exit(main())
