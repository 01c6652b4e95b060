-- What people do at the console. Tables are added only, so the version before this runs on it too.

-- Wrong admin tokens by ten minutes and where they came from (a digest, never an address; '' counts
-- them all), so that guessing ends early. A period's rows go when the next one begins.
CREATE TABLE `sign_in_failures` (
	`period` integer NOT NULL,
	`source` text NOT NULL,
	`failures` integer NOT NULL,
	PRIMARY KEY(`period`, `source`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint

-- The latest replays: which events a person had taken again, to see what became of them.
CREATE TABLE `replays` (
	`id` integer PRIMARY KEY NOT NULL,
	`started_at` text NOT NULL,
	`events` text NOT NULL
) STRICT;
