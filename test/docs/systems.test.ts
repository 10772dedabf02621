import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import project from "../../project.ts";
import { draw } from "../../src/diagram/draw.ts";
import { mermaid } from "../../src/diagram/mermaid.ts";
import { packageRoot } from "../../toolchain/package-root.ts";

const folder = join(packageRoot, "docs/systems");
const pages = readdirSync(folder).map((file) => ({
  name: basename(file, ".md"),
  text: readFileSync(join(folder, file), "utf8"),
}));

test("every system of this project has a page, and every page a system", () => {
  expect(pages.map(({ name }) => name)).toEqual(project.systems.map(({ name }) => name).toSorted());
});

test.each(
  pages,
)("the picture of $name is what its declaration looks like now: node scripts/docs/pictures.ts", ({
  name,
  text,
}) => {
  const drawn = project.systems.filter((system) => system.name === name).map(draw);
  expect(/^```mermaid\n([\s\S]*?)^```/m.exec(text)?.[1]).toBe(mermaid(drawn));
});

/** What a page says about breaking its system: a file, a command, and all of the answer. */
const mistakes = pages.flatMap(({ name, text }) =>
  [
    ...text.matchAll(
      /^```sql\n-- (\S+)\n([\s\S]*?)^```[\s\S]*?^```text\n\$ just (db lint \S+)\n([\s\S]*?)^```/gm,
    ),
  ].map(([, path = "", sql = "", command = "", answer = ""]) => ({ name, path, sql, command, answer })),
);

/** A copy of what `db lint` reads: to be broken. */
let copy: string;
beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), "lockstep pages "));
  for (const part of ["project.ts", "Pulumi.yaml", "package.json", "justfile", "migrations"])
    cpSync(join(packageRoot, part), join(copy, part), { recursive: true });
  for (const part of ["bin", "cli", "corpus", "node_modules", "src", "toolchain", "workers"])
    symlinkSync(join(packageRoot, part), join(copy, part));
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

test("every page says how to break its system", () => {
  expect([...new Set(mistakes.map(({ name }) => name))]).toEqual(pages.map(({ name }) => name));
});

test.each(mistakes)("what $name answers to $path is what its page says", ({ path, sql, command, answer }) => {
  writeFileSync(join(copy, path), sql);
  const { INIT_CWD: _, ...env } = process.env;
  const said = spawnSync(process.execPath, ["bin/lockstep.mjs", ...command.split(" ")], {
    cwd: copy,
    env,
    encoding: "utf8",
  });
  rmSync(join(copy, path));
  expect(said.stdout + said.stderr).toBe(answer);
  expect(said.status).toBe(1);
});
