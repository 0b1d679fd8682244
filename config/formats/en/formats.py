"""English dates are written in one way: "Aug 26, 2026", and within the year "Aug 26". Django's own have three."""

DATE_FORMAT = "M j, Y"
MONTH_DAY_FORMAT = "M j"
DATETIME_FORMAT = "M j, Y, P"
