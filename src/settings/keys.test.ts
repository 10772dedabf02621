import { expect, test } from "vitest";
import { parse } from "yaml";
import { keys, textKeys } from "./keys.ts";

/** The one value of an example, with encrypted texts in the clear, as Pulumi hands them over. */
function exampleOf(key: string, example: string): unknown {
  const file: unknown = parse(example);
  expect(Object.keys(file ?? {})).toEqual([key]);
  return Object.values(file ?? {}).map(inClear)[0];
}

function inClear(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  if ("secure" in value) return value.secure;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, inClear(each)]));
}

test.each(Object.entries(keys))("the example of %s is a value that it takes", (key, { schema, example }) => {
  expect(schema.safeParse(exampleOf(key, example))).toMatchObject({ success: true });
});

test.each(Object.entries(textKeys))("the example of %s is a text", (key, { example }) => {
  expect(typeof exampleOf(key, example)).toBe("string");
});

test("every key says what it is for, in whole sentences", () => {
  for (const { meaning, missing } of Object.values({ ...keys, ...textKeys })) {
    expect(meaning).toMatch(/^[A-Z].*\.$/s);
    expect(missing).not.toBe("");
  }
});
