#!/bin/sh
# Install stickerface into an environment of its own, with `stickerface` on PATH: for you under ~/.local, or as root for
# everybody under /usr/local. `make install`, `make uninstall` and `make install-service` call this.
# PREFIX, EXTRAS (such as matte, or matte,cluster) and PYTHON say otherwise.
set -eu
cd "$(dirname "$0")/.."

is_root() { [ "$(id -u)" = 0 ]; }
if is_root; then PREFIX=${PREFIX:-/usr/local}; else PREFIX=${PREFIX:-$HOME/.local}; fi
PYTHON=${PYTHON:-python3}
EXTRAS=${EXTRAS:-}
home=$PREFIX/lib/stickerface # a folder for each installation
program=$PREFIX/bin/stickerface
settings=/etc/stickerface.env
unit=/etc/systemd/system/stickerface.service
state=/var/lib/stickerface

stop() {
    echo "$1" >&2
    exit 2
}

is_ours() {
    case "$(readlink "$program" || true)" in "$home"/*) true ;; *) false ;; esac
}

# What is there stays as it is, and usable, until the new installation has answered; the one before stays to go back to.
install_program() {
    "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
        || stop "Python 3.11 or newer is needed (set PYTHON=/path/to/python3.11)"
    if [ -e "$program" ] && ! is_ours; then
        stop "$program is there and not from make install: remove it, or set PREFIX"
    fi
    new=$home/$(date +%Y%m%d-%H%M%S)
    source=$(mktemp -d)
    trap 'rm -rf "$source" "$new"' EXIT
    trap 'exit 130' INT TERM
    mkdir -p "$home" "$PREFIX/bin"
    "$PYTHON" -m venv "$new" || stop "On Debian: apt-get install python3-venv"
    # Built in a copy: pip leaves what it builds beside the source, and would pack what an earlier build left there.
    cp -R pyproject.toml constraints.txt ./*.md LICENSE stickerface.py api benchmarks bot cli docs emulator engine service storage "$source"
    "$new/bin/python" -m pip install --quiet --disable-pip-version-check \
        -c constraints.txt "$source${EXTRAS:+[$EXTRAS]}"
    answer=$("$new/bin/stickerface" --version)
    old=$(readlink "$program" || true)
    ln -sf "$new/bin/stickerface" "$program.new"
    mv -f "$program.new" "$program"
    trap 'rm -rf "$source"' EXIT
    for each in "$home"/*; do
        case "$each" in "$new" | "${old%/bin/stickerface}") ;; *) rm -rf "$each" ;; esac
    done
    echo "$answer is installed as $program"
    case ":$PATH:" in
        *":$PREFIX/bin:"*) ;;
        *) echo "$PREFIX/bin is not on your PATH: add it (in ~/.profile: PATH=\"$PREFIX/bin:\$PATH\")" ;;
    esac
}

install_service() {
    is_root || stop "install-service needs root: sudo make install-service"
    [ "$PREFIX" = /usr/local ] || stop "install-service needs PREFIX=/usr/local, which the unit names"
    install_program
    getent passwd stickerface >/dev/null \
        || useradd --system --user-group --home-dir "$state" --shell /usr/sbin/nologin stickerface
    example=.env.example
    [ ! -e .env ] || example=.env
    [ -e "$settings" ] || install -m 640 -g stickerface "$example" "$settings"
    install -d -m 700 -o stickerface -g stickerface "$state"
    ln -sfn "$settings" "$state/.env" # so that commands by hand, run there, have the service's settings
    install -m 644 deploy/stickerface.service "$unit"
    [ ! -d /run/systemd/system ] || systemctl daemon-reload
    echo "Fill in $settings, then: systemctl enable --now stickerface"
}

uninstall() {
    if [ -e "$unit" ] && is_root && [ "$PREFIX" = /usr/local ]; then
        [ ! -d /run/systemd/system ] || systemctl disable --now stickerface
        rm -f "$unit"
        echo "What people entrusted to the bot stays in $state, its settings in $settings: remove them yourself."
    fi
    if is_ours; then rm -f "$program"; fi
    rm -rf "$home"
    echo "stickerface is no longer in $PREFIX"
}

case "${1:-install}" in
    install) install_program ;;
    service) install_service ;;
    uninstall) uninstall ;;
    *) stop "usage: install.sh install|service|uninstall" ;;
esac
