"""Recipients, help-lines and calls. Personal data is sealed (hub.vault) and stands in no other table in the clear.

Whoever is somebody's recipient is known to the rest of the hub by a random id, a masked name and the last four digits
of the telephone. Everything else about them is sealed under a key of their own, itself sealed by the vault: to erase
somebody is to drop that key, with all that it sealed and every trace by which they were found.
"""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, Text, text

from hub.store.schema.base import KEY, table

line = table(
    "line",
    Column("seq", KEY, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("organisation", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("hours", Text, nullable=False),
    Column("languages", Text, nullable=False),
    Column("groups", Text, nullable=False),
    Column("questions", Text, nullable=False),
    Column("opened_at", KEY, nullable=False),
    Column("opened_by", Text, nullable=False),
    Column("closed_at", KEY),
    Column("closed_by", Text),
    CheckConstraint("length(id) = 16"),
    CheckConstraint("(closed_at is null) = (closed_by is null)"),
)
"""A help-line of an organisation: its public number and hours, and what its operators ask (JSON lists)."""

line_operator = table(
    "line_operator",
    Column("line", KEY, ForeignKey("line.seq"), primary_key=True),
    Column("user", Text, primary_key=True),
    Index("line_operator_by_user", "user"),
    clustered=True,
)
"""Who answers a line: they see all data of the people who called it."""

recipient = table(
    "recipient",
    Column("seq", KEY, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("line", KEY, ForeignKey("line.seq")),
    Column("shown", Text, nullable=False),
    Column("last4", Text, nullable=False),
    Column("key", LargeBinary),
    Column("sealed", LargeBinary),
    Column("made_at", KEY, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("touched_at", KEY, nullable=False),
    Column("erased_at", KEY),
    Column("erased_by", Text),
    CheckConstraint("length(id) = 16"),
    CheckConstraint("(key is null) = (sealed is null)"),
    CheckConstraint("(erased_at is null) = (key is not null)"),
    CheckConstraint("(erased_at is null) = (erased_by is null)"),
    CheckConstraint("erased_at is null or (shown = '' and last4 = '')"),
)
"""`shown` is the masked name, `last4` the last digits of the telephone or ''. `key` is the row's own, sealed by the
vault; `sealed` is under it. `touched_at` is when somebody last had to do with them."""
Index("recipient_kept", recipient.c.touched_at, sqlite_where=recipient.c.erased_at.is_(None))
Index("recipient_by_last4", recipient.c.last4, sqlite_where=text("last4 <> ''"))

recipient_trace = table(
    "recipient_trace",
    Column("token", Text, primary_key=True),
    Column("recipient", KEY, ForeignKey("recipient.seq"), primary_key=True),
    CheckConstraint("length(token) = 16"),
    Index("recipient_trace_of", "recipient"),
    clustered=True,
)
"""By what they are found: keyed hashes of parts of the name, its pinyin and the telephone."""

recipient_proxy = table(
    "recipient_proxy",
    Column("recipient", KEY, ForeignKey("recipient.seq"), primary_key=True, autoincrement=False),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("shown", Text, nullable=False),
    Column("last4", Text, nullable=False),
    Column("sealed", LargeBinary),
    Column("added_at", KEY, nullable=False),
    Column("added_by", Text, nullable=False),
    Column("ended_at", KEY),
    CheckConstraint("n between 1 and 1000"),
    CheckConstraint("(ended_at is null) = (sealed is not null)"),
    clustered=True,
)
"""Who may fetch for them: masked, and name and telephone under the recipient's key until that ended. Facts know them by
`n`, which nobody gets again."""

call = table(
    "call",
    Column("seq", KEY, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("line", KEY, ForeignKey("line.seq"), nullable=False),
    Column("recipient", KEY, ForeignKey("recipient.seq")),
    Column("kind", Text, nullable=False),
    Column("at", KEY, nullable=False),
    Column("by", Text, nullable=False),
    Column("about", Text),
    Column("after", KEY, ForeignKey("call.seq")),
    Column("sealed", LargeBinary),
    Column("due", KEY),
    Column("done_at", KEY),
    Column("done_by", Text),
    CheckConstraint("length(id) = 16"),
    CheckConstraint("kind in ('need', 'where', 'other', 'follow-up')"),
    CheckConstraint("(done_at is null) = (done_by is null)"),
    CheckConstraint("done_at is null or due is not null"),
    CheckConstraint("(kind = 'follow-up') = (after is not null)"),
    Index("call_by_line", "line", "seq"),
    Index("call_by_recipient", "recipient", "seq"),
    Index("call_by_about", "about"),
)
"""A call that was taken, or made as a follow-up `after` another. `about` is a request that was asked after; a request
that was made in a call names the call. `sealed` are note and answers, under the recipient's key, or the vault's for a
caller of whom nothing is kept. `due` is when somebody has to call back."""
Index("call_due", call.c.line, call.c.due, sqlite_where=text("due is not null and done_at is null"))

personal_view = table(
    "personal_view",
    Column("seq", KEY, primary_key=True),
    Column("at", KEY, nullable=False),
    Column("who", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("why", Text, nullable=False),
    Index("personal_view_of", "recipient", "seq"),
    Index("personal_view_by", "who", "seq"),
)
"""Who saw whose data, when and what for; never changed, and kept when the data is erased."""
