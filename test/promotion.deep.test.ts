import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { type Clone, clone } from "./clone.ts";

/** What one stage serves brought to the next, by the command, on the real engine. */
let project: Clone;

beforeAll(async () => {
  project = await clone();
  project.edit("project.ts", (text) =>
    text.replace('name: "prod",', 'name: "prod", promotesFrom: "staging",'),
  );
});
afterAll(() => project.remove());

const outputs = z.looseObject({
  artefact: z.looseObject({
    digest: z.string(),
    signature: z.string().optional(),
    systems: z.record(
      z.string(),
      z.looseObject({ digest: z.string(), servedAt: z.string(), by: z.string() }),
    ),
  }),
});
const artefactOf = async (stage: string) =>
  outputs.parse(JSON.parse((await project.pulumi(["stack", "output", "--json", "--stack", stage])).out))
    .artefact;
const promote = () => project.just(["promote", "staging", "prod", "--yes", "prod"]);
const up = (stage: string) => project.just(["pulumi-up", stage, "--yes"]);

test("what a stage serves is recorded, and stays as it is while it serves the same", async () => {
  const first = await up("staging");
  expect(first.code, first.out).toBe(0);
  const record = await artefactOf("staging");
  expect(record.signature).toBeUndefined();
  const notFrom = await project.just(["promote", "dev", "staging"]);
  expect(notFrom.code).toBe(1);
  expect(notFrom.out).toContain("just signing-key dev");
  const key = await project.just(["signing-key", "dev", "--yes"]);
  expect(key.code, key.out).toBe(0);
  const unsigned = await promote();
  expect(unsigned.code).toBe(1);
  expect(unsigned.out).toContain("just signing-key staging");
  const made = await project.just(["signing-key", "staging", "--yes"]);
  expect(made.code, made.out).toBe(0);
  const again = await up("staging");
  expect(again.code, again.out).toBe(0);
  const signed = await artefactOf("staging");
  expect(signed.signature).toBeDefined();
  expect(signed.digest).toBe(record.digest);
  const third = await up("staging");
  expect(third.code, third.out).toBe(0);
  expect(await artefactOf("staging")).toEqual(signed);
});

test("prod gets what staging serves, and is refused anything else", async () => {
  const refused = await project.deploy("prod");
  expect(refused.code).not.toBe(0);
  expect(refused.out).toContain("nothing was promoted from staging");
  const done = await promote();
  expect(done.code, done.out).toBe(0);
  expect(done.out).toMatch(/Nothing of prod is up yet[\s\S]*dome: \d+ workers, .*d1 with \d+ migrations/);
  expect(done.out).toMatch(/made: dome\/[\s\S]*without steps/);
  expect(done.out).not.toContain("nothing is new");
  expect((await artefactOf("prod")).digest).toBe((await artefactOf("staging")).digest);
});

test("a folder that builds to something else is refused with the part that differs, by the command and by an up", async () => {
  const same = await artefactOf("prod");
  project.edit("workers/dome/dome-api/index.ts", (text) =>
    text.replace("title must be", "the title must be"),
  );
  const other = await promote();
  expect(other.code).toBe(1);
  expect(other.out).toContain("This folder builds dome to something else than staging serves");
  expect(other.out).toContain("got:      worker dome-api, code\n");
  const released = await project.just(["release", "prod", "--yes", "prod"]);
  expect(released.code, released.out).toBe(1);
  // What the rule says stands there to its end, and nothing else of what the engine printed.
  expect(released.out).toMatch(/promoted-is-baked[\s\S]*is not what staging served when it was promoted/);
  expect(released.out).not.toMatch(/characters left out|Resources:/);
  const aborted = await project.just([
    ...["release", "prod", "--abort", "--reason", "it was not promoted", "--yes", "prod"],
  ]);
  expect(aborted.code, aborted.out).toBe(2);
  expect(await artefactOf("prod")).toEqual(same);
  const preview = await project.pulumi(["preview", "--stack", "prod"]);
  expect(preview.code, preview.out).toBe(0);
  expect(preview.out).toContain("is not what staging served when it was promoted");
});

test("what is excepted is deployed, and the rollback from it is held up by nothing", async () => {
  const until = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
  const entry = [
    { resource: "dome/artefact", rule: "promoted-is-baked", reason: "hotfix", by: "mia", until },
  ];
  const set = (value: unknown) =>
    project.pulumi([
      ...["config", "set-all", "--stack", "prod", "--json"],
      JSON.stringify({ "lockstep:approvals": { value: JSON.stringify(value), objectValue: value } }),
    ]);
  expect((await set(entry)).code).toBe(0);
  const done = await project.just(["release", "prod", "--yes", "prod"]);
  expect(done.code, done.out).toBe(0);
  const record = await artefactOf("prod");
  expect(record.systems["dome"]?.digest).not.toBe((await artefactOf("staging")).systems["dome"]?.digest);
  expect((await set([])).code).toBe(0);
  const back = await project.just(["rollback", "prod", "--yes", "prod"]);
  expect(back.code, back.out).toBe(0);
  // An older version answers: there is nothing that could be promoted from here.
  expect((await artefactOf("prod")).systems).toEqual({});
});

test("a record that was altered in the state is named and refused", async () => {
  const exported = await project.pulumi(["stack", "export", "--stack", "staging"]);
  project.write("state.json", exported.out.replaceAll(/"servedAt": "20/g, '"servedAt": "19'));
  const imported = await project.pulumi(["stack", "import", "--stack", "staging", "--file", "state.json"]);
  expect(imported.code, imported.out).toBe(0);
  const refused = await promote();
  expect(refused.code).toBe(1);
  expect(refused.out).toContain("The record of what staging serves was altered in its state");
  const begunMs = Date.now();
  const again = await project.just(["pulumi-up", "staging", "--yes"]);
  expect(again.code, again.out).toBe(0);
  expect(again.out).toContain("What staging was recorded to serve is not believed");
  expect(Date.parse((await artefactOf("staging")).systems["dome"]?.servedAt ?? "")).toBeGreaterThanOrEqual(
    Math.floor(begunMs / 1000) * 1000,
  );
});
