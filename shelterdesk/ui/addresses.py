"""The addresses of this laptop that others on the local network can reach."""

from __future__ import annotations

from PySide6.QtNetwork import QAbstractSocket, QNetworkInterface


def own_addresses() -> list[str]:
    """IPv4 addresses of cards that are up, those of the usual local ranges first; none without a network."""
    found: list[str] = []
    for card in QNetworkInterface.allInterfaces():
        flags = card.flags()
        if (
            not flags & QNetworkInterface.InterfaceFlag.IsRunning
            or flags & QNetworkInterface.InterfaceFlag.IsLoopBack
        ):
            continue
        for entry in card.addressEntries():
            address = entry.ip()
            if address.protocol() == QAbstractSocket.NetworkLayerProtocol.IPv4Protocol:
                found.append(address.toString())
    return sorted(found, key=lambda text: (not text.startswith(("192.168.", "10.", "172.")), text))
