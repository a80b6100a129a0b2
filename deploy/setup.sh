#!/usr/bin/env bash
# Installs what Relief Relay needs: system packages, a virtual environment (.venv) with the locked Python packages, and
# the project itself, which builds the dashboard. It may be run again at any time: what is up to date is skipped.
# On Debian 12 or later; with --run-only also on Ubuntu 24.04 or later, whose Chromium is no Debian package.
#
#   deploy/setup.sh              everything, also what the tests need (a browser, Chinese fonts)
#   deploy/setup.sh --run-only   what is needed to run and to play the demo
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$ROOT"
VENV=$ROOT/.venv
STAMPS=$VENV/.stamps
STEPS=4

RUN_PACKAGES=(python3 python3-venv mosquitto libzbar0 libgl1 libglib2.0-0 procps util-linux ca-certificates fonts-wqy-microhei)
TEST_PACKAGES=(chromium fonts-noto-cjk libatomic1 strace fuse3 systemd)

case "${1:-}" in
"") PACKAGES=("${RUN_PACKAGES[@]}" "${TEST_PACKAGES[@]}") ;;
--run-only) PACKAGES=("${RUN_PACKAGES[@]}") ;;
*)
    echo "usage: deploy/setup.sh [--run-only]" >&2
    exit 2
    ;;
esac

step() { echo "[$1/$STEPS] $2"; }

fail() {
    echo "setup: $1" >&2
    shift
    for line in "$@"; do echo "       $line" >&2; done
    exit 1
}

# Runs a command quietly; where it fails, says what it said and what may help.
quietly() {
    local log hint=$1
    shift
    log=$(mktemp)
    if ! "$@" >"$log" 2>&1; then
        tail -n 25 "$log" >&2
        rm -f "$log"
        fail "this failed: $*" "$hint"
    fi
    rm -f "$log"
}

installed() {
    # Ubuntu and later Debians renamed some libraries to NAMEt64.
    local states
    states=$(dpkg-query -W -f '${Status}\n' "$1" "$1t64" 2>/dev/null || true) # fails for a name that is not known
    [[ $'\n'$states$'\n' == *$'\n''install ok installed'$'\n'* ]]
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        env DEBIAN_FRONTEND=noninteractive "$@"
    else
        sudo env DEBIAN_FRONTEND=noninteractive "$@"
    fi
}

# Debian starts a service when it is installed, and at each boot: a Mosquitto on port 1883, where the hub starts
# its own. While we install, a policy forbids that; afterwards the service we brought is disabled.
POLICY=/usr/sbin/policy-rc.d
policy_is_ours=no
forbid_starts() {
    if [ ! -e "$POLICY" ]; then
        policy_is_ours=yes
        printf '#!/bin/sh\nexit 101\n' | as_root tee "$POLICY" >/dev/null
        as_root chmod 755 "$POLICY"
    fi
}
allow_starts() {
    if [ "$policy_is_ours" = yes ]; then
        as_root rm -f "$POLICY"
        policy_is_ours=no
    fi
}
trap allow_starts EXIT

install_system_packages() {
    local missing=() package brings_mosquitto=no
    command -v dpkg-query >/dev/null && command -v apt-get >/dev/null ||
        fail "this is neither Debian nor Ubuntu." "Install by hand what provides: ${PACKAGES[*]}" \
            "then: python3 -m venv .venv && .venv/bin/pip install -r requirements.lock && .venv/bin/pip install --no-build-isolation --no-deps -e ."
    for package in "${PACKAGES[@]}"; do
        installed "$package" || missing+=("$package")
    done
    if [ ${#missing[@]} -eq 0 ]; then
        step 1 "System packages: all there"
        return
    fi
    step 1 "System packages: installing ${missing[*]}"
    if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
        fail "installing system packages needs root, and there is no sudo here." \
            "Run as root: apt-get install ${missing[*]}" "then run this again."
    fi
    quietly "Is the network up, and is there a mirror in /etc/apt/sources.list?" \
        as_root apt-get update -o Acquire::Retries=3
    [[ " ${missing[*]} " == *" mosquitto "* ]] && brings_mosquitto=yes
    forbid_starts
    quietly "Is the network up? Is another package manager running?" \
        as_root apt-get install -y --no-install-recommends -o Acquire::Retries=3 -o Dpkg::Use-Pty=0 \
        -o DPkg::Lock::Timeout=120 "${missing[@]}"
    allow_starts
    if [ "$brings_mosquitto" = yes ] && [ -d /run/systemd/system ]; then
        as_root systemctl disable --quiet mosquitto.service || true
    fi
}

make_environment() {
    command -v python3 >/dev/null || fail "there is no python3."
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        fail "$(python3 --version) is too old: Relief Relay needs Python 3.11 or later."
    if [ -x "$VENV/bin/python" ] && "$VENV/bin/python" -c 'import pip' 2>/dev/null; then
        step 2 "Virtual environment: .venv is there"
        return
    fi
    step 2 "Virtual environment: making .venv ($(python3 --version))"
    rm -rf "$VENV"
    quietly "Is the disk full?" python3 -m venv "$VENV"
}

# Whether a step was done with exactly these inputs; `done_with` notes it.
digest_of() { sha256sum "$@" | sha256sum | cut -d' ' -f1; }
is_done() { [ -f "$STAMPS/$1" ] && [ "$(cat "$STAMPS/$1")" = "$2" ]; }
done_with() {
    mkdir -p "$STAMPS"
    echo "$2" >"$STAMPS/$1"
}

install_python_packages() {
    local digest
    digest="$(digest_of requirements.lock) $("$VENV/bin/python" --version)"
    if is_done lock "$digest"; then
        step 3 "Python packages: as in requirements.lock"
        return
    fi
    step 3 "Python packages: installing $(grep -c '==' requirements.lock) that requirements.lock names"
    # The lock names everything, the build tools too, so nothing has to be resolved.
    quietly "Is the network up? Packages come from: $("$VENV/bin/python" -m pip config get global.index-url 2>/dev/null || echo "pip's default index")" \
        "$VENV/bin/python" -m pip install --disable-pip-version-check --no-input --retries 5 --no-deps -r requirements.lock
    done_with lock "$digest"
}

install_project() {
    local digest sources
    mapfile -d '' sources < <(find hub/ui edge/ui/web -name node_modules -prune -o -name dist -prune -o -type f -print0 | sort -z)
    digest="$(digest_of pyproject.toml deploy/build_dashboard.py "${sources[@]}") $("$VENV/bin/python" --version)"
    if is_done project "$digest" && [ -f hub/ui/dist/index.html ] && [ -f edge/ui/web/dist/index.html ] && [ -x "$VENV/bin/relay-hub" ]; then
        step 4 "The project and its pages: up to date"
        return
    fi
    step 4 "The project: installing it, and building its pages with the Node that came with the packages"
    quietly "The pages' packages come from the npm registry: is the network up?" \
        "$VENV/bin/python" -m pip install --disable-pip-version-check --no-input --no-build-isolation --no-deps -e .
    done_with project "$digest"
}

install_system_packages
make_environment
install_python_packages
install_project
