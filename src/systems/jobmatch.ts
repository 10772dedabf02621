import {
  ai,
  aiGateway,
  d1,
  type EnvOf,
  kv,
  perStage,
  r2,
  service,
  stageName,
  system,
  vectorize,
  worker,
} from "../declare/index.ts";

const db = d1("db", { physicalName: "jobmatch-ai-{stage}", migrations: "migrations/jobmatch/db" });

const sessions = kv("SESSIONS");
const rateLimits = kv("RATE_LIMITS");
const oauthStates = kv("OAUTH_STATES");
const analysisCache = kv("JOB_ANALYSIS_CACHE");
const embeddingsCache = kv("EMBEDDINGS_CACHE");
const gatewayCache = kv("AI_GATEWAY_CACHE");

const bucket = (name: string) => r2(name, { physicalName: "jobmatch-ai-{stage}-{name}" });
const avatars = bucket("avatars");
const resumes = bucket("resumes");
const exported = bucket("exports");

const jobs = vectorize("jobs", {
  physicalName: "jobmatch-ai-{stage}",
  dimensions: 768,
  metric: "cosine",
  // As `jobText` of the API and its model make them.
  recipe: {
    database: db,
    select: "SELECT id, title || ' at ' || company || char(10) || description AS text FROM jobs",
    model: "@cf/baai/bge-base-en-v1.5",
  },
});

/** One name for all stages, as the account has had it since the first of them. */
const gateway = aiGateway("jobmatch-ai-gateway-dev", {
  shared: true,
  cacheTtlSeconds: 3_600,
  rateLimit: { requests: 100, windowSeconds: 60, technique: "sliding" },
});

const compatibilityDate = "2026-06-01";

const api = worker("jobmatch-api", {
  main: "workers/jobmatch/api/index.ts",
  compatibilityDate,
  smoke: "/health",
  env: {
    STAGE: stageName(),
    // `email` believes whoever types an address: nothing to set up, and nothing that a stage with people in it may have.
    SIGN_IN: perStage({ dev: "email", staging: "openid", prod: "openid" }),
    OPENID_ISSUER: perStage({ dev: "", staging: "https://id.example.com", prod: "https://id.example.com" }),
    OPENID_CLIENT: perStage({ dev: "", staging: "jobmatch-staging", prod: "jobmatch" }),
    DB: db,
    SESSIONS: sessions,
    RATE_LIMITS: rateLimits,
    OAUTH_STATES: oauthStates,
    JOB_ANALYSIS_CACHE: analysisCache,
    EMBEDDINGS_CACHE: embeddingsCache,
    AI_GATEWAY_CACHE: gatewayCache,
    AVATARS: avatars,
    RESUMES: resumes,
    EXPORTS: exported,
    JOBS: jobs,
    AI: ai(),
    GATEWAY: gateway,
  },
});

const web = worker("jobmatch", {
  main: "workers/jobmatch/web/index.ts",
  compatibilityDate,
  assets: "workers/jobmatch/web/public",
  env: { API: service(api) },
});

export type JobmatchApiEnv = EnvOf<typeof api>;
export type JobmatchWebEnv = EnvOf<typeof web>;

/** Résumés held against jobs: a page, an API behind it, and models behind an AI Gateway. */
export const jobmatch = system("jobmatch", [
  db,
  sessions,
  rateLimits,
  oauthStates,
  analysisCache,
  embeddingsCache,
  gatewayCache,
  avatars,
  resumes,
  exported,
  jobs,
  gateway,
  api,
  web,
]);
