import { type DeployedStage, deployStage } from "lockstep/testing";
import { afterAll, beforeAll, expect, test } from "vitest";

let dev: DeployedStage;
beforeAll(async () => {
  dev = await deployStage({ secrets: { API_KEY: "for-tests" } });
}, 1_800_000);
afterAll(() => dev?.remove());

test("a note is stored with its author, for whoever has the key", async () => {
  const note = { text: "the moon pulls the sea", author: "Ada" };
  const headers = { authorization: "Bearer for-tests" };
  expect((await dev.ask("notes/notes-api", "/notes", { json: note })).status).toBe(401);
  expect((await dev.ask("notes/notes-api", "/notes", { json: note, headers })).status).toBe(201);
  expect(await dev.query("notes/notes", "SELECT text, author FROM notes")).toEqual([note]);
}, 60_000);
