import type { Processor } from "../../workers/portfolio/document-processor/processor.ts";
import {
  ai,
  type BucketEvent,
  d1,
  durableObject,
  type EnvOf,
  perStage,
  queue,
  r2,
  system,
  vectorize,
  worker,
} from "../declare/index.ts";

/** Which objects of the shared bucket are a stage's documents. */
const prefix = perStage({ staging: "test-", prod: "documents/" });

const sql = d1("portfolio-sql", {
  physicalName: "{name}-{stage}",
  migrations: "migrations/portfolio/sql",
  adopt: {
    staging: "b287f8a6-1760-4092-8f2f-3f3f453cfe4f",
    prod: "e8ae40da-e089-47f8-8845-7586f7a555ec",
  },
});
const embeddings = vectorize("portfolio-embeddings", {
  physicalName: "{name}-{stage}",
  dimensions: 1536,
  metric: "cosine",
});
const processing = queue<BucketEvent>("portfolio-doc-processing", { physicalName: "{name}-{stage}" });
const deadLetters = queue<BucketEvent>("portfolio-doc-processing-dlq", {
  physicalName: "portfolio-doc-processing-{stage}-dlq",
});
const documents = r2("portfolio-documents", {
  shared: true,
  notifications: [{ queue: processing, events: ["object-create", "object-delete"], prefix }],
});

const settings = { compatibilityDate: "2026-06-01", physicalName: "portfolio-{name}{-stage}" };
const vars = { ENVIRONMENT: perStage({ staging: "staging", prod: "production" }) };

const documentProcessor = worker("document-processor", {
  ...settings,
  main: "workers/portfolio/document-processor/index.ts",
  workersDev: false,
  durableObjects: { DocumentProcessor: {} },
  env: {
    ...vars,
    AI: ai(),
    DB: sql,
    DOCUMENTS_BUCKET: documents,
    VECTORIZE: embeddings,
    DOCUMENT_PROCESSOR: durableObject<Processor>("DocumentProcessor"),
  },
  consumes: [
    { queue: processing, deadLetter: deadLetters, batchSize: 10, maxWaitTimeMs: 1_000, maxRetries: 3 },
    { queue: deadLetters, batchSize: 10, maxWaitTimeMs: 1_000, maxRetries: 100 },
  ],
});

const r2Reconciliation = worker("r2-reconciliation", {
  ...settings,
  main: "workers/portfolio/r2-reconciliation/index.ts",
  workersDev: false,
  crons: ["17 * * * *"],
  env: { ...vars, PREFIX: prefix, DB: sql, DOCUMENTS_BUCKET: documents, PROCESSING_QUEUE: processing },
});

const service = worker("service", {
  ...settings,
  main: "workers/portfolio/service/index.ts",
  smoke: "/health",
  env: { ...vars, AI: ai(), DB: sql, VECTORIZE: embeddings },
});

export type DocumentProcessorEnv = EnvOf<typeof documentProcessor>;
export type R2ReconciliationEnv = EnvOf<typeof r2Reconciliation>;
export type ServiceEnv = EnvOf<typeof service>;

/** Answers from a portfolio's documents: what is put into the bucket is cut, embedded and asked, until it is deleted there. */
export const portfolio = system(
  "portfolio",
  [sql, embeddings, processing, deadLetters, documents, documentProcessor, r2Reconciliation, service],
  { stages: ["staging", "prod"] },
);
