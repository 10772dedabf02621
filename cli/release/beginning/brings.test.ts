import { expect, test } from "vitest";
import { d1, kv, r2, system, worker } from "../../../src/declare/index.ts";
import { stageOf } from "../../../src/project/stage.ts";
import type { StackOutputs } from "../../stack/outputs/read-outputs.ts";
import { broughtLines, broughtText } from "./brings.ts";

const [db, files, cache] = [d1("db", { migrations: "migrations/db" }), r2("files"), kv("cache")];
const settings = { main: "workers/api.ts", compatibilityDate: "2026-06-01" };
const shop = system("shop", [db, files, cache, worker("api", settings), worker("web", settings)]);
const prod = stageOf({ name: "prod" });
const pending = { "shop/db": ["0001_a.sql", "0002_b.sql"] };
const digest = (part: string, was: string) => ({ shop: { [part]: was } });
const outputs: StackOutputs = {
  ...{ urls: {}, routes: {}, databases: {} },
  versions: { "shop/api": "1" },
  stores: {
    "shop/db": { kind: "d1", name: "db-prod", id: "1" },
    "shop/files": { kind: "r2", name: "files-prod", id: "files-prod" },
  },
  artefact: {
    ...{ project: "shop", stage: "prod", systems: {}, digest: "" },
    parts: digest("r2 files, settings", "old"),
  },
};

test("a release says before it begins which migrations, stores and workers its first up brings", () => {
  const lines = broughtLines({
    systems: [shop],
    outputs,
    pending,
    parts: digest("r2 files, settings", "new"),
  });
  expect(lines).toEqual([
    "shop/db (d1): 0001_a.sql, 0002_b.sql",
    "shop/files (r2): its settings change",
    "shop/cache (kv): new",
    "shop/web (worker): new; no version of it is there, so it answers everything at once",
  ]);
  expect(broughtText(lines, false, prod)).toContain(
    "it stays if the release goes back:\n  shop/db (d1): 0001",
  );
  expect(broughtText([], false, prod)).toMatch(/no migration runs, and no store is made/);
});

test("the first one of a stage that was never up says that there are no steps, and from when on there are", () => {
  const lines = broughtLines({ systems: [shop], outputs: undefined, pending, parts: {} });
  expect(lines).toEqual(["shop: 2 workers, 1 d1 with 2 migrations, 1 r2, 1 kv"]);
  expect(broughtText(lines, true, prod)).toMatch(
    /^Nothing of prod is up yet[\s\S]*without the steps, gates, smoke tests and hooks[\s\S]*from the next release on\.$/,
  );
});

test("a new database says its migrations, many files as their number", () => {
  const many = Array.from({ length: 8 }, (_, at) => `000${at + 1}_a.sql`);
  const [line] = broughtLines({
    ...{ systems: [shop], parts: {}, pending: { "shop/db": many } },
    outputs: { ...outputs, stores: {} },
  });
  expect(line).toBe("shop/db (d1): new, with 8 migrations, 0001_a.sql to 0008_a.sql");
});
