"""The sentences of docs/protocol.md. {NAMES} in braces are filled in from the constants of wire/."""

INTRODUCTION = """\
# The protocol between devices and hub

This page is all that is needed to write a device. It is generated from `wire/` by `docs/generate_protocol.py`; a
test holds it equal to the code. A client that runs stands at the end.

Messages are JSON (UTF-8) over MQTT 3.1.1. MQTT is only the wire: a broker may lose or repeat all it holds, so
nothing here relies on its quality of service, its retained messages or its sessions. The one promise: **an item
leaves the device only on the hub's receipt, which the hub sends after its commit, and however often the item
arrives, it counts once.**

Fields that a reader does not know are ignored; items of a kind it does not know are set aside with their bytes. So
older and newer versions meet. Integers are exact up to {MAX_SEQUENCE}; times are integer milliseconds."""

TOPICS = """\
`SHARD` is the CRC-32 of the name of `DEVICE`, modulo {SHARDS}, as two digits. A device's name has 1 to 40 of `a-z`,
`0-9` and hyphen; it is also its MQTT user name. The broker lets a device write and read as itself only.

Connect with a clean session and a client id that is random for each connection. Subscribe to `receipt` before the
first hello. Publish only while connected: a client that queues sends stale bytes later. A payload is at most
{BATCH_BYTES} bytes; a packet beyond the broker's limit costs the connection, again and again."""

JOINING = """\
## Joining

A device on another machine than the hub shows a certificate (X.509, EC P-256) and is whom that names: the broker takes
the name for user and client id, whatever the client says. It gets the certificate by a code, which a person carries:
{CODE_CHARS} characters of `{ALPHABET}`. Reading one, `O` is `0`, `I` and `L` are `1`,
and case, spaces and hyphens do not count.

- The first {SECRET_CHARS} characters are a secret, good once.
- The next {FINGERPRINT_CHARS} are the first 80 bits of the SHA-256 of the hub's authority (the DER of its certificate),
  most significant bits first.
- The last checks the others: the sum of each one's value times its place (from 1), modulo 31.

As a QR code it is `relay+join://HOST:PORT/CODE`, with the port of HTTPS.

1. `GET {AUTHORITY_PATH}` gives the authority's certificate (PEM), over TLS that is not trusted yet. Compare its
   fingerprint with the code, and say nothing more if it differs. From now on trust this authority only, for the
   server name `{SERVER_NAME}` at whatever address, and send `Host: {SERVER_NAME}`.
2. `POST {JOIN_PATH}` with JSON: `code`, the {SECRET_CHARS} characters, and `csr`, a certificate request (PKCS #10, PEM,
   at most {CSR_CHARS} characters) for a key that never leaves the device. Only its key counts. The answer has
   `device` and `kind`, who it is from now on; `certificate` and `authority` (PEM); `mqtt_port`, where the broker
   listens with TLS at the same host; `ledger`, and `time`, the hub's clock (Unix ms). An answer that was lost may be
   asked for again with the same key and code.
3. `POST {RENEW_PATH}`, before the certificate ends, with `certificate`, `csr` for a new key, and `signature`: by the
   *old* key over `{RENEWAL_PREFIX}`, a line feed and the DER of the request (ECDSA, SHA-256, DER, base64). The answer
   is that of `join`. The old certificate stays valid, so try the new one first.

Errors are JSON: `error` with `code`, `message` and `hint`. 403 says why the device is not let in (`unknown-code`,
`used-code`, `expired-code`, `revoked-certificate`, `expired-certificate`, `foreign-certificate`, `bad-signature`), 422
what is wrong with what was sent, and 429 when to come again (`Retry-After`)."""

STREAMS = """\
## Streams and lanes

A **stream** is one run of the device's agent: {STREAM_ID}, random, minted with the first item after each start. In
it two **lanes** count for themselves, each from 1 without a hole: `facts` (what people did: never dropped) and
`telemetry` (positions and health: may be thinned when space runs out, what was never sent first). An item keeps its
stream, lane and sequence for ever: they are its identity. So a disk that was restored, copied or repaired can
repeat items, but it can never hide new ones.

Store an item, durably, with its sequence, before telling anyone that it is saved."""

HELLO = """\
## Hello and welcome

On connecting, whenever `hub/status` names another run or comes online, on silence, and every 10 minutes (jittered)
when idle, a device says **hello**: a fresh random number and, for every stream it ever minted, the last sequence of
each lane. If that does not fit into one message it sends several pages with the same number. Data follows only
after the **welcome** to every page.

The hub answers in turn, after everything that came before the hello is committed; a hub that cannot commit does not
answer. The welcome names the ledger (a device binds itself to the first one it meets), and says how far each stream
is stored. Take that as it is, **also if it is lower than before**: the hub was restored from a backup and lacks
what it once confirmed, so confirmed facts stay on the device for {KEEP_DAYS} days of the hub's time (`time` in its
receipts) and are sent again. It also names the facts that were once declared missing: whoever still has them may
send them, in a batch that covers them.

The welcome to the last page also says which streams the hub knows of this device in all, as one id: the exclusive or of
their ids (`every`). Where that of the streams that the device named is another, the device has an older copy of its
outbox, or an empty one in the place of it. What it has is delivered as ever; numbers for handling units that were
reserved for it before may have been used, and are given up.

A hub stores nothing that names another ledger than its own, and sends no receipt for it. A device that meets
another ledger changes nothing until a person binds it anew."""

BATCHES = """\
## Batches

A **batch** carries the number of the hello that it follows and covers the sequences (`after`, `last`] of one stream
and lane. The sequences of its items are not written: they follow from their places. What is missing is declared in
`gaps`, and the number of items plus the number declared is `last` - `after`; facts are never `thinned`. A batch
that breaks this is set aside whole, without a receipt.

For each stream and lane the hub keeps one number, `through`, and moves it in the transaction that stores the items:

- What is at or below `through` is skipped, items and gaps alike, except facts that fill a gap that is still open.
- A batch that begins at or before `through` and ends beyond it moves `through` to its `last`.
- A batch that begins beyond `through` is **not stored**; its receipt is marked `beyond`."""

RECEIPTS = """\
## Receipts

A **receipt** says how far one lane is committed. Ignore one whose `hello` is not the number of your latest hello.
Receipts for that number only raise `through`: one that names another hub run, or a lower `through`, is answered by
a hello. Receipts are not retained and may be lost; the next one says all."""

PACE = """\
## Pace

- The window, in bytes, starts at two batches, grows by one with each receipt to {WINDOW_BATCHES} at most, and
  halves on silence and on going back.
- **Silence** (a multiple of the usual time to a receipt) is answered by a hello with capped backoff and full
  jitter, never by sending data again. Only progress of `through` resets the backoff. A hello without its welcome is
  silence, whatever else arrives.
- Only `beyond` makes a device go back to `through`; it raises `pass` by one, and receipts for an older pass cause
  nothing. The first going back at one `through` is immediate, the next waits for silence and hello.
- While facts wait, at most one batch of telemetry is in flight. `now` keeps live screens alive meanwhile.
- After three passes without progress the batch is halved, and is alone in flight from then on, until it is through.
  A single item that still does not pass goes as kind `opaque`, with its bytes in base64; that can always be stored."""

CLOCKS = """\
## Clocks

Every item carries the wall clock and the uptime of its moment. A device that has an idea of the true time of its
boot puts it into the batch as `clock`: the hub takes `up` + `clock.base` for the time of the item, never later than
it heard of it, and keeps the original beside it. Where the items lie so far apart that the quartz has run off
meanwhile, `clock.points` say it for several uptimes, and straight lines lie between them; beyond the first and the
last the bounds grow by 100 ppm. Without a `clock` the wall clock is taken.

The time of an item is worked out once, when it comes: what a device learns later about its clock changes only what
it has not delivered yet. A time that may be off by more than 2 seconds, or whose `clock` is marked `estimated`, is
shown as estimated, with its bounds."""

ORDERS = """\
## Commands and configuration

The hub says on `cmd` what it wants: a `command`, once, before a time; a `desired` configuration, from now on. It says
so after each welcome and again while it is unanswered; a broker may repeat it for ever. The answers are facts.

A device keeps every command that it met in a log on its disk, at least until the command has expired by the hub's
time. **What the log knows is not done again; what has expired is not done at all**: a device takes the latest time
that the hub's clock can show (from the hello's round trip), and waits where it has no idea of it. It stores the
command together with the fact `accepted`, and what it did together with the fact `done`, each in one transaction. What
happens outside of its disk (a restart) is marked as begun first: if the device dies in between, it is not done again.
Commands of another ledger are ignored. A command that the log knows, whose last fact has left the disk, is answered
again. For the hub a command is delivered when the device says so, not when the broker does.

| name | args | what happens |
|---|---|---|
| `message` | `text` | A text for the person at the device. |
| `identify` | none | The device shows that it is the one that is looked for. |
| `report-health` | none | Its health is sent at once. |
| `restart` | none | The agent starts anew. |
| `renew-certificate` | none | A new certificate is asked for. |

Of two configurations of one generation the higher version is newer. A generation that the device has not met
before replaces the one before it, which then means nothing any more. The device checks the whole; what it cannot use it
refuses with its reasons. What it takes is on trial: where the hub does not answer under it in time, the device goes
back to what it had, and says `rolled-back`."""

SITE_DATA = """\
## Site data

What a device may know of its site without a network: articles, own codes, lots that were recalled or set aside, bins,
deliveries that are expected, pick lists, counts that are open, badges, standing stock, what is in each handling unit
that stands there or travels to it, numbers for handling units, stations, the consignments that it sends or expects, and
the parcels that it packs or gives out. It comes over HTTPS. Of who gets a parcel a device
is told a masked name and four digits of a telephone number, where it gives the parcel out, and until it is collected;
what opens it is sealed for that one device, and the seal stays for as long as it is told that the parcel was given.

The device proves itself: `POST {CHALLENGE_PATH}` with `{{"device"}}` answers `{{"nonce"}}`, good for {CHALLENGE_S} s
and once. It signs the line `{SESSION_PREFIX}`, a line feed and the nonce by the key of its certificate (ECDSA with
SHA-256, DER, base64), and `POST {SESSION_PATH}` with `{{"device","nonce","certificate","signature"}}` answers
`{{"token","expires_s"}}`. A device with a password sends `{{"device","password"}}` instead, from the hub's own machine
only. The token opens the routes for devices until it expires, or the device is revoked.

`GET {SITE_DATA_PATH}?generation=G&after=V` answers `{{"generation","version","reset","more","records"}}`: what changed
after version V of generation G (none at first: leave both out), by ascending version, at most {PAGE_RECORDS} records
and about {PAGE_BYTES} bytes. A record is `{{"kind","key","body"}}`; it takes the place of the one with the same kind
and key, and a body of null removes it. `reset` says that everything held before goes first. While `more` is true the
next page is asked for with the answer's `generation` and `version`. Kinds that a device does not know are passed over.
`sscc_left` may say how many numbers for handling units are left.

The `known` message on `cmd` says which version is newest: after each welcome, and when it grows. It is only a hint."""

COLLECTING = """\
## Collection codes

Who comes for a parcel shows nine digits, grouped by three: the station's mark ({MARKS}; see the records of kind
`station`), six digits of secret, and a check digit over the other eight by Damm's quasigroup:

{DAMM}

Begin with 0; each digit leads, in the row of what was carried, to its column; over all nine digits the end is 0.

A record of kind `parcel` may hold `sealed`, made as the PIN of a badge is sealed: base64 of a point of P-256
(uncompressed, 65 bytes) and of AES-256-GCM under HKDF-SHA256 (no salt, info `{SEAL_INFO}`, 44 bytes: key, nonce) of
what that point and the device's key have in common; the parcel's id is authenticated with it. In it stands JSON:
`{{"salt","hash","hint","round","proxies"}}`. `hash` is Argon2id ({TIME_COST} passes, {MEMORY_KIB} KiB, {LANES} lane,
{HASH_BYTES} bytes) of the secret under `salt`, both base64; `hint` is the secret's first two digits; `proxies` are
others who may fetch it, each with a code of his own and the `number` that a fact names him by (`proof.proxy`). Wrong
codes are counted for each parcel and `round`: with {TRIES} it is locked, and a `sight` of it that warns of
`code-locked` tells the hub.

Before it opens parcels, a device that reaches the hub asks: `POST {CLAIMS_PATH}` with `{{"parcels"}}`, at most
{CLAIMED}, and its token. The answer `{{"granted","given"}}` names those that it may hand over, and those that another
was granted or gave out (`{{"parcel","at","site","device"}}`); what stands in neither is not handed out at its site.
Asked again it is granted the same. Where no answer comes in {CLAIM_WAIT_S} s the device opens by what it knows."""

POISON = """\
## Quarantine

A batch that does not decode whole is decoded item by item. What cannot be understood is set aside with its bytes
and a reason, counts as stored (so that nothing behind it waits), and is shown to people. A payload over
{UNPACKED_BYTES} bytes is not read at all; an item has at most {ITEM_BYTES} bytes, not counting the wrapping of an
opaque one."""

ITEMS = """\
## Items

Facts are `scan`, `count`, `void`, `kit`, `outcome` and `report`; telemetry is `fix` and `health`; `opaque` goes in the
lane of its content. `transfer`, `settle`, `correct`, and a `void` that names a device, are what people decided at the
hub: it writes them into the facts of the device `hub`, which is itself. From any other device they are set aside."""

ACTIONS = """\
## Actions

A scan moves goods from one account to another. It may name both (`from`, `to`); what it leaves out comes from its
action, and where that says nothing either, from `{UNKNOWN}`, which people see as a discrepancy. `n` is the quantity; a
thing with a number of its own (SSCC, parcel, or GTIN with serial number) is one thing however often it is scanned: its
latest place counts. An SSCC and a parcel are handling units: what is packed into one moves with it.

{SEEN} move goods by the thing only: both ends are the one account
that the fact names. {JOURNEY} may speak of a whole vehicle: the label is then its card, `RR:TO:transit:VEHICLE`,
and they post nothing.

An **account** matches `{ACCOUNT}` (Python's notation, `\\Z` being the end): `place:SITE` or `place:SITE/BIN`,
`unit:CODE` (a pallet, carton or parcel: `unit:sscc:...`, `unit:parcel:...`), `transit:VEHICLE` or
`transit:VEHICLE/COMPARTMENT`, `virtual:NAME`."""

LABELS = """\
## Labels

Labels travel raw, as the scanner sent them: the AIM symbology identifier in front if there is one, FNC1 as GS
(0x1D, `\\u001d` in JSON). All labels of one thing go into one item; the hub unites what they say, and a poorer
label never takes away what a fuller one gave. Where they contradict each other, the smaller value stands (the
earlier date), and the fault is kept.

- {GS1_IDENTIFIERS}, or a leading GS: a GS1 element string. {RETAIL}: that many digits with a check digit, filled
  with zeros to 14.
- Without such an identifier: an element string, in brackets or not, only if it begins with AI 01 or 00 and is without
  any fault; a GS1 Digital Link URI with a sound key; a GTIN only if it has 8, 12, 13 or 14 digits and the right check
  digit. Everything else is a text, and welcome; [labels](labels.md) says it all.
- The item's key is `gtin:` and 14 digits, else `sscc:` and 18 digits, else `parcel:` and the id of `RR:P:ID`, else
  `text:` and the text without its identifier (at most {LONGEST_KEY} characters).
- Years are two digits: they mean {FIRST_YEAR} to {LAST_YEAR} (a window around {DEFAULT_YEAR}). Day 00 is the last
  of its month.
- A label with faults still gives what can be read of it. Stock is told by these AIs, others are kept beside them:"""

CLIENT = """\
## A client

It connects, says hello, waits for the welcome, sends one scan and ends when the hub has committed it. It needs
paho-mqtt 2. Run it with the name and password that `relay-hub device add NAME` printed: `python client.py HOST PORT
DEVICE PASSWORD`."""

CARRIED = """\
## A file instead of the network

A device without a network writes its facts into a file, which a person carries to the hub. It begins with the line
`{MAGIC}`. After that come parts: one letter, the length of what follows (4 bytes, big-endian), and that.

- `H`, first and once, at most {HEADER_BYTES} bytes: JSON with `device`, `ledger`, `certificates` (PEM, the device's own
  first), `made` (its wall clock) and `version`.
- `M`, any number, at most {UNPACKED_BYTES} bytes each: a message as on the topic `up`, the pages of one hello, then
  batches of facts. Batches of one stream follow one another without a hole. Telemetry stays on the device.
- `S`, last and once, at most {SIGNATURE_BYTES} bytes: an ECDSA signature (P-256, SHA-256, DER) by the key of the
  device's certificate.

What is signed is `{SIGNED_PREFIX}`, a line feed, and the SHA-256 of all bytes before the part `S`. Nothing is
compressed, nothing follows the signature, and a file has at most {BUNDLE_BYTES} bytes.

A hub checks the whole file before it uses anything of it. Then each batch counts as if it came from the network, but
nobody is answered: the device hears at its next hello how far the hub is."""
