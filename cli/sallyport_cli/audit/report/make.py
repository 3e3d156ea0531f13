"""Make a report: verify, read once, write."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sallyport_cli.audit.findings import Report
from sallyport_cli.audit.report.document import Subject, write
from sallyport_cli.audit.report.files import open_files, row_of
from sallyport_cli.audit.report.gather import gather
from sallyport_cli.audit.report.period import Period
from sallyport_cli.audit.verify import Against, verify


def report(
    folder: Path, period: Period, out: Path, against: Against | None, requests: int, now: Callable[[], datetime]
) -> tuple[Path, Report]:
    """Write the report on `period` into `out`. Returns where it is, and the verdict. Raises CannotTell."""
    verdict = verify(folder, against)
    out.mkdir(parents=True, exist_ok=True)
    with open_files(out) as files:
        files.add(map(row_of, verdict.findings))
        gathered = gather(folder, period, files, requests)
    compared = against.worm if against is not None else None
    return write(out, Subject(gathered, verdict, now(), compared)), verdict
