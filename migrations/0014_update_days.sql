-- What a day means: no column is added or changed, so the version before this runs on it too.

-- A parcel that was expected on a day, without a time of day, was stored as midnight in UTC.
UPDATE shipments SET eta = substr(eta, 1, 10) WHERE eta LIKE '%T00:00:00.000Z';
