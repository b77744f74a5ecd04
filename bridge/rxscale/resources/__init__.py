"""What the bridge's own work does not need of RxScale, and its commands and other programs do."""

from bridge.rxscale.resources.orders import OrderRow, PharmacyOrders
from bridge.rxscale.resources.payouts import Payout, Payouts
from bridge.rxscale.resources.public import LiveStock, PublicProduct, PublicSku, Reservation, Shop

__all__ = [
    "LiveStock",
    "OrderRow",
    "Payout",
    "Payouts",
    "PharmacyOrders",
    "PublicProduct",
    "PublicSku",
    "Reservation",
    "Shop",
]
