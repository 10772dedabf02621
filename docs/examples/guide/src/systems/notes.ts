import { d1, type EnvOf, queue, secret, stageName, system, worker } from "lockstep";

const notes = d1("notes", { migrations: "migrations/notes/notes" });
const added = queue<{ id: number }>("notes-added");

const api = worker("notes-api", {
  main: "workers/notes/api.ts",
  compatibilityDate: "2026-06-01",
  env: { DB: notes, ADDED: added, STAGE: stageName(), API_KEY: secret("API_KEY") },
  consumes: [{ queue: added }],
  smoke: "/health",
});

/** The worker's env, typed by its declaration. */
export type ApiEnv = EnvOf<typeof api>;

export const notesSystem = system("notes", [notes, added, api]);
