"""From bytes on the wire to rows in the ledger: decode, dedupe, interpret, one transaction, receipt.

Two threads share the work. The *reader* decodes what has arrived, decides with the lanes' state what is new and turns
it into rows (a Group); the *writer* commits one group at a time and sends its receipts. So one group is decoded while
the one before it is committed: SQLite lets the interpreter go during a statement, and statements carry a thousand
rows each. (Row by row, each row would wait for the other thread's time slice: measured at a 300th of the speed.)

What can go wrong, and what happens then:
- A message that is none, or an item that is none: quarantined with its bytes; the rest counts.
- The database refuses a group: it is tried again batch by batch, then item by item in savepoints; an item that
  it still refuses goes to quarantine.
- The database cannot store (disk full, I/O error): nothing is answered, so devices keep their data and say hello
  again; the hub goes on when it can.
- After any rollback what the reader remembers (lanes, lots, accounts) is forgotten and read again.
"""
