"""What the bridge's own work does not need of RxScale, and its commands and other programs do."""

from bridge.rxscale.resources.orders import OrderDetail, OrderRow, PharmacyOrders
from bridge.rxscale.resources.payouts import Payout, Payouts
from bridge.rxscale.resources.public import LiveStock, PublicProduct, PublicSku, Reservation, Shop
from bridge.rxscale.resources.skus import PharmacySku, Skus

__all__ = [
    "LiveStock",
    "OrderDetail",
    "OrderRow",
    "Payout",
    "Payouts",
    "PharmacyOrders",
    "PharmacySku",
    "PublicProduct",
    "PublicSku",
    "Reservation",
    "Shop",
    "Skus",
]
