"""What stands between the mesh and a host, found by trying to connect."""

import socket

from aos_common.egress import Egress, EgressRefused, HostUnknown

from aam.domain.errors import Obstacle

SECONDS = 5.0


class TcpReach:
    """The `Reach` port: one TCP connection to a checked address, closed as soon as it stands."""

    def __init__(self, egress: Egress, seconds: float = SECONDS) -> None:
        self._egress, self._seconds = egress, seconds

    def __call__(self, host: str, port: int) -> Obstacle:
        """Try the checked addresses in turn; the last one's trouble counts."""
        found = Obstacle.HOST_UNKNOWN
        try:
            addresses = self._egress.addresses_now(host, port)
        except EgressRefused:
            return Obstacle.ADDRESS_NOT_ALLOWED
        except HostUnknown:
            return found
        for address in addresses:
            try:
                socket.create_connection((address, port), self._seconds).close()
            except ConnectionRefusedError:
                found = Obstacle.REFUSED
            except TimeoutError:
                found = Obstacle.TIMEOUT
            except OSError:
                found = Obstacle.UNREACHABLE
            else:
                return Obstacle.NONE
        return found
