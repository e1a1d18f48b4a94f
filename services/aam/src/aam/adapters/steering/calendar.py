"""When schedules are due."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from aam.domain.errors import InvalidSchedule
from aam.domain.steering import Schedule

FIELDS = 5


class CronCalendar:
    """The `Calendar` port: cron texts count as Debian's cron counts them, also when clocks change."""

    def following(self, schedule: Schedule, after: datetime, last: datetime) -> datetime:
        """The first due time after a moment, in UTC."""
        if schedule.every_minutes:
            step = timedelta(minutes=schedule.every_minutes)
            return last + step * max(1, (after - last) // step + 1)
        zone = _zone(schedule.timezone)
        if len(schedule.cron.split()) != FIELDS:
            raise _refused(schedule.cron, "it has five fields: minute, hour, day of month, month, day of week")
        try:
            return next(CronSim(schedule.cron, after.astimezone(zone))).astimezone(UTC)
        except CronSimError as error:
            raise _refused(schedule.cron, str(error)) from None
        except StopIteration:
            raise _refused(schedule.cron, "no such time will come") from None


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidSchedule(f"{name[:60]!r} is no time zone.", hint="Use a name like UTC or Europe/Berlin.") from None


def _refused(cron: str, why: str) -> InvalidSchedule:
    return InvalidSchedule(
        f"{cron[:60]!r} is no cron text: {why}.", hint="For example 0 3 * * 1-5 is 3 o'clock from Monday to Friday."
    )
