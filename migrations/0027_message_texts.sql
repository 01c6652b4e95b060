-- What people have made of the texts of messages. The table is added only, so the version before this runs on it too.
CREATE TABLE `message_texts` (
	`language` text NOT NULL,
	`key` text NOT NULL,
	`version` integer NOT NULL,
	`text` text,
	`changed_at` text NOT NULL,
	`changed_by` text NOT NULL,
	PRIMARY KEY(`language`, `key`, `version`)
) STRICT, WITHOUT ROWID;
