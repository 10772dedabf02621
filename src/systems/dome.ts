import type { Search } from "../../workers/dome/constellation/search.ts";
import type { Notes } from "../../workers/dome/silo/notes.ts";
import {
  ai,
  d1,
  type EnvOf,
  perStage,
  queue,
  r2,
  service,
  stageName,
  system,
  vectorize,
  worker,
} from "../declare/index.ts";

/** What both queues carry: the note that is new. */
export interface NewContent {
  readonly noteId: string;
}

const meta = d1("dome-meta", { migrations: "migrations/dome/meta" });
const notes = d1("silo", { migrations: "migrations/dome/silo" });
const raw = r2("dome-raw");
const content = r2("silo-content");
const newContentConstellation = queue<NewContent>("new-content-constellation");
const newContentAi = queue<NewContent>("new-content-ai");
const index = vectorize("dome-notes", {
  dimensions: 1536,
  metric: "cosine",
  recipe: { database: notes, select: "SELECT id AS noteId FROM notes", queue: newContentConstellation },
});
const deadConstellation = queue<NewContent>("new-content-constellation-dlq");
const deadAi = queue<NewContent>("new-content-ai-dlq");

const compatibilityDate = "2026-06-01";
const vars = {
  VERSION: "0.1.0",
  LOG_LEVEL: perStage({ dev: "debug", staging: "info", prod: "info" }),
  ENVIRONMENT: stageName(),
};

const silo = worker("silo", {
  main: "workers/dome/silo/index.ts",
  compatibilityDate,
  workersDev: false,
  env: {
    ...vars,
    DB: notes,
    CONTENT: content,
    NEW_CONTENT_CONSTELLATION: newContentConstellation,
    NEW_CONTENT_AI: newContentAi,
  },
});

const constellation = worker("constellation", {
  main: "workers/dome/constellation/index.ts",
  compatibilityDate,
  workersDev: false,
  env: { ...vars, AI: ai(), VECTORIZE: index, SILO: service<Notes>(silo, "Notes") },
  consumes: [
    {
      queue: newContentConstellation,
      deadLetter: deadConstellation,
      batchSize: 10,
      maxWaitTimeMs: 1_000,
      maxRetries: 5,
      retryDelaySeconds: 10,
    },
  ],
});

const domeApi = worker("dome-api", {
  main: "workers/dome/dome-api/index.ts",
  smoke: "/health",
  compatibilityDate,
  env: {
    ...vars,
    AI: ai(),
    META: meta,
    RAW: raw,
    CONSTELLATION: service<Search>(constellation, "Search"),
    SILO: service<Notes>(silo, "Notes"),
    NEW_CONTENT_CONSTELLATION: newContentConstellation,
    NEW_CONTENT_AI: newContentAi,
  },
  consumes: [
    {
      queue: newContentAi,
      deadLetter: deadAi,
      batchSize: 10,
      maxWaitTimeMs: 1_000,
      maxRetries: 5,
      retryDelaySeconds: 10,
    },
    // Kept in dome-raw. What cannot be kept is tried a hundred times: after that there is nowhere to put it.
    { queue: deadConstellation, maxWaitTimeMs: 1_000, maxRetries: 100, retryDelaySeconds: 60 },
    { queue: deadAi, maxWaitTimeMs: 1_000, maxRetries: 100, retryDelaySeconds: 60 },
  ],
});

export type SiloEnv = EnvOf<typeof silo>;
export type ConstellationEnv = EnvOf<typeof constellation>;
export type DomeApiEnv = EnvOf<typeof domeApi>;

/** Notes that answer: silo keeps them, constellation finds them by meaning, dome-api speaks to the world. */
export const dome = system("dome", [
  meta,
  notes,
  raw,
  content,
  index,
  newContentConstellation,
  newContentAi,
  deadConstellation,
  deadAi,
  silo,
  constellation,
  domeApi,
]);
