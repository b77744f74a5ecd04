-- Two indexes that every delivery had to keep up and that a scan now and then can do without:
-- old deliveries are forgotten once an hour, and people list orders.

DROP INDEX deliveries_by_age;
DROP INDEX orders_newest;
