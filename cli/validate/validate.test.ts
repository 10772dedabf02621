import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { d1, queue, secret, system, worker } from "../../src/declare/index.ts";
import { writeChain } from "../../src/migrations/files/chain.ts";
import { readFolder } from "../../src/migrations/files/reading.ts";
import { defineProject } from "../../src/project/project.ts";
import type { Finding } from "./finding.ts";
import { findingsOf } from "./findings.ts";
import { asAnnotations, asText } from "./text.ts";
import { requestOf } from "./validate.ts";

let root = "";
const write = (path: string, text: string): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};
const chain = (): void => {
  const folder = join(root, "migrations/notes");
  writeChain(folder, readFolder(folder));
};
beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "lockstep validate ")));
  write("package.json", "{}");
  write("migrations/notes/0001_create.sql", "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT);\n");
  chain();
  write(
    "workers/api.ts",
    'export default {\n  fetch: (_request, env) =>\n    env.DB.prepare("SELECT text FROM notes").first(),\n};\n',
  );
  write("Pulumi.dev.yaml", "config:\n  lockstep:systems: [notes]\n");
  write("Pulumi.prod.yaml", "config:\n  lockstep:systems: [notes]\n");
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const command = join(import.meta.dirname, "../../bin/lockstep.mjs");
const here = "cli/validate/validate.test.ts";
const db = d1("notes", { migrations: "migrations/notes" });
const api = worker("api", {
  main: "workers/api.ts",
  compatibilityDate: "2026-06-01",
  env: { DB: db, KEY: secret("API_KEY") },
});
const orphan = queue("orphan");
const project = (resources = [db, api] as Parameters<typeof system>[1]) =>
  defineProject({ systems: [system("notes", resources)], stages: [{ name: "dev" }, { name: "prod" }] });
const found = async (subject = project()): Promise<readonly Finding[]> =>
  findingsOf({ project: subject, root, stages: subject.stages });
const brief = (findings: readonly Finding[]): readonly string[] =>
  findings.map(({ file, line, severity, what, stages }) =>
    [`${file.endsWith(here) ? here : file}:${line}`, severity, what, ...stages].join(" | "),
  );

test("what is wrong stands at its line: of the declaration, the code, the stack file, the migration; all at once", async () => {
  write("migrations/notes/0002_drop.sql", "-- more to come\nDROP TABLE notes;\n");
  write("Pulumi.prod.yaml", "config:\n  lockstep:smoke: 3\n  lockstep:systems:\n    - notes\n    - shop\n");
  const said = brief(await found(project([db, api, orphan])));
  rmSync(join(root, "migrations/notes/0002_drop.sql"));
  write("Pulumi.prod.yaml", "config:\n  lockstep:systems: [notes]\n");
  const orphanAt =
    readFileSync(import.meta.filename, "utf8")
      .split("\n")
      .indexOf('const orphan = queue("orphan");') + 1;
  expect(said).toEqual([
    `${here}:${orphanAt} | error | A store that no worker uses | dev | prod`,
    "migrations/notes/0002_drop.sql:2 | error | drops the table notes with all its rows",
    "migrations/notes/0002_drop.sql:2 | error | running code may use the table notes: it runs until the new code is everywhere, and comes back with a rollback",
    "migrations/notes/chain.txt:3 | error | 0002_drop.sql is not in the chain yet: got no line for it, expected a line for every file",
    "Pulumi.dev.yaml:1 | warning | Missing required secret 'API_KEY' | dev",
    "Pulumi.prod.yaml:1 | warning | Missing required secret 'API_KEY' | prod",
    "Pulumi.prod.yaml:2 | error | A setting with a value that cannot be used | prod",
    "Pulumi.prod.yaml:3 | error | There is no such system | prod",
    "workers/api.ts:3 | error | CS1: the code of api needs a table that 0002_drop.sql takes away: notes",
  ]);
});

test("secrets that nobody has set are no errors, and one that is set is not asked to be opened", async () => {
  write(
    "workers/api.ts",
    'export default { fetch: (_request, env) => env.DB.prepare("SELECT text FROM notes").first() };\n',
  );
  write(
    "Pulumi.prod.yaml",
    "config:\n  lockstep:systems: [notes]\n  lockstep:secrets:\n    API_KEY: { secure: v1:closed }\n",
  );
  expect(brief(await found())).toEqual([
    "Pulumi.dev.yaml:1 | warning | Missing required secret 'API_KEY' | dev",
  ]);
});

test("an entry module or a folder of migrations that is not there is said once, where it is declared", async () => {
  const lost = d1("lost", { migrations: "migrations/lost" });
  const missing = worker("missing", {
    main: "workers/missing.ts",
    compatibilityDate: "2026-06-01",
    env: { LOST: lost },
  });
  const errors = (await found(project([lost, missing]))).filter(({ severity }) => severity === "error");
  expect(errors.map(({ file, what }) => [file.endsWith(here), what])).toEqual([
    [true, "There is no folder of migrations for database lost"],
    [true, "Module not found: workers/missing.ts"],
  ]);
});

test("a hook of a release whose script is missing is an error, and a program that this machine lacks a warning", async () => {
  const hooks = [
    { name: "load", at: "beforeStep", command: ["scripts/load.sh"] },
    { name: "tell", at: "onRollback", command: ["no-such-program"] },
  ] as const;
  const subject = defineProject({
    systems: [
      system("notes", [db, api], {
        release: { steps: [{ percent: 100, soakSeconds: 0 }], hooks: [...hooks] },
      }),
    ],
    stages: [{ name: "dev" }, { name: "prod" }],
  });
  const said = (await found(subject)).filter(({ what }) => what.includes("Hook"));
  expect(said.map(({ file, severity, what, got }) => [file.endsWith(here), severity, what, got])).toEqual([
    [true, "error", "Hook notes/load cannot be run", "no file scripts/load.sh"],
    [true, "warning", "Hook notes/tell cannot be run", "no program no-such-program on PATH"],
  ]);
});

test("backups that nobody could open, or that a worker could not write, are errors of the stages that ask for them", async () => {
  const key = `age1${"q".repeat(58)}`;
  write(
    "Pulumi.dev.yaml",
    `config:\n  lockstep:systems: [notes]\n  lockstep:backup:\n    recipients: [${key}]\n    by: worker\n`,
  );
  const said = brief(await found()).filter((each) => each.includes("| error |"));
  write("Pulumi.dev.yaml", "config:\n  lockstep:systems: [notes]\n");
  expect(said).toEqual([
    "Pulumi.dev.yaml:3 | error | A recipient of the backups is no public key of age; nothing was written | dev",
    "Pulumi.dev.yaml:3 | error | A worker is to write the backups, and cannot | dev",
    "Pulumi.dev.yaml:3 | error | A worker is to write the backups, and cannot | dev",
  ]);
});

test("code that does not compile, and a stack file that is no YAML, are findings at their lines", async () => {
  write("workers/api.ts", "export default {\n  fetch: (\n};\n");
  write("Pulumi.prod.yaml", "config:\n  lockstep:systems: [notes\n");
  const said = brief(await found());
  expect(said).toContainEqual(expect.stringMatching(/^workers\/api\.ts:3 \| error/));
  expect(said).toContainEqual(
    expect.stringMatching(/^Pulumi\.prod\.yaml:[23] \| error \| A stack's configuration file cannot be read/),
  );
});

test("a project that cannot be loaded is one finding, where it breaks", () => {
  write("Pulumi.yaml", "name: shop\nruntime: nodejs\n");
  write("project.ts", 'import { shop } from "./src/shop.ts";\nexport default shop;\n');
  const said = (shop: string): unknown => {
    write("src/shop.ts", shop);
    const { stdout, status } = spawnSync(process.execPath, [command, "validate", "--json"], {
      cwd: root,
      encoding: "utf8",
    });
    expect(status).toBe(1);
    return JSON.parse(stdout);
  };
  expect(said("export const a = 1;\nexport const shop = (;\n")).toMatchObject({
    findings: [{ file: "src/shop.ts", line: 2, got: "Expression expected" }],
  });
  expect(said("const a = undefined;\n\nexport const shop = a.b;\n")).toMatchObject({
    findings: [{ file: "src/shop.ts", line: 3, what: "The project cannot be loaded" }],
  });
  expect(said("export const shop = 1;\n")).toMatchObject({
    findings: [{ file: "project.ts", line: 1, what: "project.ts does not export a project" }],
  });
});

test("while contract files wait at the end, code of before them is as right as code of after them; other code is not", async () => {
  const sql = (text: string): void =>
    write(
      "workers/api.ts",
      `export default { fetch: (_request, env) => env.DB.prepare(${JSON.stringify(text)}).first() };\n`,
    );
  write("Pulumi.prod.yaml", "config:\n  lockstep:systems: [notes]\n");
  write("migrations/notes/0002_words.sql", "ALTER TABLE notes ADD COLUMN words INTEGER;\n");
  write(
    "migrations/notes/0003_drop_text.sql",
    '-- d1:phase contract\n-- d1:data-loss "words say it"\nALTER TABLE notes DROP COLUMN text;\n',
  );
  chain();
  const said = async (text: string): Promise<readonly string[]> => {
    sql(text);
    return (await found()).filter(({ severity }) => severity === "error").map(({ what }) => what);
  };
  expect(await said("SELECT text, words FROM notes")).toEqual([]);
  expect(await said("SELECT words FROM notes")).toEqual([]);
  expect(await said("SELECT txt FROM notes")).toEqual([
    expect.stringContaining("CS1: the code of api needs a column"),
  ]);
  rmSync(join(root, "migrations/notes/chain.txt"));
  expect(await said("SELECT words FROM notes")).toEqual(["The folder has no chain file"]);
});

const one: Finding = {
  file: "src/a,b.ts",
  line: 3,
  severity: "error",
  what: "50% wrong",
  where: "notes/api",
  got: "a\nb",
  expected: "c",
  fix: "mend it",
  stages: ["dev"],
};

test("a person reads file and line first; GitHub's annotations keep their commas, colons, percents and lines", () => {
  expect(asText([one], "1 system")).toBe(
    "src/a,b.ts:3  error  50% wrong\n    where:    notes/api (dev)\n    got:      a\n              b\n    expected: c\n    fix:      mend it\n\n1 error, 0 warnings: 1 system\n",
  );
  expect(asText([], "1 system")).toBe("Nothing is wrong: 1 system\n");
  expect(asAnnotations([one])).toBe(
    "::error file=src/a%2Cb.ts,line=3,title=50%25 wrong::got: a%0Ab%0Aexpected: c%0Afix: mend it\n",
  );
});

test("the command takes a stage and one form, and refuses anything else", () => {
  expect(requestOf(["prod", "--json"])).toEqual({ stage: "prod", form: "json" });
  expect(requestOf([])).toEqual({ stage: undefined, form: "text" });
  for (const args of [["a", "b"], ["--json", "--github"], ["--sarif"]])
    expect(() => requestOf(args), args.join(" ")).toThrow(/at most one stage, and one of/);
});

test("this repository's own systems have nothing wrong in any stage", async () => {
  const { default: own } = await import("../../project.ts");
  const ownRoot = join(import.meta.dirname, "../..");
  expect(await findingsOf({ project: own, root: ownRoot, stages: own.stages })).toEqual([]);
});
