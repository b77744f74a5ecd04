"""What the store remembers of stock: both sides' numbers, open orders' lines, adjustments."""
