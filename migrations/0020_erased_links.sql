-- Erasure finds what was ever named for an order. The table has a row for each real disagreement, so an index
-- costs an ordinary event nothing.

CREATE INDEX `disputed_links_order` ON `disputed_links` (`order_number`);
