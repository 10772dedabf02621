// src/systems/notes.ts — a whole system, as inert data
import { ai, d1, type EnvOf, queue, r2, service, system, vectorize, worker } from "lockstep";
import type { Notes } from "../../workers/notes/store/notes.ts";

const notes = d1("notes", { migrations: "migrations/notes/notes" });
const content = r2("content");
const added = queue<{ id: string }>("added");
const index = vectorize("index", { dimensions: 768, metric: "cosine" });

const store = worker("store", {
  main: "workers/notes/store/index.ts",
  compatibilityDate: "2026-06-01",
  env: { DB: notes, CONTENT: content, ADDED: added },
});
const search = worker("search", {
  main: "workers/notes/search/index.ts",
  compatibilityDate: "2026-06-01",
  env: { AI: ai(), INDEX: index, STORE: service<Notes>(store, "Notes") },
  consumes: [{ queue: added, batchSize: 10 }],
});

export type StoreEnv = EnvOf<typeof store>;
export type SearchEnv = EnvOf<typeof search>; // the worker's env, typed, with no generated file
export const notesSystem = system("notes", [notes, content, added, index, store, search]);
