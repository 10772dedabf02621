import { afterAll, beforeAll, expect, test } from "vitest";
import { openShadow } from "../shadow/shadow.ts";
import { disagreements, type Probe, probes } from "./conformance.ts";
import { type WorkerdD1, workerdD1 } from "./workerd-d1.ts";

let d1: WorkerdD1;
beforeAll(async () => {
  d1 = await workerdD1();
});
afterAll(() => d1.close());

function onShadow({ sql, after = [] }: Probe): boolean {
  const shadow = openShadow();
  try {
    for (const statement of after) expect(shadow.run(statement).error).toBeUndefined();
    return shadow.run(sql).error === undefined;
  } finally {
    shadow.close();
  }
}

const undo = "SELECT json_extract('{}', 'undo')";

/** In a batch that ends in a failure of our own, so that one database serves all probes. */
async function onWorkerd({ sql, after = [] }: Probe): Promise<boolean> {
  try {
    await d1.batch([...after, sql, undo]);
  } catch (error) {
    return error instanceof Error && /bad JSON path: 'undo'/.test(error.message);
  }
  throw new Error("a batch that must fail was committed");
}

test("the shadow and D1's own engine accept and refuse the same statements, but for those listed with a reason", async () => {
  const found: string[] = [];
  for (const probe of probes) {
    const [shadow, workerd] = [onShadow(probe), await onWorkerd(probe)];
    if (shadow !== workerd)
      found.push(
        `${probe.sql.slice(0, 80)} (shadow ${shadow ? "accepts" : "refuses"}, D1 ${workerd ? "accepts" : "refuses"})`,
      );
  }
  expect(found.toSorted()).toEqual([...disagreements.keys()].toSorted());
});

test("there are at least 84 probes, each once", () => {
  const texts = probes.map(({ sql }) => sql);
  expect(new Set(texts).size).toBe(texts.length);
  expect(texts.length).toBeGreaterThanOrEqual(84);
});
