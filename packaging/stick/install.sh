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
[ "$(uname -s)" = Linux ] || stop "this stick is for Linux / esta memoria es para Linux"
echo "Looking at the files of the stick / Revisando los archivos de la memoria ..."
sha256sum --quiet --check SHA256SUMS >&2 || stop "a file of the stick is damaged; copy it anew / hay un archivo dañado; cópielo de nuevo"

echo "Installing / Instalando ..."
mkdir -p "$home" || stop "$home"
rm -rf "$target.partial"
mkdir "$target.partial" || stop "$target.partial"
tar -xOf "shelterdesk-$version.update" payload.tar.gz | tar -xzf - -C "$target.partial" ||
    { rm -rf "$target.partial"; stop "no room on the disk? / ¿no hay espacio en el disco?"; }
"$target.partial/shelterdesk" --version >/dev/null ||
    { rm -rf "$target.partial"; stop "it does not start on this system / no arranca en este sistema"; }
sync
rm -rf "$target.before"
[ ! -e "$target" ] || mv "$target" "$target.before"
mv "$target.partial" "$target"
rm -rf "$target.before"

mkdir -p "$HOME/.local/bin" "$home/applications" "$home/icons/hicolor/scalable/apps"
ln -sf "$target/shelterdesk" "$HOME/.local/bin/shelterdesk"
cp "$target/_internal/shelterdesk.svg" "$home/icons/hicolor/scalable/apps/shelterdesk.svg"
sed "s|^Exec=.*|Exec=\"$target/shelterdesk\"|" "$target/_internal/shelterdesk.desktop" >"$home/applications/shelterdesk.desktop"
cp uninstall.sh "$target/uninstall.sh"
sync
echo
echo "ShelterDesk $version is installed; it is in the menu of programs. / ShelterDesk $version está instalado; está en el menú de programas."
echo "  $target/shelterdesk"
