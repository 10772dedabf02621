import { describe, expect, it } from "vitest";
import { unknownValue } from "../../../src/engine/property-values.ts";
import { lawCases } from "../fixture/laws/index.ts";
import { planned } from "../lifecycle/lifecycle.ts";
import { fromStruct, toStruct } from "../protocol/struct.ts";
import { kinds } from "../resources/index.ts";
import { entryOf } from "../resources/table.ts";
import { secret } from "../values/secret.ts";
import { isList, isObject, type Value, type Values } from "../values/values.ts";
import { failures } from "./check.ts";
import { differences } from "./diff.ts";

const id = "0".repeat(32);
const cases = lawCases({
  accountId: id,
  zoneId: id,
  queueId: id,
  namespaceId: id,
  workerId: id,
  databaseId: id,
  hyperdriveId: "h",
  secretStoreId: "s",
  versionIds: ["v1", "v2"],
});
const files = (path: string): string => new URL(`../${path}`, import.meta.url).pathname;

/** A bucket stays where it is, whatever the program says later. */
const unchangeable = new Set(["R2Bucket location"]);

type Path = readonly (string | number)[];

/** Every place in the value, also in lists and maps, by its path. */
function places(value: Value, above: Path = []): readonly Path[] {
  const inside = isList(value)
    ? value.flatMap((item, i) => places(item, [...above, i]))
    : isObject(value)
      ? Object.entries(value).flatMap(([name, item]) => places(item, [...above, name]))
      : [];
  return above.length === 0 ? inside : [above, ...inside];
}

function withValueAt(value: Value, [first, ...rest]: Path, put: Value): Value {
  if (first === undefined) return put;
  if (isList(value)) return value.map((item, i) => (i === first ? withValueAt(item, rest, put) : item));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, name === first ? withValueAt(item, rest, put) : item]),
  );
}

const at = (value: Value | undefined, path: Path): Value | undefined =>
  path.reduce<Value | undefined>(
    (inside, step) =>
      isList(inside) && typeof step === "number"
        ? inside[step]
        : isObject(inside) && typeof step === "string"
          ? inside[step]
          : undefined,
    value,
  );

describe.each(kinds.map(({ token }) => token))("an unknown value anywhere in %s", (token) => {
  const entry = entryOf(token);
  const { attributes } = entry.facts;
  const programs = (cases[token.split(":")[2] ?? ""] ?? []).map(({ inputs }) => inputs);

  it("passes the check, is unknown in the preview of a create, and a change of its property in that of an update", async () => {
    const wrong: string[] = [];
    for (const inputs of programs) {
      const state = await planned(entry, inputs, undefined, files);
      for (const path of places(inputs)) {
        const program = withValueAt(inputs, path, unknownValue);
        if (!isObject(program)) continue;
        const where = path.join(".");
        const found = failures(attributes, program);
        if (found.length > 0) wrong.push(`${where}: ${JSON.stringify(found)}`);
        const made = await planned(entry, program, undefined, files);
        if (at(made, path) !== unknownValue)
          wrong.push(`${where} is ${JSON.stringify(at(made, path))} in a create`);
        const changed = await planned(entry, program, state, files);
        const tops = differences(attributes, program, changed, state).map(({ top }) => top);
        if (!tops.includes(String(path[0])) && !unchangeable.has(`${token.split(":")[2]} ${where}`))
          wrong.push(`${where} is no change`);
      }
    }
    expect(programs.length).toBeGreaterThan(0);
    expect(wrong).toEqual([]);
  });
});

it("is the same in a secret, and inside one", () => {
  const sent: Values = {
    a: secret(unknownValue),
    b: secret({ c: [unknownValue, 1] }),
    d: { e: secret("x") },
  };
  expect(fromStruct(toStruct(sent))).toEqual({ a: unknownValue, b: { c: [unknownValue, 1] }, d: { e: "x" } });
});
