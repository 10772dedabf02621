import { expect, test } from "vitest";
import { cutOut } from "./long-text.ts";

const answer = (value: unknown): Buffer => Buffer.from(JSON.stringify({ n: 1, long: value, meta: "é" }));

test("a long text is taken out of JSON as it is escaped there, whatever is in it and wherever the parts begin", () => {
  for (const value of ["", "a", 'it says "long":"no"', "\\", '\\"', "é漢🎉\n\u001E", "x".repeat(5_000)]) {
    const bytes = answer(value);
    for (const at of [0, 7, 15, bytes.length - 3]) {
      const { text, long } = cutOut([bytes.subarray(0, at), bytes.subarray(at)], "long");
      expect(JSON.parse(text)).toEqual({ n: 1, long: null, meta: "é" });
      expect(long?.toString()).toBe(JSON.stringify(value).slice(1, -1));
    }
  }
});

test("where no text is, the answer stays as it came", () => {
  for (const bytes of [answer(null), answer(5), Buffer.from("<html>"), Buffer.from('{"long":"cut o')])
    expect(cutOut([bytes], "long")).toEqual({ text: bytes.toString(), long: undefined });
});
