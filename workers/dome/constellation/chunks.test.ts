import { expect, test } from "vitest";
import { chunks } from "./chunks.ts";

test("paragraphs are kept together while they fit", () => {
  expect(chunks("one\n\ntwo\n\n\nthree")).toEqual(["one\n\ntwo\n\nthree"]);
});

test("a long text is cut between paragraphs and loses no word", () => {
  const paragraphs = Array.from({ length: 12 }, (_, i) => `paragraph ${i} ${"word ".repeat(40).trim()}`);
  const pieces = chunks(paragraphs.join("\n\n"));
  expect(pieces.length).toBeGreaterThan(2);
  expect(pieces.join("\n\n")).toBe(paragraphs.join("\n\n"));
  for (const piece of pieces) expect(piece.length).toBeLessThanOrEqual(700);
});

test("a line without an end is cut by length", () => {
  const pieces = chunks("x".repeat(1500));
  expect(pieces.join("").replaceAll("\n\n", "")).toBe("x".repeat(1500));
});

test("an empty text has no pieces", () => {
  expect(chunks(" \n\n ")).toEqual([]);
});
