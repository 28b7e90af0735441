#!/bin/sh
# Sees to it that the two programs which the tests drive are there: Chromium and PostgreSQL's server.
# Installs them where it may (Debian, as root); otherwise says what to install, and fails.
set -eu

missing=
[ -x /usr/bin/chromium ] || missing="$missing chromium"
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "the tests need these programs from Debian:$missing" >&2
    echo "install them as root: apt-get update && apt-get install --no-install-recommends$missing" >&2
    exit 1
fi
echo "installing from Debian:$missing"
export DEBIAN_FRONTEND=noninteractive
export RUNLEVEL=1 # the tests start a server of their own: Debian's need not run
apt-get -q update
# shellcheck disable=SC2086 - a list of packages, not one name
apt-get -q -y install --no-install-recommends $missing
