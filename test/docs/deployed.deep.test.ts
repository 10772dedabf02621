import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type DeployedStage, deployStage } from "../../harness/index.ts";
import { exampleProject } from "./example-project.ts";

describe("the README's system", () => {
  const project = exampleProject("notes");
  let dev: DeployedStage;
  beforeAll(async () => {
    dev = await deployStage({ root: project.folder });
  });
  afterAll(async () => {
    await dev?.remove();
    project.remove();
  });

  test("stores a note in D1 and R2, and finds it by its meaning once the queue has embedded it", async () => {
    const note = { title: "Tides", text: "The moon pulls the sea." };
    expect((await dev.ask("notes/store", "/", { json: note })).status).toBe(201);
    expect(await dev.query("notes/notes", "SELECT title FROM notes")).toEqual([{ title: "Tides" }]);
    await expect
      .poll(async () => (await dev.ask("notes/search", "/?q=the+sea+and+the+moon")).text)
      .toBe('["Tides"]');
  });
});

describe("the guide's system", () => {
  const project = exampleProject("guide");
  let dev: DeployedStage;
  beforeAll(async () => {
    dev = await deployStage({ root: project.folder, secrets: { API_KEY: "for-tests" } });
  });
  afterAll(async () => {
    await dev?.remove();
    project.remove();
  });

  test("stores a note with its author for whoever has the key, and counts its words by the queue", async () => {
    const note = { text: "the moon pulls the sea", author: "Ada" };
    const headers = { authorization: "Bearer for-tests" };
    expect((await dev.ask("notes/notes-api", "/notes", { json: note })).status).toBe(401);
    expect((await dev.ask("notes/notes-api", "/notes", { json: note, headers })).status).toBe(201);
    await expect
      .poll(() => dev.query("notes/notes", "SELECT text, author, words FROM notes"))
      .toEqual([{ ...note, words: 5 }]);
  });
});
