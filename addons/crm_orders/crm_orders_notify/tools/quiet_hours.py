"""When customers may be written to: plain functions."""

from datetime import datetime, time, timedelta

import pytz


def next_allowed(moment, zone, start, end):
    """The first moment from `moment` on that is not within the quiet hours.

    :param moment: naive, in UTC
    :param zone: name of the customer's or the shop's time zone
    :param start: hour of the day when the quiet hours begin, say 20.5
    :param end: hour of the day when they end; the same as `start` means there are none
    :return: naive, in UTC
    """
    if start == end:
        return moment
    tz = pytz.timezone(zone)
    local = pytz.utc.localize(moment).astimezone(tz)
    hour = local.hour + local.minute / 60 + local.second / 3600
    if start < end:
        if not start <= hour < end:
            return moment
        day = local.date()
    else:
        if end <= hour < start:
            return moment
        day = local.date() + timedelta(days=1 if hour >= start else 0)
    minutes = round(end * 60)
    awake = datetime.combine(day, time.min) + timedelta(minutes=minutes)
    # Where the clock is put forward over that moment, the hour after it counts.
    found = tz.normalize(tz.localize(awake, is_dst=False)).astimezone(pytz.utc)
    return max(found.replace(tzinfo=None), moment)
