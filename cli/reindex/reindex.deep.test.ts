import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { writeChain } from "../../src/migrations/files/chain.ts";
import { readFolder } from "../../src/migrations/files/reading.ts";
import { seeded } from "../../src/release/testing/random.ts";
import { type Clone, clone } from "../../test/clone.ts";
import { refused, succeeding } from "../../test/ran.ts";

/** A worker that embeds what it is told and searches in it, by the model that it is declared with. */
const workerText = `
const embed = async (env, text) => (await env.AI.run(env.MODEL, { text })).data;
const put = async (env, rows) => {
  const vectors = await embed(env, rows.map(({ text }) => text));
  await env.FOUND.upsert(rows.map(({ id, author }, i) => ({ id, values: vectors[i], metadata: { author } })));
};
export default {
  async fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/fill") {
      const { results } = await env.DB.prepare("SELECT * FROM notes ORDER BY id").all();
      for (let i = 0; i < results.length; i += 100) await put(env, results.slice(i, i + 100));
    } else if (pathname === "/write") {
      const [id, text] = [searchParams.get("id"), searchParams.get("text")];
      await env.DB.prepare("INSERT OR REPLACE INTO notes VALUES (?, ?, 'ann')").bind(id, text).run();
      await put(env, [{ id, text, author: "ann" }]);
    } else {
      const [vector] = await embed(env, [searchParams.get("q")]);
      const { matches } = await env.FOUND.query(vector, { topK: 1 });
      return new Response(matches.map(({ id }) => id).join());
    }
    return new Response("done");
  },
};
`;
const small = { model: "@cf/baai/bge-small-en-v1.5", dimensions: 384 };
const base = { model: "@cf/baai/bge-base-en-v1.5", dimensions: 768 };
const projectText = ({
  model,
  dimensions,
}: typeof small): string => `import { ai, d1, defineProject, system, vectorize, worker } from "./src/index.ts";
const model = "${model}";
const notes = d1("notes", { migrations: "migrations/shop/notes" });
const found = vectorize("found", {
  dimensions: ${dimensions},
  metric: "cosine",
  metadataIndexes: { author: "string" },
  recipe: { database: notes, select: "SELECT id, text, author FROM notes", model },
});
const api = worker("api", {
  main: "workers/shop/api/index.ts",
  compatibilityDate: "2026-01-01",
  env: { DB: notes, FOUND: found, AI: ai(), MODEL: model },
});
export default defineProject({
  systems: [system("shop", [notes, found, api])],
  stages: [{ name: "dev" }, { name: "staging" }, { name: "prod", suffix: "", protected: true, ownsShared: true }],
});
`;
const rows = 250;

let project: Clone;
let journals: string;
beforeAll(async () => {
  project = await clone({
    systems: ["shop"],
    prepare(folder) {
      for (const each of ["migrations", "workers"])
        rmSync(join(folder, each), { recursive: true, force: true });
      const notes = join(folder, "migrations/shop/notes");
      mkdirSync(join(folder, "workers/shop/api"), { recursive: true });
      mkdirSync(notes, { recursive: true });
      writeFileSync(join(folder, "project.ts"), projectText(small));
      writeFileSync(join(folder, "workers/shop/api/index.ts"), workerText);
      writeFileSync(
        join(notes, "0001_create_notes.sql"),
        "CREATE TABLE notes (id TEXT PRIMARY KEY, text TEXT NOT NULL, author TEXT NOT NULL);\n",
      );
      writeChain(notes, readFolder(notes));
    },
  });
  journals = join(project.folder, ".lockstep/reindex");
  await succeeding(project.pulumi(["up", "--yes", "--skip-preview", "--stack", "dev"]));
  await sql(
    `WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows}) INSERT INTO notes SELECT 'n' || i, 'word' || i || ' thing' || (i * 7), 'ann' FROM n`,
  );
  await visit("/fill");
});
afterAll(() => project.remove());

const visit = async (path: string): Promise<string> => {
  const { status, text } = await project.visit("api-dev.dev.localhost", path);
  expect(status, text).toBe(200);
  return text;
};
const write = (id: string, text: string) => visit(`/write?id=${id}&text=${encodeURIComponent(text)}`);
const search = (text: string) => visit(`/?q=${encodeURIComponent(text)}`);
async function sql(text: string): Promise<unknown> {
  const all = z.array(z.object({ uuid: z.string() })).parse(await project.api("dev", "GET", "/d1/database"));
  return project.api("dev", "POST", `/d1/database/${all[0]?.uuid}/query`, { sql: text });
}
const indexes = "/vectorize/v2/indexes";
const names = async (): Promise<readonly string[]> =>
  z
    .array(z.object({ name: z.string() }))
    .parse(await project.api("dev", "GET", indexes))
    .map(({ name }) => name);
const count = async (name: string): Promise<number> =>
  z.object({ vectorCount: z.number() }).parse(await project.api("dev", "GET", `${indexes}/${name}/info`))
    .vectorCount;
const found = z.array(
  z.object({ results: z.array(z.object({ id: z.string(), text: z.string(), author: z.string() })) }),
);
const vectors = z.array(
  z.object({ id: z.string(), values: z.array(z.number()), metadata: z.object({ author: z.string() }) }),
);
/** Ids of rows whose vector is not what the model makes of the row as it is, and how many vectors there are beside. */
async function differing(name: string, model: string): Promise<readonly string[]> {
  const [all] = found.parse(await sql("SELECT id, text, author FROM notes"));
  const different: string[] = [];
  const notes = all?.results ?? [];
  for (let from = 0; from < notes.length; from += 20) {
    const part = notes.slice(from, from + 20);
    const made = z
      .object({ data: z.array(z.array(z.number())) })
      .parse(await project.api("dev", "POST", `/ai/run/${model}`, { text: part.map(({ text }) => text) }));
    const ids = part.map(({ id }) => id);
    const there = vectors.parse(await project.api("dev", "POST", `${indexes}/${name}/get_by_ids`, { ids }));
    const byId = new Map(there.map((each) => [each.id, each]));
    part.forEach(({ id, author }, i) => {
      const is = byId.get(id);
      const isSame = made.data[i]?.every((value, at) => Math.abs(value - (is?.values[at] ?? 9)) < 1e-6);
      if (isSame !== true || is?.metadata.author !== author) different.push(id);
    });
  }
  const more = (await count(name)) - notes.length;
  return more === 0 ? different : [...different, `${more} vectors more than rows`];
}

const reindex = (...words: readonly string[]) => project.just(["reindex", "dev", "found", ...words]);

/** Kills a run, with all that it started, as soon as a shell finds something to be so; `first` is done before. */
async function killedWhen(condition: string, words: readonly string[], first = "true"): Promise<string> {
  const command = ["just", "reindex", "dev", "found", "--yes", ...words].join(" ");
  const script = `setsid ${command} >reindex.log 2>&1 & P=$!
until ${condition}; do kill -0 $P || { cat reindex.log; exit 3; }; sleep 0.01; done
${first}
kill -s KILL -- -$P || exit 4; wait $P; true`;
  await succeeding(project.run("sh", ["-c", script]));
  return readFileSync(join(project.folder, "reindex.log"), "utf8");
}

/** Rows of the table alone, the first ones of all: embedded at one a second there is time enough to be killed in. */
const writeSlow = (letter: string): Promise<unknown> =>
  sql(
    `INSERT INTO notes VALUES ${Array.from({ length: 10 }, (_, i) => `('${letter}${i}', 'slow row ${letter}${i}', 'ann')`).join(", ")}`,
  );

/** Writes rows, alters and deletes some, until it is told to stop. */
function writing(seed: number): { readonly stop: () => Promise<void> } {
  const random = seeded(seed);
  const state = { isStopped: false };
  const run = async (): Promise<void> => {
    for (let i = 0; !state.isStopped; i++) {
      const id = `n${100 + Math.floor(random() * 100)}`;
      await sql(
        random() < 0.3
          ? `DELETE FROM notes WHERE id = '${id}'`
          : `INSERT OR REPLACE INTO notes VALUES ('${id}', 'written ${i} times', 'bob')`,
      );
    }
  };
  const ended = run();
  return {
    stop() {
      state.isStopped = true;
      return ended;
    },
  };
}

/** A kill may leave the engine's lock behind: whoever goes on is told what takes it off. */
async function unlocked(): Promise<void> {
  await succeeding(project.just(["unlock", "dev", "--yes"]));
}

test("another model: up refuses it and names the command, which shows what it would do and finds a model that does not fit", async () => {
  expect(await search("word7 thing49")).toBe("n7");
  project.write("project.ts", projectText({ ...base, dimensions: 1024 }));
  const said = await refused(project.pulumi(["preview", "--stack", "dev"]));
  expect(said).toContain(
    "shop/found would be exchanged for another, empty one, and 250 vectors would be lost",
  );
  expect(said).toContain("just reindex dev shop/found");
  expect(await refused(reindex("--yes"))).toContain("declare dimensions: 768, or another model");
  project.write("project.ts", projectText(base));
  const shown = await succeeding(reindex("--dry-run"));
  expect(shown).toContain("found-dev, 384 dimensions, cosine, @cf/baai/bge-small-en-v1.5, 250 vectors");
  expect(shown).toMatch(/about 1,250 rows read of shop\/notes[\s\S]*250 texts in 3 requests[\s\S]* neurons/);
  expect(await names()).toEqual(["found-dev"]);
});

test("killed while it fills, in the switch and behind it, the same command goes on; two at once are one; no row that was written meanwhile is lost", async () => {
  await killedWhen(
    "grep -q 'embedded by this reading' reindex.log",
    ["--rate", "2"],
    "just reindex dev found --yes >second.log 2>&1",
  );
  expect(readFileSync(join(project.folder, "second.log"), "utf8")).toContain("is under way");
  const [, own = ""] = await names();
  // Another machine has no journal of it; it takes the run over, and what it fills stays beside in its turn.
  renameSync(journals, `${journals}-of-mine`);
  const elsewhere = await refused(reindex("--yes"));
  expect(elsewhere).toMatch(
    new RegExp(`elsewhere[\\s\\S]*${own}, begun by [\\s\\S]*just reindex dev shop/found --take-over`),
  );
  expect(await succeeding(reindex("--yes", "--take-over", "--fill-only"))).toContain(
    "is filled, and nothing is bound to it",
  );
  expect(await names()).toHaveLength(3);
  rmSync(journals, { recursive: true });
  renameSync(`${journals}-of-mine`, journals);
  expect(await refused(reindex("--yes"))).toContain("just reindex dev shop/found --take-over");
  // Nobody took its vector out of the old index.
  const letGo = ["--most-missing", "1", "--take-over"];
  await sql("DELETE FROM notes WHERE id = 'n1'");
  await write("n5", "an altered sentence about whales");
  const filled = await killedWhen("grep -q 'verb: reindex' .lockstep/config/dev.yaml", letGo);
  const [, texts = ""] = /shop\/found: texts embedded: (\d+), vectors taken away: 1,/.exec(filled) ?? [];
  expect(Number(texts)).toBeLessThan(rows);
  expect(filled).toContain("find the row whose text they are: 100.0 %");
  expect(filled).toMatch(/vectors of the old one that no row makes: 1, such as n1/);
  await write("late", "a comet over the harbour");
  await writeSlow("a");
  expect(await refused(project.pulumi(["preview", "--stack", "dev"]))).toContain(
    "just reindex dev shop/found",
  );
  expect(await refused(project.just(["restore", "dev", "--yes"]))).toContain("just reindex dev shop/found");
  await killedWhen("grep -q 'Looking through' reindex.log", []);
  expect(await search("word7 thing49")).toBe("n7");
  await unlocked();
  await killedWhen("grep -q 'serves now' reindex.log", ["--rate", "1"]);
  const writer = writing(1);
  const done = await reindex("--yes", "--json");
  await writer.stop();
  // Rows may have changed faster than they were read: then it says so, and either way the next one has all.
  expect([0, 1], done.out).toContain(done.code);
  await succeeding(reindex("--catch-up", "--yes"));
  expect(await succeeding(reindex("--yes"))).toContain(`${own} serves, and was filled from here`);
  expect(await names()).toEqual(["found-dev", own, expect.stringMatching(/^found-dev-\d{8}t\d{6}z/)]);
  expect(await differing(own, base.model)).toEqual([]);
  expect(
    await Promise.all(["a comet over the harbour", "an altered sentence about whales"].map(search)),
  ).toEqual(["late", "n5"]);
  await succeeding(project.pulumi(["preview", "--expect-no-changes", "--refresh", "--stack", "dev"]));
});

test("back again is one command once the declaration is as it was, and the old index gets what was written since; one that somebody deleted is made again", async () => {
  await write("since", "seven lanterns in the fog");
  expect(await refused(reindex("--undo", "--yes"))).toContain("is not that of the index that served before");
  expect(await refused(project.just(["restore", "dev", "--undo", "--yes"]))).toContain(
    "goes back by just reindex dev shop/found --undo",
  );
  project.write("project.ts", projectText(small));
  await writeSlow("b");
  const begun = ".lockstep/switch/embedded-dev/begun.json";
  // It is filled before it serves: a kill meanwhile changes nothing of what does.
  await killedWhen("grep -q 'embedded by this reading' reindex.log", ["--undo", "--rate", "1"]);
  expect(await search("seven lanterns in the fog")).toBe("since");
  for (const moment of [`[ -f ${begun} ]`, "grep -q 'Looking through' reindex.log"]) {
    await killedWhen(moment, ["--undo"]);
    expect(await search("word7 thing49"), moment).toBe("n7");
    await unlocked();
  }
  await writeSlow("c");
  await killedWhen("grep -q 'serves now' reindex.log", ["--undo", "--rate", "1"]);
  expect(await search("word7 thing49")).toBe("n7");
  await succeeding(reindex("--undo", "--yes"));
  // That of n1, which no row told of before either.
  expect(await differing("found-dev", small.model)).toEqual(["1 vectors more than rows"]);
  await succeeding(project.pulumi(["preview", "--expect-no-changes", "--refresh", "--stack", "dev"]));
  expect(await Promise.all(["seven lanterns in the fog", "a comet over the harbour"].map(search))).toEqual([
    "since",
    "late",
  ]);
  await project.api("dev", "DELETE", `${indexes}/found-dev`);
  expect(await refused(project.pulumi(["preview", "--stack", "dev"]))).toContain(
    "just reindex dev shop/found",
  );
  await succeeding(reindex("--fill-only", "--yes"));
  const left = (await names()).at(-1);
  expect(await succeeding(reindex("--again", "--fill-only", "--yes"))).toContain(`began to fill ${left}`);
  const filled = (await names()).at(-1) ?? "";
  expect(await succeeding(reindex("--yes"))).toContain(
    "shop/found: texts embedded: 0, vectors taken away: 0",
  );
  expect(await search("seven lanterns in the fog")).toBe("since");
  expect(await differing(filled, small.model)).toEqual([]);
  await succeeding(project.pulumi(["preview", "--expect-no-changes", "--stack", "dev"]));
});
