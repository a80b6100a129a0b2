#!/bin/sh
# relay-edge with the libraries of its package. What root calls is done as the agent's own user, because files that
# belonged to root would be closed to the agent, and because `doctor` shall see what the agent sees. Only what writes
# the outbox into a file of the caller's choice stays root's.
set -eu
user=relief-relay-edge
home=$(dirname -- "$(dirname -- "$(readlink -f -- "$0")")")
command=${1:-}
export RELAY_EDGE_CONFIG="${RELAY_EDGE_CONFIG:-/etc/relief-relay/edge.toml}"
# No code from the folder of whoever calls, nor from elsewhere; also not in the processes that this one starts.
unset PYTHONPATH PYTHONHOME
export PYTHONSAFEPATH=1

set -- "$home/bin/python" -I -c \
    'import sys; sys.argv[0] = "relay-edge"; from edge.__main__ import main; main()' "$@"
if [ "$command" != outbox ] && [ "$(id -u)" = 0 ] && id -u "$user" >/dev/null 2>&1; then
    set -- setpriv --reuid="$user" --regid="$user" --init-groups -- "$@"
fi
if [ "$command" = join ] && [ "$(id -u)" = 0 ] && [ -d /run/systemd/system ]; then
    "$@"
    exec systemctl restart relief-relay-edge.service
fi
exec "$@"
