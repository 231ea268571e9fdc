-- How many records of a list were last active in each quarter of an hour since 1970, by status. Counts per day are summed up
-- from these in whatever time zone they are asked for: days begin at such a quarter everywhere. Status 0 is none; records
-- without any time are not counted.
CREATE TABLE pace (
    list INTEGER NOT NULL,
    gone INTEGER NOT NULL,
    quarter INTEGER NOT NULL,
    status INTEGER NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (list, gone, quarter, status)
) WITHOUT ROWID;
INSERT INTO pace (list, gone, quarter, status, n)
SELECT list, gone_at IS NOT NULL, coalesce(updated_at, created_at) / 900000, coalesce(status, 0), count(*)
FROM record WHERE coalesce(updated_at, created_at) IS NOT NULL
GROUP BY 1, 2, 3, 4;
