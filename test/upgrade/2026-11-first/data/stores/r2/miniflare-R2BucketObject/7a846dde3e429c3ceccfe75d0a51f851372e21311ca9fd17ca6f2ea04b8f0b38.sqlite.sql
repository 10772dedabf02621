CREATE TABLE _mf_objects (
    key TEXT PRIMARY KEY,
    blob_id TEXT,
    version TEXT NOT NULL,
    size INTEGER NOT NULL,
    etag TEXT NOT NULL,
    uploaded INTEGER NOT NULL,
    checksums TEXT NOT NULL,
    http_metadata TEXT NOT NULL,
    custom_metadata TEXT NOT NULL
);
CREATE TABLE _mf_multipart_uploads (
    upload_id TEXT PRIMARY KEY,
    key TEXT NOT NULL,
    http_metadata TEXT NOT NULL,
    custom_metadata TEXT NOT NULL,
    state TINYINT DEFAULT 0 NOT NULL
);
CREATE TABLE _mf_multipart_parts (
    upload_id TEXT NOT NULL REFERENCES _mf_multipart_uploads(upload_id),
    part_number INTEGER NOT NULL,
    blob_id TEXT NOT NULL,
    size INTEGER NOT NULL,
    etag TEXT NOT NULL,
    checksum_md5 TEXT NOT NULL,
    object_key TEXT REFERENCES _mf_objects(key) DEFERRABLE INITIALLY DEFERRED,
    PRIMARY KEY (upload_id, part_number)
);
INSERT INTO "_mf_objects" VALUES ('notes/4231c1f3b31cbdd624306bd3dc9d933e.txt', '24948e2cd83dae601dbfe90fc20a38af23c9e6fa894f80f7d78bb0d0740e9963000001a2297cf1eb', '27d3c8cbd66c111f6fdf32e994c37f58', 23, 'd90d90003d6d5b19f08931890761caa5', 1795992383985, '{}', '{"contentType":"text/plain; charset=utf-8"}', '{}');
PRAGMA user_version = 0;
