"""RxScale's External Pharmacy API as its documents describe it."""
