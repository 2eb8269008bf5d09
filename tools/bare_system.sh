# shellcheck shell=sh
# A bare Debian 12 in a folder, for the proofs (prove-fresh, prove-stick, prove-update), which read this file in.
# All mounts are made in a mount namespace of that process alone: they end with it, however it ends.

stop() { echo "Nothing proved: $1" >&2; exit 1; }

started=$(date +%s)
tell() { echo "== $(($(date +%s) - started)) s: $*"; }

needs() {  # needs TOOL PACKAGE ...: pairs
    [ "$(id -u)" = 0 ] || stop "only root can make a system of its own in a folder."
    while [ $# -gt 0 ]; do
        command -v "$1" >/dev/null || stop "$1 is missing (apt-get install $2)."
        shift 2
    done
}

alone() {  # alone SCRIPT ARGUMENT...: the script once more, with mounts of its own
    [ -n "${PROVE_INSIDE:-}" ] || PROVE_INSIDE=1 exec unshare --mount --propagation private -- "$@"
}

empty_folder() {  # its whole path, made where it is missing
    mkdir -p "$1"
    (cd "$1" && [ -z "$(ls -A)" ] && pwd -P) || stop "$1 is not empty."
}

bare_debian() {  # bare_debian ROOT LOG [PACKAGES]: the last thing that needs a network
    archive=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.sources /etc/apt/sources.list.d/*.list 2>/dev/null |
        sed -n -e 's/^URIs:[[:space:]]*\([^[:space:]]*\).*/\1/p' \
            -e 's/^deb[[:space:]]\(\[[^]]*\][[:space:]]*\)\{0,1\}\([^[:space:]]*\).*/\2/p' | head -n 1)
    [ -n "$archive" ] || stop "no Debian archive is named in this machine's apt sources."
    tell "making a bare Debian (bookworm, minbase${3:+, with $3})"
    debootstrap --variant=minbase ${3:+--include="$3"} bookworm "$1" "$archive" >"$2" 2>&1 ||
        stop "debootstrap failed; see $2"
    mount -t proc proc "$1/proc"
    mkdir -p "$1/dev/shm"
    mount -t tmpfs tmpfs "$1/dev/shm"
}

without_network() {  # without_network ROOT: no sources, no names, and somebody who works there
    rm -rf "$1"/etc/apt/sources.list* "$1/etc/resolv.conf"
    chroot "$1" useradd --create-home --shell /bin/sh desk
}

bare_screen() {  # bare_screen ROOT PLACE: a screen of this machine's, seen in the bare system; sets $screen
    sockets=tmp/.X11-unix  # below the root, there and here: where X itself puts them
    screen=90
    while [ -e "/$sockets/X$screen" ]; do screen=$((screen + 1)); done
    mkdir -p "$2/screen" "$1/$sockets"
    Xvfb ":$screen" -screen 0 1366x768x24 -nolisten tcp -ac -fbdir "$2/screen" >"$2/xvfb.log" 2>&1 &
    xvfb=$!
    trap 'kill $xvfb 2>/dev/null || true' EXIT INT TERM
    until [ -e "/$sockets/X$screen" ]; do kill -0 $xvfb || stop "Xvfb did not start."; done
    mount --bind "/$sockets" "$1/$sockets"
}

inside() {  # inside USER COMMAND...: in the bare system at $root, in a network namespace that has no device up
    who=$1
    shift
    unshare --net -- chroot "$root" su - "$who" -c "$*" </dev/null
}
