"""What each field means, by struct and name on the wire. The generator refuses a field that is missing here."""

COMMON = {
    "at": "The device's wall clock when it happened, Unix milliseconds.",
    "up": "The device's uptime at that moment, milliseconds (CLOCK_BOOTTIME): right even where the wall clock is not.",
    "ledger": "The hub's ledger, from its welcome.",
    "run": "The hub's run: another one means that the hub started anew.",
    "time": "The hub's clock, Unix milliseconds.",
    "hello": "The number of the hello that this belongs to.",
    "stream": "The stream.",
    "lane": "Its lane.",
    "pass": "How many times the device has gone back at this place; the receipt returns it.",
    "by": "Who did it: the badge or name of the person.",
    "labels": "Every raw label of the one item, as the scanner sent it.",
    "owner": "Whose goods they are, where the device knows.",
    "text": "How the scanner's bytes became text: `latin-1` where they were not UTF-8.",
    "version": "The version of the device's software.",
    "kind": "What sort of device it is, such as `scanner`, `terminal` or `vehicle`.",
    "pending_facts": "Facts stored on the device that no receipt covers yet.",
    "pending_telemetry": "The same for telemetry.",
    "page": "Which page of the hello this is, from 1.",
    "task": "What it belongs to: `delivery:ID`, `pick:ID`, `consignment:ID`, `count:ID`, `kit:ID`, `import:ID`, "
    "`settlement:ID`.",
    "condition": "What the goods are fit for: their condition before `quarantine` and `release`, and else as it is.",
    "ref": "The version of the site data that the device held.",
    "warned": "What the device had said against it, as codes: whoever did it went on.",
    "reason": "Why, in words.",
    "item": "The item's key: see Labels.",
    "lot": "Its lot number; empty where none is known.",
}
"""Fields that mean the same wherever they stand."""

MEANINGS: dict[str, dict[str, str]] = {
    "Hello": {
        "hello": "A random number, fresh for every hello; all its pages carry it.",
        "ledger": "The ledger that the device is bound to; absent before its first welcome.",
        "pages": "How many pages there are.",
        "streams": "Every stream ever minted, also those that are sent and trimmed.",
    },
    "StreamEnd": {
        "facts": "The last sequence given in the lane of facts.",
        "telemetry": "The last sequence given in the lane of telemetry.",
    },
    "Welcome": {
        "streams": "What the hub has of each stream of that page.",
        "every": "On the last page: the exclusive or of the ids of all streams that the hub knows of this device.",
    },
    "StreamState": {
        "facts": "Facts are stored, or declared missing, up to here.",
        "telemetry": "The same for telemetry.",
        "open": "Facts that were declared missing, first and last: whoever holds them sends them again.",
    },
    "Batch": {
        "after": "The batch begins after this sequence.",
        "last": "The batch ends with this sequence.",
        "gaps": "Sequences in it that are missing, ascending.",
        "clock": "The device's estimate for the boot that made the items; absent if it had none.",
        "items": "The others, in order of their sequences.",
    },
    "Clock": {
        "base": "Unix time at uptime 0, milliseconds.",
        "error": "How wrong that may be for any item of the batch, milliseconds.",
        "points": "The same more closely, ascending by uptime; instead of `base` and `error` where they are there.",
        "estimated": "The boot that made the items never knew the time: they were placed between its neighbours.",
    },
    "ClockPoint": {
        "up": "An uptime.",
        "base": "Unix time at uptime 0, as it holds for this uptime.",
        "before": "So much earlier it may have been, milliseconds.",
        "after": "So much later it may have been, milliseconds.",
    },
    "Gap": {
        "first": "First missing sequence.",
        "last": "Last missing sequence.",
        "reason": "Why: `thinned` (telemetry only, and never sent before), `trimmed`, or `unreadable` on the disk.",
    },
    "Receipt": {
        "through": "Committed, or declared missing, up to here.",
        "beyond": "The batch began beyond `through` and was not stored: go back to `through`.",
    },
    "Command": {
        "id": "The command's identity, random: whatever repeats it, it is done once.",
        "name": "What to do: see Commands and configuration. A name that the device does not know is refused.",
        "args": "What it needs to know, by name.",
        "issued": "When it was asked for, by the hub's clock, Unix milliseconds.",
        "expires": "By the hub's clock, Unix milliseconds: from then on it is never done.",
    },
    "Desired": {
        "version": "Counts up with each change, in one generation.",
        "generation": "The hub's database since it was made or restored: one that is new to the device wins.",
        "settings": "Tables and keys as in the device's TOML file, laid over it.",
    },
    "Known": {
        "version": "The newest version for this device, in this generation.",
        "generation": "Of the site data: another one after a restore, and at another site.",
    },
    "Outcome": {
        "id": "The command.",
        "state": "`accepted`: kept, and done as soon as may be. The others are the end of it.",
        "detail": "In words: what was done, or why not.",
    },
    "Report": {
        "version": "The version that it speaks of.",
        "generation": "And its generation.",
        "state": "`applied` means tried, and the hub still answered.",
        "detail": "In words: why not.",
    },
    "Status": {"online": "False when the hub stops; its last will says the same."},
    "Presence": {
        "run": "The run of the agent: random, anew at each start.",
        "connection": "The client id of the connection that this speaks of.",
        "online": "False in the last will.",
        "at": "When the connection was made, by the device's wall clock, Unix milliseconds.",
    },
    "Now": {"fix": "The newest position."},
    "Scan": {
        "do": "What was done with the goods: see Actions.",
        "from": "Where they came from, where it is not what the action says by itself.",
        "to": "Where they went, likewise.",
        "n": "How many times the label counts: a person may scan one of 240 cartons.",
        "typed": "A person typed the label, because it could not be read.",
        "proof": "Of a hand-over: how it is known that the right one got it.",
    },
    "Proof": {
        "way": "Who or what vouches for it.",
        "checked": "The code was checked, at the device or at the hub; false: nobody checked anything.",
        "proxy": "Which of the registered proxies, from 1.",
        "tries": "How many wrong codes were tried before.",
        "households": "For how many households it was left.",
        "photo": "SHA-256 of a photo that went to the hub over HTTPS.",
        "lat_e7": "Where, in 1e-7 degrees, WGS 84, north positive.",
        "lon_e7": "Where, in 1e-7 degrees, east positive.",
    },
    "Count": {
        "where": "The place that was counted.",
        "n": "How many there were.",
        "round": "1 for the first count of a task, 2 and up for recounts.",
    },
    "Void": {
        "stream": "The stream of the fact that is undone.",
        "seq": "Its sequence, in the lane of facts.",
        "device": "Whose fact it is, where it is not of this device: the hub's alone.",
    },
    "Part": {"n": "How many times the labels count.", "owner": "Whose goods they are, where that is known."},
    "Kit": {
        "do": "`kit`: `used` became `made`. `unkit`, `open`: `made` became `used`.",
        "where": "Where it was done.",
        "made": "The kit, or the case.",
        "used": "What it is made of, or holds.",
    },
    "Transfer": {
        "id": "The transfer's identity: however often it is posted, it counts once.",
        "where": "Where the goods stand.",
        "giver": "Whose goods they were.",
        "taker": "Whose goods they are from now on.",
        "n": "How many.",
        "expiry": "When they expire, as yyyymmdd, where the hub knows.",
    },
    "Settle": {
        "device": "Whose fact it is.",
        "stream": "Its stream.",
        "seq": "Its sequence, in the lane of facts.",
        "owner": "Whose goods it moved.",
    },
    "Correct": {
        "from": "Where they are taken from.",
        "to": "Where they are put.",
        "n": "How many.",
        "owner": "Whose goods they are; empty where that is to be settled.",
        "about": "Which discrepancy it settles.",
    },
    "Fix": {
        "t": "The receiver's own UTC, Unix milliseconds.",
        "lat_e7": "Latitude in 1e-7 degrees, WGS 84, north positive.",
        "lon_e7": "Longitude in 1e-7 degrees, east positive.",
        "quality": "How the position was found.",
        "alt_cm": "Altitude above mean sea level, centimetres.",
        "speed_cms": "Speed over ground, centimetres a second.",
        "heading_cd": "Course over ground, hundredths of a degree from true north.",
        "hdop_c": "Horizontal dilution of precision, in hundredths.",
        "sats": "Satellites used.",
    },
    "Health": {
        "outbox_bytes": "Size of the device's store.",
        "disk_free_bytes": "Space left on its disk.",
        "battery_pct": "How full its battery is, in percent; left out where it has none.",
        "rss_bytes": "Memory of the agent.",
        "note": "Anything that a person should know.",
    },
    "Opaque": {"data": "The bytes of the item that would not go as itself, in base64."},
}


def meaning(struct: str, field: str) -> str:
    """What a field means. Raises KeyError for one that nobody described."""
    own = MEANINGS.get(struct, {})
    return own[field] if field in own else COMMON[field]
