"""The station terminal: a page, served by a process of its own beside the agent (`python -m edge.ui --config FILE`).

    browser --WebSocket /live--> this process --Unix socket terminal.sock--> the agent (edge/terminal.py) --> outbox

The messages are the same on both ways (edge/ui/messages.py). The agent decides and keeps everything; this process
serves files, lets pages in, and passes messages on: it may die at any moment, and nothing is lost.
"""
