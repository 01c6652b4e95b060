-- Orders that events have named for one row beyond the one that it is linked to (src/store/disputes.ts).
CREATE TABLE `disputed_links` (
	`entity` text NOT NULL,
	`row_key` text NOT NULL,
	`order_number` text NOT NULL,
	PRIMARY KEY(`entity`, `row_key`, `order_number`)
) STRICT, WITHOUT ROWID;
