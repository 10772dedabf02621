import { d1, durableObject, type EnvOf, kv, queue, secret, service, system, type Worker, worker } from "lockstep";

const settings = kv("pair-settings");
const compatibilityDate = "2026-06-01";

const left = worker("left", {
  main: "workers/pair/left/index.ts",
  compatibilityDate,
  env: { RIGHT: service((): Worker => right, "Counting"), SETTINGS: settings, GREETING: secret("greeting") },
});

const right = worker("right", {
  main: "workers/pair/right/index.ts",
  compatibilityDate,
  workersDev: false,
  env: { LEFT: service(left), COUNTER: durableObject("Counter") },
  durableObjects: { Counter: {} },
  crons: ["0 3 * * *"],
});

/** Two workers that call each other, one of which keeps objects. */
export const pair = system("pair", [settings, left, right]);
