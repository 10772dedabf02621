// Checked by tsc: every line under an expectation has to be a mistake, everything else has to compile.
import type { Rpc } from "@cloudflare/workers-types";
import { type EnvOf, type Service, service, type Worker, worker } from "../index.ts";
import { settings } from "./same.ts";

/** As worker code has it: a class whose own `env` is typed by the declaration that binds it. */
declare class Entrypoint<Env> implements Rpc.WorkerEntrypointBranded {
  readonly __WORKER_ENTRYPOINT_BRAND: never;
  protected readonly env: Env;
}

// Two workers that bind each other: the function's type is written out.
declare class Pings extends Entrypoint<EnvOf<typeof first>> {
  ping(): Promise<"ping">;
}
declare class Pongs extends Entrypoint<EnvOf<typeof second>> {
  pong(): Promise<"pong">;
}
const first = worker("first", {
  ...settings,
  env: { SECOND: service<Pongs>((): Worker => second, "Pongs") },
});
const second = worker("second", { ...settings, env: { FIRST: service<Pings>(first, "Pings") } });

export const roundTrip = async (
  one: EnvOf<typeof first>,
  two: EnvOf<typeof second>,
): Promise<readonly ["ping", "pong"]> => [await two.FIRST.ping(), await one.SECOND.pong()];

export const anyService: Service = service<Pings>(first);

// @ts-expect-error a service is a worker
service("first");
// @ts-expect-error an entrypoint is a name
service(first, Pings);
// @ts-expect-error what a callee offers is not what another one does
export const another: Service<Pongs> = service<Pings>(first);
// @ts-expect-error what is private to the callee cannot be called
export const inside = (env: EnvOf<typeof second>): unknown => env.FIRST.env;
