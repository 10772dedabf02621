import { expect, test } from "vitest";
import { pairs, spread } from "./pairs.ts";

test("the spread of an even and an odd number of values", () => {
  expect(spread([3, 1, 2])).toEqual({ minimum: 1, median: 2, maximum: 3 });
  expect(spread([4, 1, 2, 3])).toEqual({ minimum: 1, median: 2.5, maximum: 4 });
});

test("commands run in turn, one round of them uncounted; a failing one is no measurement", async () => {
  const rounds: number[] = [];
  const node = (name: string, code: string) => ({ name, file: process.execPath, args: ["-e", code] });
  const found = await pairs(node("a", "1"), node("b", "2"), 2, process.env, process.cwd(), (round) =>
    rounds.push(round),
  );
  expect(rounds).toEqual([0, 1, 2]);
  expect(found).toMatchObject({ a: "a", b: "b", rounds: 2 });
  await expect(
    pairs(node("a", "process.exit(3)"), node("b", ""), 1, process.env, process.cwd(), () => {}),
  ).rejects.toThrow(/ended with 3/);
});
