import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { lintFolder } from "./lint-folder.ts";

const folder = join(import.meta.dirname, "../testing/cases");

/** Each folder is a history whose last file once came out wrong: what `lint` has to say of it, but for information. */
const cases: Readonly<Record<string, readonly RegExp[]>> = {
  "backfill-fires-touch-trigger": [
    /^0002_slug\.sql:2 DL3 warning .*overwrites updated_at by the trigger doc_touch/,
  ],
  "dd1-check": [],
  "dd1-check-alone": [],
  "drop-index-under-foreign-key": [/^0002_drop_index\.sql:2 UA1 error .*foreign key mismatch/],
  "fk-seed-emptied": [],
  "fk-seed-literal": [],
  "generated-becomes-plain": [/^0002_plain\.sql:1 DL5 error .*makes total a plain column/],
  "loses-strict-collate-withoutrowid": [
    /^0002_rebuild\.sql:1 DL5 error .*meter is not STRICT any more/,
    /^0002_rebuild\.sql:5 DL5 error .*kv is not WITHOUT ROWID any more/,
    /^0002_rebuild\.sql:9 DL5 error .*COLLATE NOCASE to COLLATE BINARY/,
  ],
  "orphan-sweep-against-empty": [
    /^0002_teams\.sql:2 DL4 error UPDATE person is held against active_person/,
    /^0002_teams\.sql:3 DL4 error DELETE FROM session is held against active_person/,
  ],
  "printed-repair": [/^0002_defaults\.sql:2 DD3 warning login\.token becomes NOT NULL/],
  // Its rows come back; what it says of them without a word is not the copy's doing.
  "recreate-same-name": [
    /^0002_allow_many_plans\.sql:4 DL5 error .*drops the constraint UNIQUE \(owner, shop\)/,
  ],
  "references-column-not-unique": [/^0002_streets\.sql:1 UA1 error .*foreign key mismatch/],
  "references-missing-table": [/^0002_team\.sql:1 UA1 error .*no such table: main\.teams/],
  "rename-first-trigger-view": [
    /^0002_rename_first\.sql:4 UA1 error INSERT INTO vote, SELECT FROM big_tally fail .*: no such table: main\.tally_old/,
  ],
  "renames-under-search-table": [
    /^0002_rename\.sql:2 UA1 error SELECT FROM articles_search fails .*: no such column: T\.body/,
  ],
  "set-null-on-not-null": [/^0001_orders\.sql:2 UA1 error .*puts NULL into orders\.customer_id/],
  "unique-index-made-plain": [/^0002_index\.sql:5 DL5 error .*makes the index person_mail otherwise/],
  "update-with-mistyped-double-quotes": [
    /^0002_dqs\.sql:2 DQ1 error "nmae" is no column/,
    /^0002_dqs\.sql:3 DQ1 error "titel" is no column/,
  ],
};

test("every folder of cases has its right value here", () => {
  expect(Object.keys(cases).sort()).toEqual(readdirSync(folder).sort());
});

for (const [name, right] of Object.entries(cases)) {
  test(`the history ${name} is ${right.length === 0 ? "passed" : "refused or named"}`, () => {
    const said = lintFolder(join(folder, name))
      .filter(({ severity }) => severity !== "info")
      .map(
        ({ file, line, code, severity, message }) =>
          `${basename(file)}:${line} ${code} ${severity} ${message}`,
      );
    expect(said).toEqual(right.map((one) => expect.stringMatching(one)));
  });
}
