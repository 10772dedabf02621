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
  expect((await artefactOf("prod")).digest).toBe((await artefactOf("staging")).digest);
});
