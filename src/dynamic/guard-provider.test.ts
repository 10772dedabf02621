import { expect, test } from "vitest";
import { provider } from "./guard-provider.ts";

test("a guard refuses to go, one of an earlier release too, until its stage is protected no more", async () => {
  for (const props of [{}, { protects: true }, undefined])
    await expect(provider.delete("guard", props)).rejects.toThrow(/nothing of it was deleted/);
  await expect(provider.delete("guard", { protects: false })).resolves.toBeUndefined();
});

test("it changes where protection was taken off or put back, and not because an earlier release made it", async () => {
  const changes = async (olds: object, news: object): Promise<boolean> =>
    (await provider.diff("guard", olds, news)).changes;
  expect(await changes({}, {})).toBe(false);
  expect(await changes({ protects: true }, {})).toBe(false);
  expect(await changes({}, { protects: false })).toBe(true);
  expect(await changes({ protects: false }, {})).toBe(true);
  expect(await changes({ protects: false }, { protects: false })).toBe(false);
});
