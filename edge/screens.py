"""What a person sees of a device in a terminal."""

from datetime import UTC, datetime

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from edge import status as status_file
from edge.browse import Counts, Kept, browse
from edge.config import Settings
from edge.errors import EdgeError
from edge.findings import Finding
from edge.status import AgentStatus, CertificateStatus, PrinterStatus, SiteDataStatus, TerminalStatus
from wire.codec import decode_item
from wire.display import shown
from wire.errors import DecodeError
from wire.messages import Count, Fix, Scan, Void

_console = Console(highlight=False, soft_wrap=True)


def show_finding(finding: Finding) -> None:
    """One line of the doctor's."""
    word, style = ("FAULT", "bold red") if finding.fault else ("advice", "yellow") if finding.todo else ("ok", "green")
    line = Text(word.ljust(7), style=style)
    line.append(shown(f"{finding.check}: {finding.said}"), style="")
    if finding.todo:
        line.append(f" -> {finding.todo}", style="bold" if finding.fault else "")
    _console.print(line)


def show_status(settings: Settings) -> bool:
    """The agent's word, or the outbox's where there is none. Whether the agent runs."""
    status = status_file.read(settings.status)
    if status is not None and status_file.is_alive(status):
        _show_agent(status)
        return True
    _console.print(Text(f"{settings.device.name}: the agent does not run", style="bold red"))
    if status is not None:
        _console.print(f"it was last seen at {_when(status.at)} ({status.state})")
    try:
        with browse(settings.outbox) as browser:
            counts = browser.counts()
    except EdgeError as error:
        _console.print(str(error), markup=False)
        return False
    _console.print(f"its outbox holds {counts.pending_facts} facts and {counts.pending_telemetry} telemetry items")
    return False


def show_items(counts: Counts, items: list[Kept]) -> None:
    """Items of an outbox as a table."""
    table = Table(title=f"{counts.device}: {counts.pending_facts} facts pending, {counts.kept_facts} kept")
    for name in ("at", "kind", "what", "n", "from", "to", "stream", "seq", "hub has it"):
        table.add_column(name, overflow="fold", justify="right" if name in {"n", "seq"} else "left")
    for kept in items:
        cells = (*_cells(kept), kept.stream, str(kept.seq), "no" if kept.pending else "yes")
        table.add_row(*(Text(shown(cell)) for cell in cells))
    _console.print(table)


def _show_agent(status: AgentStatus) -> None:
    hub = f"connected, {status.delivery}" if status.connected else "not connected"
    age = status.last_receipt_age_s
    heard = "no receipt yet" if age is None else f"last receipt {age:.0f} s ago"
    table = Table(title=f"{status.device} ({status.kind}), process {status.pid}, since {_when(status.since)}")
    table.add_column("what")
    table.add_column("how it is", overflow="fold")
    table.add_row("hub", Text(f"{status.hub}: {hub}, {heard}"))
    table.add_row("waiting", f"{status.pending_facts} facts, {status.pending_telemetry} telemetry items")
    table.add_row("facts", f"{status.accepted_facts} accepted, {status.confirmed_facts} confirmed by the hub")
    for port in status.ports:
        said = "up" if port.up else f"down: {port.why}"
        counts = ", ".join(f"{name} {number}" for name, number in port.counts.items() if number and name != "last_at")
        person = f"{port.person} is signed on" if port.person else ""
        parts = (said, counts, person, f"next: {port.expects}" if port.expects else "")
        table.add_row(Text(f"{port.kind} {port.port}"), Text(shown("; ".join(filter(None, parts)))))
    size = f"outbox {status.outbox_bytes / 2**20:.1f} of {status.outbox_limit_bytes >> 20} MiB ({status.outbox_room})"
    table.add_row("size", f"{size}, memory {status.rss_bytes >> 20} MiB")
    table.add_row("disk", _written(status))
    if status.certificate is not None:
        table.add_row("certificate", Text(shown(_certificate(status.certificate))))
    if status.site_data is not None:
        table.add_row("site data", Text(shown(_site_data(status.site_data))))
    if status.printer is not None:
        table.add_row("printer", Text(shown(_printer(status.printer))))
    if status.terminal is not None:
        table.add_row("terminal", Text(shown(_terminal(status.terminal))))
    if status.problem:
        table.add_row("problem", Text(shown(status.problem), style="bold red"))
    if status.note:
        table.add_row("note", Text(shown(status.note), style="bold red"))
    if status.configuration:
        table.add_row("configuration", Text(shown(status.configuration)))
    for message in status.messages:
        table.add_row("message", Text(f"{_when(message.at)}  {shown(message.text)}", style="bold"))
    _console.print(table)


def _certificate(certificate: CertificateStatus) -> str:
    failed = f"; could not be renewed {certificate.failures} times: {certificate.problem}"
    return f"until {_when(certificate.expires)}{failed if certificate.failures else ''}"


def _site_data(known: SiteDataStatus) -> str:
    """What the device knows of its site, since when, and how many numbers for handling units it has."""
    if not known.generation:
        return f"nothing yet: {known.problem or 'not fetched'}"
    said = [f"site {known.site or '-'}, version {known.version}, {known.sscc_left} SSCC left"]
    if known.fetched:
        said.append(f"asked at {_when(known.fetched)}")
    if known.misread:
        said.append(f"{known.misread} records not understood: update the agent")
    if known.failures:
        said.append(f"could not be asked for {known.failures} times: {known.problem}")
    return "; ".join(said)


def _printer(printer: PrinterStatus) -> str:
    waits = f"{printer.port}: {printer.waiting} wait, {printer.printed} printed"
    return f"{waits}; {printer.problem}" if printer.problem else waits


def _terminal(terminal: TerminalStatus) -> str:
    said = f"http://127.0.0.1:{terminal.port}: {terminal.pages} pages open, {terminal.sessions} sessions"
    return f"{said}; its page {terminal.problem}" if terminal.problem else said


def _written(status: AgentStatus) -> str:
    """How much the agent wears the disk."""
    scans = sum(port.counts.get("facts") or 0 for port in status.ports)
    said = f"{status.written_bytes / 2**20:.1f} MiB written since the start"
    return f"{said}, {status.written_bytes / scans / 1024:.1f} KiB for each of {scans} scans" if scans else said


def _cells(kept: Kept) -> tuple[str, str, str, str, str, str]:
    """at, kind, what, n, from, to."""
    try:
        item = decode_item(kept.item)
    except DecodeError:
        return "", "unreadable", kept.item[:80].decode("ascii", "replace"), "", "", ""
    at = _when(item.at)
    match item:
        case Scan():
            return at, item.do.value, _labels(item.labels), str(item.n), item.source or "", item.to or ""
        case Count():
            return at, "count", _labels(item.labels), str(item.n), "", item.where
        case Void():
            return at, "void", f"{item.stream} {item.seq}", "", "", ""
        case Fix():
            return at, "fix", f"{item.lat_e7 / 1e7:.7f} {item.lon_e7 / 1e7:.7f}", "", "", ""
        case _:
            return at, str(item.__struct_config__.tag), msgspec.json.encode(item)[:80].decode(), "", "", ""


def _labels(labels: tuple[str, ...]) -> str:
    """Labels with their control characters made visible (GS as its Unicode picture)."""
    return " + ".join("".join(chr(0x2400 + ord(c)) if ord(c) < 0x20 else c for c in label) for label in labels)


def _when(ms: int) -> str:
    try:
        return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")
    except (OverflowError, ValueError, OSError):
        return f"{ms} ms"
