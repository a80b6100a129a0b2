"""What docs/protocol.md is made of: words, field meanings, tables out of wire/, examples, and a client that runs."""
