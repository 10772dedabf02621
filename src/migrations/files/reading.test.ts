import { expect, test } from "vitest";
import { type MigrationFile, readFolder, readMigration } from "./reading.ts";

const read = (text: string | Uint8Array, name = "0007_add_email.sql") =>
  readMigration(name, `migrations/${name}`, typeof text === "string" ? new TextEncoder().encode(text) : text);

const refusals: readonly (readonly [string, string | Uint8Array, RegExp])[] = [
  ["a carriage return", "SELECT 1;\r\nSELECT 2;", /0007_add_email\.sql:1[\s\S]*carriage return/],
  ["a byte order mark", "\uFEFFSELECT 1;", /0007_add_email\.sql:1[\s\S]*byte order mark/],
  ["a NUL byte", "SELECT 1;\nSELECT '\0';", /0007_add_email\.sql:2[\s\S]*NUL/],
  ["a lone surrogate", new Uint8Array([83, 10, 10, 0xed, 0xa0, 0x80]), /0007_add_email\.sql:3[\s\S]*UTF-8/],
  ["an unterminated comment", "SELECT 1;\n\n/* open", /0007_add_email\.sql:3[\s\S]*never ends/],
  ["an unterminated string", "SELECT 1;\nSELECT 'x;\n", /0007_add_email\.sql:2[\s\S]*never ends/],
  ["a mistyped directive", '-- d1:alow DL1 "x"\nSELECT 1;', /no such directive[\s\S]*0007_add_email\.sql:1/],
  [
    "a directive in a block comment",
    "SELECT 1;\n/* d1:verify all is well */",
    /0007_add_email\.sql:2[\s\S]*two dashes/,
  ],
  ["a directive within a block comment", "/*\n * D1: phase contract\n */ SELECT 1;", /block comment/],
  ["a waiver without a reason", "-- d1:allow DL1\nSELECT 1;", /not complete/],
  ["a waiver with an empty reason", '-- d1:allow DL1 " "\nSELECT 1;', /not complete/],
  [
    "a waiver below the last statement",
    'SELECT 1;\n-- d1:allow DL1 "x"\n',
    /0007_add_email\.sql:2[\s\S]*a statement below it/,
  ],
  ["an unknown phase", "-- d1:phase later\nSELECT 1;", /expand, or -- d1:phase contract/],
  ["a directive with a space in its name", "-- d1 : phase contract\nSELECT 1;", /no such directive/],
  ["an unknown transport", "-- d1:transport pigeon\nSELECT 1;", /query, migrator or import/],
  ["two transports", "-- d1:transport query\n-- d1:transport import\nSELECT 1;", /one transport a file/],
  [
    "a loss of data without a reason",
    "-- d1:data-loss\nSELECT 1;",
    /not complete[\s\S]*why these rows may go/,
  ],
  ["a loss of data with an empty reason", '-- d1:data-loss " "\nSELECT 1;', /why these rows may go/],
  ["a verification without a label", "SELECT 1;\n-- d1:verify\n-- SELECT 1\n", /a label that says/],
  [
    "a verification whose query is not right below",
    "SELECT 1;\n-- d1:verify x\n\n-- SELECT 1\n",
    /one SELECT/,
  ],
  [
    "a verification whose query stands behind a statement",
    "SELECT 1;\n-- d1:verify x\nSELECT 2; -- SELECT 1\n",
    /one SELECT/,
  ],
  ["two phases", "-- d1:phase expand\n-- d1:phase contract\nSELECT 1;", /one phase a file/],
  ["a verification that is no query", "SELECT 1;\n-- d1:verify x\n-- DELETE FROM t\n", /one SELECT/],
  ["a verification of two queries", "SELECT 1;\n-- d1:verify x\n-- SELECT 1; SELECT 2\n", /one SELECT/],
];

for (const [what, text, message] of refusals) {
  test(`refuses ${what}, with file and line`, () => {
    expect(() => read(text)).toThrow(message);
  });
}

for (const [name, number] of [
  ["0007_add_email.sql", 7],
  ["7_short.sql", 7],
  ["0007-dash.sql", 7],
  ["0007_Upper.sql", 7],
  ["20260101000000_init/migration.sql", 20260101000000],
  ["notes.sql", undefined],
  ["0007_a.SQL", 7],
] as const) {
  test(`reads ${name}, a name that wrangler takes`, () => {
    expect(read("SELECT 1;", name)).toMatchObject({ name, number });
  });
}

test("refuses a name with a space, which a line of the chain file cannot hold", () => {
  expect(() => read("SELECT 1;", "0007 add email.sql")).toThrow(/a name without spaces/);
});

test("directives belong to the statement they stand above, in, or behind on its line", () => {
  const file = read(`-- d1:phase contract
-- d1:override D1b "only Node refuses it"
-- d1:allow DL1 "above"
DROP TABLE a;
DROP TABLE b; -- d1:allow DL1 "behind"
ALTER TABLE c
  -- d1:allow DL2 "inside"
  DROP COLUMN d;
-- d1:data-loss "all test rows"
DELETE FROM e;

-- d1:verify nothing is left
-- SELECT count(*) = 0
-- FROM e
`);
  expect(file.phase).toBe("contract");
  expect(file.overrides).toEqual([{ code: "D1b", reason: "only Node refuses it", line: 2 }]);
  expect(
    file.statements.map(({ line, waivers, dataLoss }) => [
      line,
      waivers.map(({ reason }) => reason),
      dataLoss,
    ]),
  ).toEqual([
    [4, ["above"], undefined],
    [5, ["behind"], undefined],
    [6, ["inside"], undefined],
    [10, [], "all test rows"],
  ]);
  expect(file.verifications).toEqual([
    { label: "nothing is left", sql: "SELECT count(*) = 0\nFROM e", line: 12 },
  ]);
});

test("a verification's query ends with the first line that is no comment, is empty, or is another directive", () => {
  const { verifications } = read(`SELECT 1;
-- d1:verify first
-- SELECT 1
-- d1:verify second
-- SELECT 2
--
-- and this is no SQL
-- d1:verify third
-- SELECT 3

-- nor is this
`);
  expect(verifications).toEqual([
    { label: "first", sql: "SELECT 1", line: 2 },
    { label: "second", sql: "SELECT 2", line: 4 },
    { label: "third", sql: "SELECT 3", line: 8 },
  ]);
});

test("the folders of this repository's own databases can be read", () => {
  const shape = ({ name, phase, statements }: MigrationFile): readonly unknown[] => [
    name,
    phase,
    statements.length > 0,
  ];
  expect(readFolder("migrations/dome/silo").map(shape)).toEqual([["0001_create_notes.sql", "expand", true]]);
  expect(readFolder("migrations/dome/meta").map(shape)).toEqual([
    ["0001_create_summaries.sql", "expand", true],
  ]);
});
