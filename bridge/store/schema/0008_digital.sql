-- Nothing that is digital lies on a shelf: `stock verify` passes over it.

ALTER TABLE skus ADD COLUMN digital INTEGER NOT NULL DEFAULT 0 CHECK (digital = 0 OR digital = 1);
