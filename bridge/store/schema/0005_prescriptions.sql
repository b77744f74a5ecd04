-- Prescriptions that are sent to PharmaOne by themselves (orders.prescriptions = "ingest"): their
-- id there, their status as last seen, and when sending one was begun whose answer is missing.

ALTER TABLE orders ADD COLUMN prescription_id TEXT CHECK (prescription_id <> '');
ALTER TABLE orders ADD COLUMN prescription_status TEXT;
ALTER TABLE orders ADD COLUMN prescription_at INTEGER;
