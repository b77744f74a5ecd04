"""Stock: what PharmaOne holds and what of it RxScale may offer. Pure."""
