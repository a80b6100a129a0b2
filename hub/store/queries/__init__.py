"""What the hub is asked: reads of its tables, paged by keys that stay where they are.

Every query runs on a connection that the caller opened, follows a primary key or an index, and gives times as
Unix milliseconds. None of them walks all of move, sighting or fix.
"""
