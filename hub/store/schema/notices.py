"""Notices: what the hub has somebody told by text message or voice.

The words are sealed under the key of the recipient they are for (`recipient.key`), so they go with it; the number they
go to is not kept here at all, but read from the recipient when they are sent.
"""

from sqlalchemy import CheckConstraint, Column, Index, Integer, LargeBinary, Text, text

from hub.store.schema.base import KEY, table

notice = table(
    "notice",
    Column("seq", KEY, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("fits", Text, nullable=False),
    Column("sealed", LargeBinary),
    Column("queued_at", KEY, nullable=False),
    Column("asked_at", KEY, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("due_at", KEY, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("ended_at", KEY),
    CheckConstraint("length(id) = 16"),
    CheckConstraint("length(recipient) = 16"),
    CheckConstraint("language in ('en', 'zh')"),
    CheckConstraint("channel in ('text', 'voice')"),
    CheckConstraint("state in ('queued', 'sent', 'failed')"),
    CheckConstraint("(state = 'queued') = (ended_at is null)"),
    CheckConstraint("state <> 'queued' or sealed is not null"),
    CheckConstraint("(state = 'failed') or why = '' or state = 'queued'"),
    CheckConstraint("tries >= 0"),
    Index("notice_by_about", "about", "seq"),
    Index("notice_by_recipient", "recipient", "seq"),
    Index("notice_by_state", "state", "seq"),
)
"""`about` is what it tells of, as `parcel:ID`. `fits` is a keyed hash of whom and what it tells, by which the same is
not said twice. `queued_at` is when it was first to be sent, `asked_at` when last (by `asked_by`, '' the hub itself);
`due_at` the time of the next try, `why` what the last one came to grief on. `sealed` are the words; null: erased."""
Index("notice_due", notice.c.due_at, sqlite_where=text("state = 'queued'"))
Index("notice_kept", notice.c.ended_at, sqlite_where=text("sealed is not null and ended_at is not null"))
