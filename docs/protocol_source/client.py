"""Send one scan and wait until the hub has committed it: python client.py HOST PORT DEVICE PASSWORD."""

import json
import queue
import secrets
import sys
import time
import zlib
from typing import Any

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

host, port, device, password = sys.argv[1:5]
base = f"relay/v1/{zlib.crc32(device.encode()) % 64:02d}/{device}"
# A real device keeps stream, sequence and item on disk, from before it says "saved" until after the receipt.
stream, at, up = secrets.token_hex(8), time.time_ns() // 10**6, time.monotonic_ns() // 10**6
scan = {"k": "scan", "at": at, "up": up, "do": "receive", "to": "place:wh-1", "labels": ["]C1010950110153000310LOT-7"]}
heard: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
client = Client(CallbackAPIVersion.VERSION2, client_id=secrets.token_hex(8))
client.username_pw_set(device, password)
client.on_connect = lambda *said: heard.put({"k": "refused" if said[3].is_failure else "connected"})
client.on_message = lambda *said: heard.put(json.loads(said[2].payload))
client.connect(host, int(port))
client.loop_start()
number, silences = 0, 0
answer: dict[str, Any] = {"k": "nothing"}
while answer["k"] != "receipt" or answer["hello"] != number or answer["through"] < 1:
    try:
        answer = heard.get(timeout=min(0.5 * 2**silences, 30))
    except queue.Empty:  # silence is answered by a hello, never by data
        answer, silences = {"k": "silence"}, silences + 1
    if answer["k"] == "refused" or silences == 10:
        sys.exit(f"no answer for {device}: wrong name or password, or no hub")
    if answer["k"] in {"connected", "silence"} and client.is_connected():
        client.subscribe(f"{base}/receipt")
        number = secrets.randbelow(2**53 - 1) + 1  # a fresh one each time: answers to older hellos are ignored
        hello = {"k": "hello", "hello": number, "streams": [{"stream": stream, "facts": 1}]}
        client.publish(f"{base}/up", json.dumps(hello))
    elif answer["k"] == "welcome" and answer["hello"] == number:
        head = {"k": "batch", "ledger": answer["ledger"], "hello": number, "stream": stream, "lane": "facts"}
        client.publish(f"{base}/up", json.dumps({**head, "after": 0, "last": 1, "items": [scan]}))
sys.stdout.write(json.dumps({"stream": stream, "through": answer["through"]}) + "\n")  # committed
