import { expect, test } from "vitest";
import { isAsked } from "./switch-over.ts";

test("finishing a switch back is not what a restore asks for, nor is finishing a restore of another backup", () => {
  const begun = { undo: false, from: "backup 20261130T120000Z" };
  const back = { undo: true, from: "what served before" };
  expect(isAsked(begun, { undo: false, from: undefined })).toBe(true);
  expect(isAsked(begun, { undo: false, from: "20261130T120000Z" })).toBe(true);
  expect(isAsked(begun, { undo: false, from: "backups/embedded/prod/20261130T120000Z/" })).toBe(true);
  expect(isAsked(begun, { undo: false, from: "20261129T120000Z" })).toBe(false);
  expect(isAsked(back, { undo: true, from: undefined })).toBe(true);
  expect(isAsked(back, { undo: false, from: undefined })).toBe(false);
});
