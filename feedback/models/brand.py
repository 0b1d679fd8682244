"""How a company looks to its customers, on pages and in mails: its name and one of twelve designed accents."""

from dataclasses import dataclass

# By day and by night, as static/css/customer-page.css draws them; mail programs know no oklch().
ACCENTS = (
    ("#8f2e3d", "#f09da3"),
    ("#8e3510", "#efa187"),
    ("#754b10", "#e1ac6e"),
    ("#595911", "#bbbd70"),
    ("#2c6330", "#8fc990"),
    ("#0f6353", "#6bccb4"),
    ("#00626a", "#5ecad6"),
    ("#005d84", "#74c2ee"),
    ("#2b519c", "#94b8f8"),
    ("#504799", "#b0aff5"),
    ("#703a86", "#d0a4e4"),
    ("#853166", "#e69dc6"),
)


@dataclass(frozen=True)
class Brand:
    """As templates/customer/base.html and templates/mail/base.html want it. Without a hue a mail has no accent."""

    name: str = ""
    hue: int | None = None

    @property
    def colour(self) -> str:
        return "" if self.hue is None else ACCENTS[self.hue][0]

    @property
    def colour_by_night(self) -> str:
        return "" if self.hue is None else ACCENTS[self.hue][1]
