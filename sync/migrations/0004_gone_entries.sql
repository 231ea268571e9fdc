-- What a record consists of that is gone is no part of it any longer, unless the record is gone itself.
DROP VIEW contents;
CREATE VIEW contents AS
SELECT
    l.connection, l.collection, r.id,
    c.messages, c.raw AS raw_bytes, coalesce(c.packed, 0) AS packed_bytes,
    qd_time(coalesce(c.fetched_at, r.confirmed_at)) AS fetched_at,
    c.state = 2 AS stale
FROM content AS c
JOIN record AS r ON r.key = c.record
JOIN list AS l ON l.id = c.list
WHERE c.state IN (1, 2, 5)
UNION ALL
SELECT
    l.connection, l.collection, r.id,
    (SELECT count(*) FROM child AS x JOIN record AS e ON e.key = x.record
        WHERE x.part = p.id AND (e.gone_at IS NULL OR r.gone_at IS NOT NULL)),
    NULL, 0, qd_time(r.confirmed_at), 0
FROM list AS l
JOIN list AS o ON o.connection = l.connection AND o.collection = l.content_list
JOIN part AS p ON p.list = o.id
JOIN record AS r ON r.list = l.id AND r.id = p.name
WHERE EXISTS (
    SELECT 1 FROM child AS x JOIN record AS e ON e.key = x.record
    WHERE x.part = p.id AND (e.gone_at IS NULL OR r.gone_at IS NOT NULL));

-- Whoever follows the change feed has read what is no part of these any longer.
INSERT INTO feed (first, last)
SELECT r.key, r.key
FROM list AS l
JOIN list AS o ON o.connection = l.connection AND o.collection = l.content_list
JOIN part AS p ON p.list = o.id
JOIN record AS r ON r.list = l.id AND r.id = p.name
WHERE r.gone_at IS NULL AND EXISTS (
    SELECT 1 FROM child AS x JOIN record AS e ON e.key = x.record
    WHERE x.part = p.id AND e.gone_at IS NOT NULL);
