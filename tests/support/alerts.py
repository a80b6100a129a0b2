"""CAP alerts for tests."""

AREA = "Some county"
POLYGON = "<polygon>30,120 30,121 31,121 31,120 30,120</polygon>"
CIRCLE = "<circle>30.5,120.5 25.5</circle>"


def info(
    *, language: str = "en-US", event: str = "Earthquake", headline: str = "M 6.9 in Some county",
    severity: str = "Extreme", area: str = AREA, shapes: str = POLYGON + CIRCLE,
) -> str:  # fmt: skip
    """One <info>."""
    return (
        f"<info><language>{language}</language><category>Geo</category><event>{event}</event>"
        f"<urgency>Immediate</urgency><severity>{severity}</severity><certainty>Observed</certainty>"
        f"<headline>{headline}</headline><description>Many houses are damaged.</description>"
        f"<area><areaDesc>{area}</areaDesc>{shapes}</area></info>"
    )


def alert(
    *, identifier: str = "eq-1", sender: str = "quake@example.org", sent: str = "2026-11-23T08:15:00+08:00",
    status: str = "Actual", kind: str = "Alert", references: str = "", infos: str | None = None,
) -> bytes:  # fmt: skip
    """A whole alert."""
    told = info() if infos is None else infos
    refs = f"<references>{references}</references>" if references else ""
    return (
        '<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">'
        f"<identifier>{identifier}</identifier><sender>{sender}</sender><sent>{sent}</sent><status>{status}</status>"
        f"<msgType>{kind}</msgType><scope>Public</scope>{refs}{told}</alert>"
    ).encode()
