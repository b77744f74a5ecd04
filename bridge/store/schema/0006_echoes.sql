-- The words that the bridge itself set at RxScale in its last look and that were not told back yet,
-- one a line: RxScale announces each of them, and none of these is news.

ALTER TABLE orders ADD COLUMN echoes TEXT NOT NULL DEFAULT '';
