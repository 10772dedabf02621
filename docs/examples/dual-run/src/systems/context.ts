import { d1, type EnvOf, errorRate, latency, secret, service, system, worker } from "lockstep";
import type { Answers } from "../../workers/context/answers.ts";
import { mismatches, tickets } from "./gates.ts";

/** Who answers whom, and what came of comparing. */
const routing = d1("context-routing", { migrations: "migrations/context/routing" });

/** The new backend. It has no address of its own: the router alone asks it. */
const answers = worker("context-answers", {
  main: "workers/context/answers.ts",
  compatibilityDate: "2026-06-01",
  workersDev: false,
});

/** In front of both: what users call stays one address in all four phases. */
const router = worker("context", {
  main: "workers/context/router.ts",
  compatibilityDate: "2026-06-01",
  env: {
    ROUTING: routing,
    NEW: service<Answers>(answers, "Answers"),
    OLD_URL: secret("OLD_URL"),
    ROUTING_KEY: secret("ROUTING_KEY"),
  },
});

export type RouterEnv = EnvOf<typeof router>;
export const contextSystem = system("context", [routing, answers, router], {
  release: {
    steps: [
      { percent: 10, soakSeconds: 1800 },
      { percent: 50, soakSeconds: 3600 },
      { percent: 100, soakSeconds: 3600 },
    ],
    gates: [
      errorRate({ below: 0.01, alarm: 0.05 }),
      latency({ percentile: 95, belowMs: 2000, alarmMs: 5000, failureLimit: 1, consecutiveSuccesses: 3 }),
      mismatches(routing, 0.01),
      tickets,
    ],
  },
});
