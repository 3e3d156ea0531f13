"""DynamoDB's exports, in memory."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from sallyport.domain.exports import Export, ExportStatus, Order, WindowGone
from sallyport.domain.ports import PortFailed


@dataclass
class FakeTableExports:
    """The newest last. An export is done as soon as it was started, or what `becomes` says."""

    known: list[Export] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    now: datetime = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
    becomes: ExportStatus = ExportStatus.DONE
    window_gone: bool = False
    failing: str | None = None

    def recent(self) -> list[Export]:
        found: list[Export] = []
        for export in reversed(self.known):
            found.append(replace(export))
            if export.status is ExportStatus.DONE:
                break
        return found

    def start(self, order: Order) -> None:
        if self.failing is not None:
            raise PortFailed(self.failing)
        if self.window_gone and order.window is not None:
            raise WindowGone
        self.orders.append(order)
        until = order.window[1] if order.window is not None else self.now
        self.known.append(Export(order.prefix, self.becomes, self.now, until))


@dataclass
class ExportHouse:
    """The exporting function's ports."""

    table_exports: FakeTableExports = field(default_factory=FakeTableExports)
