-- name: forget_skus
DELETE FROM skus WHERE seen_at <> ?

-- name: skus_for_linking
SELECT pharmacy_sku_uid, sku_uid, external_id, name, selling_unit, unit FROM skus
WHERE pharmacy_sku_uid > ? ORDER BY pharmacy_sku_uid LIMIT ?

-- name: links
SELECT pharmacy_sku_uid, external_id FROM skus
