#!/bin/sh
# Take ShelterDesk away again. What was entered stays unless you say otherwise, and it asks first.
# Quitar ShelterDesk. Lo registrado se queda, salvo que usted diga otra cosa; pregunta primero.
set -eu
SHELTERDESK_STARTED=1 # the installed program itself, not a newer one that an update laid beside it
export SHELTERDESK_STARTED
home=${XDG_DATA_HOME:-$HOME/.local/share}
program=$home/shelterdesk-program/shelterdesk
if [ -x "$program" ]; then
    exec "$program" uninstall "$@"
fi
if command -v shelterdesk >/dev/null 2>&1; then
    exec shelterdesk uninstall "$@"
fi
echo "ShelterDesk is not installed here. / ShelterDesk no está instalado aquí." >&2
exit 1
