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
INSERT INTO "_mf_objects" VALUES ('received/7e5a5c81-e960-4e26-add7-6831c1e374c2.json', '8f9bdb5469d0e5d1b6f7a073f3f48d22f0534a2c276e929595253c73b375f128000001a2297cf09f', '0de5cffdff22aa71baaaeab794ce7833', 50, '63919a59ea23797209eb0642acb2a880', 1795992383658, '{}', '{}', '{}');
INSERT INTO "_mf_objects" VALUES ('received/d97846e6-9041-4c68-8ecd-beab812e7f4b.json', '3791333cb0d476a0d6a2d12ec54fed628d642fdb8675517f80c79cc8d849ceb7000001a2297e4563', '0310a5dee4610757d1dd590a0252a558', 52, 'cfa413edfced60699f4bce455f3581d6', 1795992470885, '{}', '{}', '{}');
PRAGMA user_version = 0;
