"""What the bridge's own work does not need of PharmaOne, and its commands and other programs do."""

from bridge.pharmaone.resources.orders import Orders, OrderSummary, OrderUpsert, UpsertItem
from bridge.pharmaone.resources.prescriptions import Prescription, Prescriptions
from bridge.pharmaone.resources.products import InventoryRow, Product, ProductChange, Products
from bridge.pharmaone.resources.reports import Report, Reports

__all__ = [
    "InventoryRow",
    "OrderSummary",
    "OrderUpsert",
    "Orders",
    "Prescription",
    "Prescriptions",
    "Product",
    "ProductChange",
    "Products",
    "Report",
    "Reports",
    "UpsertItem",
]
