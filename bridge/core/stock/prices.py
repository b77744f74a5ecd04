"""PharmaOne's price of a unit as RxScale's price of a SKU: euros to cents, exactly."""

from decimal import Decimal

from bridge.core.stock.model import Anomaly, Offer


def wanted_price(
    euros: Decimal, offer: Offer, before: int | None, most_percent: int | None
) -> int | Anomaly:
    """The cents for one SKU; an anomaly for none, for parts of a cent, or for a sudden change.

    `most_percent` is how far a price may move from `before` at once; None: as far as it likes.
    """
    numerator, denominator = (euros * 100).as_integer_ratio()
    cents, rest = divmod(numerator * offer.units_num, denominator * offer.units_den)
    if rest or cents <= 0:
        what = f"{offer.uid}: PharmaOne's price {euros} makes no whole number of cents above 0"
        return Anomaly("price_fraction", what, offer.uid)
    if before and most_percent is not None and abs(cents - before) * 100 > most_percent * before:
        what = f"{offer.uid}: the price would change from {before} to {cents} cents at once"
        return Anomaly("price", what, offer.uid)
    return cents
