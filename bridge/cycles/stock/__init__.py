"""Stock goes out: read PharmaOne's inventory, plan, write RxScale's SKUs; and back, by choice."""
