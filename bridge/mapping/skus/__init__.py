"""skus.csv: which PharmaOne product an ordered SKU is, and how many units of it one SKU holds."""

from bridge.mapping.skus.links import SkuLink, SkuLinks, pharmacy_sku, pzn_is_valid
from bridge.mapping.skus.table import COLUMNS, columns_of, counts, read_skus

__all__ = [
    "COLUMNS",
    "SkuLink",
    "SkuLinks",
    "columns_of",
    "counts",
    "pharmacy_sku",
    "pzn_is_valid",
    "read_skus",
]
