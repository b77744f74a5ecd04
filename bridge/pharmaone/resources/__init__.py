"""What the bridge's own work does not need of PharmaOne, and its commands and other programs do."""

from bridge.pharmaone.resources.orders import Orders, OrderSummary, OrderUpsert, UpsertItem
from bridge.pharmaone.resources.products import Product, ProductChange, Products
from bridge.pharmaone.resources.reports import Report, Reports

__all__ = [
    "OrderSummary",
    "OrderUpsert",
    "Orders",
    "Product",
    "ProductChange",
    "Products",
    "Report",
    "Reports",
    "UpsertItem",
]
