"""Read the log's tiles, each as it must be."""

from __future__ import annotations

from sallyport.domain.merkle import Broken, Edge, Place, edge
from sallyport.domain.notary import LogInconsistent, NotaryPorts


def log_edge(size: int, ports: NotaryPorts) -> Edge:
    """The right edge of the log at this size. Raises LogInconsistent where a tile is not what it must be."""
    try:
        return edge(size, lambda place: tile(place, ports))
    except Broken:
        raise LogInconsistent("tile_size") from None


def tile(place: Place, ports: NotaryPorts) -> bytes:
    content = ports.worm.get(place.path)
    if content is None:
        raise LogInconsistent("tile_missing")
    return content
