"""What the public API would refuse is not sent."""

import pytest

from bridge.core.model import SkuUid
from bridge.rxscale.shop import _lines


def test_at_least_one_piece_is_asked_for():
    """Seed 003: quantity "must be at least 1"."""
    assert _lines({SkuUid("sku-1"): 1}) == [{"sku_uid": "sku-1", "quantity": 1}]
    with pytest.raises(ValueError, match="sku-1: quantity 0, which must be at least 1"):
        _lines({SkuUid("sku-1"): 0})
