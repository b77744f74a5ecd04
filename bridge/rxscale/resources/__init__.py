"""What the bridge's own work does not need of RxScale, and its commands and other programs do."""

from bridge.rxscale.resources.payouts import Payout, Payouts
from bridge.rxscale.resources.public import LiveStock, PublicProduct, PublicSku, Reservation, Shop

__all__ = [
    "LiveStock",
    "Payout",
    "Payouts",
    "PublicProduct",
    "PublicSku",
    "Reservation",
    "Shop",
]
