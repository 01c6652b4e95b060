-- Since when an endpoint is paused or disabled. Of one that is already, it is not known.
ALTER TABLE `forward_endpoints` ADD `status_since` text;
