import { expect, test } from "vitest";
import { chunksOf } from "./chunks.ts";

const texts = (text: string): readonly string[] => chunksOf(text).map(({ content }) => content);

test("paragraphs that fit together are one piece, with an estimate of its tokens", () => {
  expect(chunksOf("one\r\n\r\ntwo\n \nthree")).toEqual([{ content: "one\n\ntwo\n\nthree", tokens: 4 }]);
});

test("a long document is cut between paragraphs, in order, and loses no word", () => {
  const document = Array.from({ length: 12 }, (_, i) => `paragraph ${i} ${"word ".repeat(40).trim()}`);
  const pieces = texts(document.join("\n\n"));
  expect(pieces.length).toBeGreaterThan(2);
  expect(pieces.join("\n\n")).toBe(document.join("\n\n"));
  expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThanOrEqual(700);
});

test("a paragraph without an end is cut by length, and never through a character", () => {
  const pieces = texts("𝕏".repeat(800));
  expect(pieces.join("").replaceAll("\n", "")).toBe("𝕏".repeat(800));
  for (const piece of pieces) expect(piece).toBe(piece.toWellFormed());
});

test("a document without words has no pieces", () => {
  expect(texts(" \n\n\t\n")).toEqual([]);
});
