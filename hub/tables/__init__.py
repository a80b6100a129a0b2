"""Tables that people keep in spreadsheets, taken in whole or not at all.

    bytes --grid--> rows of cells --kinds, cells--> values --checking--> faults, or records --taking--> the database

A table is looked at to its end before anything is stored: every fault is told with its row, its column, what is wrong
and what to do. Where there is none, what the table adds and changes is said (a dry run ends here), then done in one
transaction; opening stock is posted as facts of the hub instead. Taking the same table in again changes nothing.
Columns are found by their headings, English or Chinese, in any order; one that is missing leaves what is there.
"""
