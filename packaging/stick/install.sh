#!/bin/sh
# Install ShelterDesk from this stick without an administrator and without a network, into the home of who runs it.
# Instalar ShelterDesk desde esta memoria, sin administrador y sin red, en la carpeta personal de quien lo ejecuta.
# Usage / Uso:  sh install.sh
set -eu
cd "$(dirname "$0")"
version=@VERSION@
home=${XDG_DATA_HOME:-$HOME/.local/share}
target=$home/shelterdesk-program

stop() {
    echo "Not installed / No se instaló: $1" >&2
    exit 1
}
# Whatever stops it between the two steps at the end, the program of before is put back; by the next try at the latest.
put_back() {
    [ -e "$target" ] || [ ! -e "$target.before" ] || mv "$target.before" "$target"
}
put_back
[ "$(uname -s)" = Linux ] || stop "this stick is for Linux / esta memoria es para Linux"
echo "Looking at the files of the stick / Revisando los archivos de la memoria ..."
sha256sum --quiet --check SHA256SUMS >&2 || stop "a file of the stick is damaged; copy it anew / hay un archivo dañado; cópielo de nuevo"

echo "Installing / Instalando ..."
mkdir -p "$home" || stop "$home"
rm -rf "$target.partial"
mkdir "$target.partial" || stop "$target.partial"
tar -xOf "shelterdesk-$version.update" payload.tar.gz | tar -xzf - -C "$target.partial" ||
    { rm -rf "$target.partial"; stop "no room on the disk? / ¿no hay espacio en el disco?"; }
# SHELTERDESK_STARTED: this very program is tried, not a newer one that an update laid beside it.
SHELTERDESK_STARTED=1 "$target.partial/shelterdesk" --version >/dev/null ||
    { rm -rf "$target.partial"; stop "it does not start on this system / no arranca en este sistema"; }
cp uninstall.sh "$target.partial/uninstall.sh" || { rm -rf "$target.partial"; stop "uninstall.sh"; }
sync
rm -rf "$target.before"
trap put_back EXIT
trap 'exit 1' HUP INT TERM
[ ! -e "$target" ] || mv "$target" "$target.before"
mv "$target.partial" "$target" || stop "$target"
rm -rf "$target.before"

mkdir -p "$HOME/.local/bin" "$home/applications" "$home/icons/hicolor/scalable/apps"
ln -sfn "$target/shelterdesk" "$HOME/.local/bin/shelterdesk"
cp "$target/_internal/shelterdesk.svg" "$home/icons/hicolor/scalable/apps/shelterdesk.svg"
{
    grep -v '^Exec=' "$target/_internal/shelterdesk.desktop"
    printf 'Exec="%s"\n' "$target/shelterdesk"
} >"$home/applications/shelterdesk.desktop"
sync
echo
echo "ShelterDesk $version is installed; it is in the menu of programs. / ShelterDesk $version está instalado; está en el menú de programas."
echo "  $target/shelterdesk"
