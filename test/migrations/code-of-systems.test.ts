import { join } from "node:path";
import { expect, test } from "vitest";
import { sourceOf } from "../../src/bundle/bundle.ts";
import { cachedBundle } from "../../src/bundle/cached.ts";
import { holdCode } from "../../src/migrations/code/against-schema.ts";
import { readFolder } from "../../src/migrations/files/reading.ts";
import { openShadow } from "../../src/migrations/shadow/shadow.ts";
import { systemStatements } from "../../src/statements/of-system.ts";
import { systems } from "../../src/systems/index.ts";

const root = join(import.meta.dirname, "../..");

test("the code of every system fits the schemas that its migrations make, and nearly all of it is read", async () => {
  const said: Record<string, string | undefined> = {};
  for (const system of systems) {
    const written = await systemStatements(
      system,
      async (worker) => {
        const source = sourceOf(worker);
        return source === undefined ? undefined : cachedBundle(source, root);
      },
      root,
    );
    for (const [name, folder] of Object.entries(written.folders)) {
      const shadow = openShadow();
      for (const { statements } of readFolder(join(root, folder)))
        for (const { sql } of statements) expect(shadow.run(sql).error, sql).toBeUndefined();
      const label = `${system.name}/${name}`;
      const held = holdCode({ label, points: [{ by: undefined, schema: shadow.schema() }], root }, written);
      shadow.close();
      expect(held.refusals).toEqual([]);
      said[label] = held.said;
    }
  }
  const oneUnread = "; 1 could not be read: workers/taco/backup.ts:61 (name.replaceAll('\"', '\"\"'))";
  const held = "statements of the code held against the schema";
  expect(said).toEqual({
    "dome/dome-meta": `2 ${held}`,
    "dome/silo": `4 ${held}`,
    "jobmatch/db": `20 ${held}`,
    "portfolio/portfolio-sql": `16 ${held}`,
    // A backup reads every table by its name.
    "taco/taco-auth": `15 ${held}${oneUnread}`,
    "taco/taco-billing": `12 ${held}${oneUnread}`,
  });
});
