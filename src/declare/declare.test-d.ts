// Checked by tsc: every line under an expectation has to be a mistake, everything else has to compile.
import type { D1Database, R2Bucket, Queue as WorkersQueue } from "@cloudflare/workers-types";
import {
  ai,
  d1,
  type EnvOf,
  json,
  queue,
  r2,
  secret,
  service,
  system,
  type Worker,
  worker,
} from "./index.ts";

interface Order {
  readonly id: string;
}

const db = d1("db");
const files = r2("files");
const orders = queue<Order>("orders");
const settings = { main: "x.ts", compatibilityDate: "2026-01-01" } as const;
const api = worker("api", {
  ...settings,
  env: {
    DB: db,
    FILES: files,
    ORDERS: orders,
    KEY: secret("key"),
    LEVEL: "info",
    AI: ai(),
    LIMITS: json({ notes: 3 }),
  },
});
type Env = EnvOf<typeof api>;

/** Compiles only where both are the same type. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const proofs: readonly true[] = [
  true satisfies Same<Env["DB"], D1Database>,
  true satisfies Same<Env["FILES"], R2Bucket>,
  true satisfies Same<Env["ORDERS"], WorkersQueue<Order>>,
  true satisfies Same<Env["KEY"], string>,
  true satisfies Same<Env["LEVEL"], string>,
  true satisfies Same<Env["LIMITS"], { readonly notes: 3 }>,
];

// Two workers that bind each other: the function's type is written out.
const first = worker("first", { ...settings, env: { SECOND: service((): Worker => second, "Entry") } });
const second = worker("second", { ...settings, env: { FIRST: service(first) } });

system("s", [db, files, orders, api, first, second]);

// @ts-expect-error a misspelt target
worker("w", { ...settings, env: { DB: dbb } });
// @ts-expect-error only a queue is consumed
worker("w", { ...settings, env: {}, consumes: [{ queue: db }] });
// @ts-expect-error a dead letter goes to a queue
worker("w", { ...settings, env: {}, consumes: [{ queue: orders, deadLetter: files }] });
// @ts-expect-error a misspelt field
worker("w", { ...settings, enviroment: { DB: db } });
// @ts-expect-error the date is not optional: it would change under a worker
worker("w", { main: "x.ts", env: {} });
// @ts-expect-error an index has dimensions
void (await import("./vectorize.ts")).vectorize("index", { metric: "cosine" });
// @ts-expect-error a value is no resource
system("s", [ai()]);
// @ts-expect-error a callee's methods are its own to tell
export const unchecked = (env: EnvOf<typeof second>): unknown => env.FIRST.anything();
// @ts-expect-error messages have the queue's type
export const wrongMessage = (env: Env): unknown => env.ORDERS.send({ id: 3 });

export { proofs };
