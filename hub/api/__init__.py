"""The hub over HTTP: REST under /api/v1, server-sent events, and the dashboard's files.

    app.py        puts it together
    guard.py      around everything: hosts, sizes, headers, and what is said when something breaks
    door.py       who may come in (rules: hub.core.access); sign_in.py passwords, lockout, sessions
    live.py       the feed of what changes; stream.py sends it
    routes/       one file a topic; models/ what they take and give

Routes are plain functions: they run in threads and read the database; only the event stream is asynchronous.
"""
