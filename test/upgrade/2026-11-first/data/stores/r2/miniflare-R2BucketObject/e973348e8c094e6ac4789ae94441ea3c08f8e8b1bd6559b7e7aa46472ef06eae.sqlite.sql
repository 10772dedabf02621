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
INSERT INTO "_mf_objects" VALUES ('notes/4231c1f3b31cbdd624306bd3dc9d933e.txt', '324688fe253d2474245b2b4816288ee601eec0796fdfbb7d5e022038c5678811000001a2297cf11f', '9897b7ae5b206fe56fb3b92e77cbc61c', 23, 'd90d90003d6d5b19f08931890761caa5', 1795992383776, '{}', '{"contentType":"text/plain; charset=utf-8"}', '{}');
INSERT INTO "_mf_objects" VALUES ('notes/0912818385fdcf13d66707b8854071cc.txt', 'fb28a7c61b6528e30b28d4b97bc13e868baa41a15580cc80ea9a7516a06de522000001a2297e459f', 'a015111142662c697b5d84299421c263', 25, '47e23e3931ae13e881c227a01dddd692', 1795992470950, '{}', '{"contentType":"text/plain; charset=utf-8"}', '{}');
PRAGMA user_version = 0;
