#!/usr/bin/env bash
# Installs what the media transforms need of a Debian or Ubuntu system: the libraries that OpenCV's native package links to, and ffmpeg.
# Does nothing where all is there; without root it prints the one line to run.
set -euo pipefail

packages=(libdrm2 libatomic1 ffmpeg)
# Ubuntu 24.04 renamed GTK's package.
if command -v apt-cache > /dev/null && ! apt-cache show libgtk-3-0 > /dev/null 2>&1 && apt-cache show libgtk-3-0t64 > /dev/null 2>&1; then
    packages=(libgtk-3-0t64 "${packages[@]}")
else
    packages=(libgtk-3-0 "${packages[@]}")
fi

missing=()
for package in "${packages[@]}"; do
    dpkg-query --show --showformat='${db:Status-Status}' "$package" 2> /dev/null | grep -qx installed || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

install="apt-get install -y --no-install-recommends ${missing[*]}"
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get > /dev/null; then
    echo "Media needs packages of the system that are not there. Run as root: $install" >&2
    exit 1
fi
apt-get update -q
DEBIAN_FRONTEND=noninteractive $install
