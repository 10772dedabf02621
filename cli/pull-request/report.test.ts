import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fitted } from "./fit.ts";
import type { Change, Database, ReportInput, StageReport } from "./input.ts";
import { marker, mostBytes, report } from "./report.ts";
import { readReport } from "./saved.ts";
import { isChanged } from "./stage-row.ts";
import { stakeLines, stakesOf } from "./stakes.ts";

const stage = (name: string, more: Partial<StageReport> = {}): StageReport => ({
  name,
  protected: false,
  isUp: true,
  changes: [],
  messages: [],
  databases: [],
  policy: [],
  failures: [],
  ...more,
});
const input = (stages: readonly StageReport[], more: Partial<ReportInput> = {}): ReportInput => ({
  version: 1,
  branch: "add-tags",
  commit: "8145fbcb02d0d6f5b7a3c7d6f1f0a6a7f5a2c2b1",
  target: "embedded",
  caller: "just",
  stages: [...stages],
  findings: [],
  failures: [],
  graphs: [],
  rivals: [],
  timing: [],
  ...more,
});

const d1 = "cloudflare:index/d1Database:D1Database";
const version = "cloudflare:index/workerVersion:WorkerVersion";
const change = (type: string, name: string, ...ops: readonly string[]): Change => ({
  type,
  name,
  ops: [...ops],
  settings: [],
});
const tags = {
  file: "0002_add_tags.sql",
  phase: "expand",
  line: 1,
  summary: "ADD COLUMN notes.tags",
  sql: "ALTER TABLE notes ADD COLUMN tags TEXT",
} as const;
const silo = (more: Partial<Database> = {}): Database => ({
  name: "dome/silo",
  exists: true,
  applied: 1,
  statements: [],
  findings: [],
  refusals: [],
  drift: 0,
  costs: [],
  ...more,
});

/** The report's lines without its blocks of code, which end where CommonMark says. */
function outside(text: string): readonly string[] {
  const lines: string[] = [];
  let fence: string | undefined;
  for (const line of text.split("\n")) {
    const ticks = /^`{3,}/.exec(line)?.[0];
    if (fence === undefined && ticks !== undefined) fence = ticks;
    else if (fence !== undefined && /^`+$/.test(line) && line.length >= fence.length) fence = undefined;
    else if (fence === undefined) lines.push(line);
  }
  expect(fence, "a block of code that is not closed").toBeUndefined();
  return lines;
}

const heading = (text: string): string | undefined => /^## (.*)$/m.exec(text)?.[1];

describe("a report", () => {
  test("where nothing changes says so in one line, and names no stage", () => {
    const text = report(input([stage("dev"), stage("prod")]));
    expect(text).toBe(
      `${marker}\n## 🟢 Lockstep: safe\n\nNothing changes in any stage.\n\n<sub>Report of <code>add-tags</code> at <code>8145fbcb</code> on the embedded target</sub>\n`,
    );
  });

  test("has a row for each stage that changes, and hides the others", () => {
    const text = report(
      input([
        stage("dev"),
        stage("prod", {
          changes: [
            change(d1, "dome/extra", "create"),
            change(version, "dome/silo", "create-replacement", "replace"),
          ],
          databases: [silo({ statements: [tags] })],
        }),
      ]),
    );
    expect(text).toContain(
      "|  | <code>prod</code> |\n| --- | --- |\n| stores | 1 new |\n| workers | 1 changed |\n| migrations | 1 to run |\n| policy | kept |\n",
    );
    expect(text).toContain("Nothing changes in <code>dev</code>.");
    expect(text).toContain(
      "-- dome/silo, 0002_add_tags.sql:1\n-- ADD COLUMN notes.tags · before the code · prod\n",
    );
  });

  test("says once what is the same in several stages", () => {
    const same = { databases: [silo({ statements: [tags] })] };
    const text = report(input([stage("dev", same), stage("prod", same)]));
    expect(text.match(/ALTER TABLE/g)).toHaveLength(1);
    expect(text).toContain("before the code · dev, prod\n");
  });

  test.each<[string, Partial<StageReport>, string]>([
    [
      "a store that is replaced",
      { changes: [change(d1, "dome/silo", "replace")] },
      "replaces dome/silo (D1Database)",
    ],
    [
      "a resource that is deleted",
      { changes: [change(d1, "dome/old", "delete")] },
      "deletes dome/old (D1Database)",
    ],
    [
      "a statement that reaches rows",
      { databases: [silo({ statements: [{ ...tags, summary: "DROP COLUMN notes.body", rows: 42 }] })] },
      "dome/silo: DROP COLUMN notes&#46;body reaches 42 rows",
    ],
    [
      "queries that read more",
      { databases: [silo({ costs: ["x reads all"] })] },
      "dome/silo: queries read more rows",
    ],
    [
      "a schema that drifted",
      { databases: [silo({ drift: 1 })] },
      "the schema is not what its migrations make",
    ],
  ])("%s needs a person", (_what, more, reason) => {
    const text = report(input([stage("prod", more)]));
    expect(heading(text)).toBe("🟡 Lockstep: needs a person");
    expect(text).toContain(reason.replaceAll(":", "&#58;").replaceAll("&#46;", "&#46;"));
  });

  test.each<[string, Partial<StageReport>]>([
    ["a plan that failed", { failures: [{ verb: "preview", said: "no such table" }] }],
    ["a mandatory rule", { policy: [{ severity: "error", rule: "x", what: "y", where: "z", fix: "w" }] }],
    [
      "a migration",
      { databases: [silo({ refusals: [{ severity: "error", what: "DL1", where: "f", fix: "w" }] })] },
    ],
  ])("%s refuses, whatever else needs a person", (_what, more) => {
    const lost = stage("staging", { changes: [change(d1, "dome/silo", "delete")] });
    expect(heading(report(input([lost, stage("prod", more)])))).toBe("🔴 Lockstep: refused");
  });

  test("new code and new stores alone are safe", () => {
    const changes = [change(version, "dome/silo", "replace"), change(d1, "dome/extra", "create")];
    expect(heading(report(input([stage("prod", { changes })])))).toBe("🟢 Lockstep: safe");
  });

  test("draws what changes and what is joined to it, and what goes", () => {
    const graphs: ReportInput["graphs"] = [
      {
        system: "dome",
        nodes: [
          { id: "dome_d1_silo", kind: "d1", name: "silo" },
          { id: "dome_worker_api", kind: "worker", name: "api" },
          { id: "dome_kv_far", kind: "kv", name: "far" },
        ],
        edges: [{ from: "dome_worker_api", to: "dome_d1_silo", kind: "binds", label: "DB" }],
      },
    ];
    const changes = [change(version, "dome/api", "replace"), change(d1, "dome/old", "delete")];
    const text = report(input([stage("prod", { changes })], { graphs }));
    expect(text).toContain("  class dome_worker_api changed\n");
    expect(text).toContain("  class dome_d1_old_gone gone\n");
    expect(text).toContain('dome_worker_api -->|"DB"| dome_d1_silo\n');
    expect(text).not.toContain("far");
  });

  test("says what is at stake in each stage: what goes, what it holds, who uses it, and whether a restore was ever proven", () => {
    const stakes = {
      gone: [{ resource: "dome/old", type: "D1Database", becomes: "deleted" as const }],
      stores: [
        {
          store: "dome/silo",
          becomes: "migrated" as const,
          holds: "12,345 rows",
          usedBy: ["dome/api reads and writes", "dome/jobs reads"],
          proven: "never",
        },
        {
          store: "dome/old",
          becomes: "deleted" as const,
          holds: "unknown rows",
          why: "not counted within 10 s",
          usedBy: [],
          proven: "2026-11-20",
        },
      ],
      backups: "there is no backup",
    };
    const changes = [change(d1, "dome/old", "delete")];
    const text = report(input([stage("dev", { changes }), stage("prod", { changes, stakes })]));
    expect(text).toContain(
      [
        "<details><summary>What is at stake</summary>\n",
        "- **deleted** <code>dome/old</code> D1Database · prod",
        "- migrated <code>dome/silo</code>: holds 12,345 rows; used by dome/api reads and writes, dome/jobs reads; restore proven: never · prod",
        "- **deleted** <code>dome/old</code>: holds unknown rows (not counted within 10 s); used by no worker that is declared; restore proven: 2026-11-20 · prod",
        "- backups: there is no backup · prod\n",
      ].join("\n"),
    );
    expect(report(input([stage("dev", { changes })]))).not.toContain("What is at stake");
  });

  test("takes from a blast radius what is at stake, as it is said on a terminal", () => {
    const one = stakesOf({
      stage: "prod",
      changes: { delete: 1 },
      gone: [],
      atStake: [
        {
          store: "dome/rooms, Room",
          kind: "class",
          becomes: "deleted",
          holds: { unit: "objects", count: 1, atLeast: true },
          usedBy: [{ worker: "dome/api", reads: true, writes: false }],
        },
        {
          store: "dome/silo",
          kind: "d1",
          becomes: "migrated",
          holds: { unit: "rows", count: undefined, atLeast: false, why: "HTTP 500" },
          usedBy: [],
          proven: null,
        },
      ],
      backups: "there is no backup",
      migrations: [],
    });
    expect(stakeLines([stage("prod", { stakes: one })])).toEqual([
      "- **deleted** <code>dome/rooms, Room</code>: holds at least 1 object; used by dome/api reads; restore proven: - · prod",
      "- migrated <code>dome/silo</code>: holds unknown rows (HTTP 500); used by no worker that is declared; restore proven: never · prod",
      "- backups: there is no backup · prod",
    ]);
  });

  test("names another branch with the same number", () => {
    const rivals = [
      {
        branch: "origin/other",
        database: "dome/silo",
        numbers: ["0002_a.sql and 0002_b.sql"],
        tables: ["notes"],
      },
    ];
    const text = report(input([stage("dev")], { rivals }));
    expect(heading(text)).toBe("🟡 Lockstep: needs a person");
    expect(text).toContain("0002&#95;a&#46;sql and 0002&#95;b&#46;sql");
  });
});

describe("whatever is in it", () => {
  /** Words that Markdown, GitHub or a terminal would take for more than words. */
  const nasty = fc.oneof(
    fc.string({ unit: "binary", maxLength: 80 }),
    fc.constantFrom(
      "@octocat",
      "| x | y |",
      "</code></details><script>alert(1)</script>",
      "```\n# heading\n````",
      "[link](http://example.com) ![](http://example.com/a.png)",
      "\n\n## 🟢 Lockstep: safe\n",
      "<!-- lockstep: pull request report -->",
      "`".repeat(9_000),
      "www.example.com #1 GH-1 :tada:",
      "a\u202eb\u0000c\r\nd",
      "\\| \\` \\",
      "&lt;b&gt; &#64;octocat",
    ),
  );
  const texts = fc.array(nasty, { maxLength: 4 });
  const finding = fc.record({
    severity: fc.constantFrom("error" as const, "warning" as const, "info" as const),
    rule: nasty,
    what: nasty,
    where: nasty,
    fix: nasty,
    waived: nasty,
  });
  const anyStage = fc.record({
    name: nasty,
    protected: fc.boolean(),
    isUp: fc.boolean(),
    changes: fc.array(
      fc.record({ type: fc.oneof(nasty, fc.constant(d1)), name: nasty, ops: texts, settings: texts }),
    ),
    messages: texts,
    databases: fc.array(
      fc.record({
        name: nasty,
        exists: fc.boolean(),
        applied: fc.nat(),
        statements: fc.array(
          fc.record({
            file: nasty,
            phase: fc.constantFrom("expand" as const, "contract" as const, "waiting" as const),
            line: fc.nat(),
            summary: nasty,
            sql: nasty,
            rows: fc.nat(),
          }),
          { maxLength: 3 },
        ),
        findings: fc.array(finding, { maxLength: 2 }),
        refusals: fc.array(finding, { maxLength: 1 }),
        drift: fc.nat({ max: 2 }),
        costs: texts,
      }),
      { maxLength: 2 },
    ),
    stakes: fc.record({
      gone: fc.array(
        fc.record({
          resource: nasty,
          type: nasty,
          becomes: fc.constantFrom("deleted" as const, "replaced" as const),
        }),
        { maxLength: 2 },
      ),
      stores: fc.array(
        fc.record({
          store: nasty,
          becomes: fc.constantFrom("deleted" as const, "migrated" as const),
          holds: nasty,
          why: nasty,
          usedBy: texts,
          proven: nasty,
        }),
        { maxLength: 2 },
      ),
      backups: nasty,
    }),
    policy: fc.array(finding, { maxLength: 2 }),
    failures: fc.array(fc.record({ verb: nasty, said: nasty }), { maxLength: 1 }),
  });
  const anyInput = fc.record({
    stages: fc.array(anyStage, { maxLength: 3 }),
    branch: nasty,
    commit: nasty,
    rivals: fc.array(fc.record({ branch: nasty, database: nasty, numbers: texts, tables: texts }), {
      maxLength: 2,
    }),
    findings: fc.array(finding, { maxLength: 2 }),
  });
  const made = fc.sample(anyInput, { numRuns: 100, seed: 7 });

  test("no mention, link, tag, heading, cell or fold comes of it", () => {
    for (const { stages, ...more } of made) {
      const lines = outside(report(input(stages, more)));
      const [first, title, ...rest] = lines;
      expect(first).toBe(marker);
      expect(title).toMatch(/^## \S+ Lockstep: (safe|needs a person|refused)$/u);
      const columns = 3 + Math.max(0, stages.filter(isChanged).length);
      for (const line of rest) {
        const bare = line
          .replaceAll(/<\/?(?:code|details|summary|sub)>|<br>/g, "")
          .replaceAll(/&#\d+;/g, "·")
          .replaceAll("**", "");
        expect(bare).not.toMatch(/[<>&`@[\]\\#~]|^\s*(?:[*+]|\d+[.)])\s|https?:|www\.|\p{Cc}|\p{Cf}/u);
        if (line.startsWith("|")) expect(line.split("|")).toHaveLength(columns);
        else expect(line).not.toContain("|");
      }
      const count = (tag: string): number => lines.filter((line) => line.startsWith(tag)).length;
      expect(count("<details>")).toBe(count("</details>"));
    }
  });

  test("a saved report says the same when it is read again", () => {
    for (const { stages, ...more } of made.slice(0, 50)) {
      const one = input(stages, more);
      expect(report(readReport(JSON.stringify(one), "report.json"))).toBe(report(one));
    }
  });

  test("it stays below GitHub's limit, and the summary is whole", () => {
    const long = (n: number): string => "`|@\u00e9\n".repeat(n);
    const many = <One>(one: One, n: number): One[] => Array.from({ length: n }, () => one);
    const bad = {
      severity: "error",
      what: long(9_000),
      where: long(900),
      fix: long(900),
      rule: long(90),
    } as const;
    for (const n of [1, 5, 1_000]) {
      const each = stage(long(50), {
        changes: Array.from({ length: n }, (_, i) => change(d1, `${long(60)}${i}`, "delete")),
        messages: many(long(n), 10),
        databases: [
          silo({
            statements: Array.from({ length: n }, (_, i) => ({ ...tags, line: i, sql: long(60) })),
            findings: many(bad, 20),
            refusals: many(bad, 20),
            costs: many(long(30), n),
          }),
        ],
        stakes: {
          gone: many({ resource: long(60), type: long(60), becomes: "deleted" }, n),
          stores: many(
            {
              store: long(60),
              becomes: "replaced",
              holds: long(60),
              usedBy: many(long(60), 10),
              proven: "never",
            },
            n,
          ),
          backups: long(9_000),
        },
        policy: many(bad, 20),
        failures: [{ verb: long(20), said: long(2_000) }],
      });
      const stages = Array.from({ length: 30 }, (_, i) => ({ ...each, name: `${i}${each.name}` }));
      const text = report(
        input(n === 1_000 ? [each] : stages, { findings: many(bad, 200), branch: long(9_000) }),
      );
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(mostBytes);
      expect(text.split("\n")[0]).toBe(marker);
      expect(heading(text)).toBe("🔴 Lockstep: refused");
      expect(text).toMatch(/and \d+ more$/m);
      outside(text);
    }
  });

  test("what is left of a fold is its end, with the number of lines that are gone", () => {
    const lines = Array.from({ length: 1_000 }, (_, i) => `line ${i}`);
    const [, , said, , ...rest] = fitted([{ title: "Plan", lines }], 2_000);
    const [gone] = /\d+/.exec(said ?? "") ?? [];
    expect(rest[0]).toBe(`line ${gone}`);
    expect(rest.at(-4)).toBe("line 999");
  });
});

test.each([
  ["[]", /expected object/],
  ["{", /JSON/],
  [JSON.stringify({ ...input([]), extra: 1 }), /extra/],
  [
    JSON.stringify({
      ...input([]),
      stages: [{ ...stage("dev"), stakes: { gone: [], stores: [], backups: "", html: "<b>" } }],
    }),
    /html/,
  ],
  [
    JSON.stringify(
      input([], {
        graphs: [{ system: "x", nodes: [{ id: 'a"] --> b', kind: "d1", name: "x" }], edges: [] }],
      }),
    ),
    /nodes/,
  ],
])("a file that is no saved report is refused: %s", (text, reason) => {
  expect(() => readReport(text, "report.json")).toThrow(reason);
});
