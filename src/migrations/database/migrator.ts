import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { exchange } from "../../cloudflare/exchange.ts";
import { callApi, classify, type Outcome, remedy } from "../../cloudflare/http.ts";
import { untilReachable } from "../../cloudflare/until-reachable.ts";
import { UserError } from "../../diagnostic/user-error.ts";
import type { D1Endpoint, D1Rows } from "./endpoint.ts";
import { whole } from "./transports.ts";

/** The migrator Worker of one run: deployed when the first file needs it, removed when the run ends. */
export interface Migrator {
  readonly run: (statements: readonly string[]) => Promise<Outcome<readonly D1Rows[]>>;
  readonly remove: () => Promise<void>;
}

export interface MigratorOptions {
  readonly endpoint: D1Endpoint;
  /** Where a script answers once its subdomain is on: `https://<script>.<subdomain>.workers.dev`. */
  readonly addressOf: (script: string) => Promise<string>;
  readonly uuid: () => string;
  readonly sleep: (ms: number) => Promise<void>;
  /** Called before the Worker exists: who is killed later leaves its name behind. */
  readonly remember: (script: string) => Promise<void>;
}

const modules = {
  "migrator.js": new URL("../../../workers/lockstep/migrator.js", import.meta.url),
  "is-holder.js": new URL("../../../workers/lockstep/is-holder.js", import.meta.url),
};
const prefix = "lockstep-migrator-";
const compatibilityDate = "2026-06-01";

const answer = z.array(
  z.object({
    results: z.array(z.record(z.string(), z.unknown())).default([]),
    meta: z.record(z.string(), z.unknown()).default({}),
  }),
);
/** Deploys the Worker with a key of its own. Call it only while holding the database's lease. */
export async function deployMigrator(options: MigratorOptions): Promise<Migrator> {
  const { endpoint } = options;
  const script = `${prefix}${endpoint.databaseId.slice(0, 8)}-${options.uuid().slice(0, 8)}`;
  await options.remember(script);
  const key = randomBytes(32).toString("hex");
  await api(endpoint, "PUT", `/workers/scripts/${script}`, await upload(endpoint.databaseId, key));
  await api(endpoint, "POST", `/workers/scripts/${script}/subdomain`, {
    enabled: true,
    previews_enabled: false,
  });
  const address = await options.addressOf(script);
  const remove = (): Promise<void> => removeMigrator(endpoint, script);
  const send = (method: "GET" | "POST", body?: unknown): ReturnType<typeof exchange> =>
    exchange(address, {
      method,
      headers: { authorization: `Bearer ${key}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      timeoutMs: 40_000,
    });
  try {
    await untilReachable(() => send("GET"), { name: "The migrator Worker", address }, options.sleep);
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    remove,
    run: async (statements) => {
      const sent = await send("POST", { statements });
      if (sent.kind === "noAnswer") return { kind: "unknown", message: sent.message };
      const outcome = classify(sent.status, sent.headers["retry-after"] ?? null, sent.text);
      // Without an envelope somebody else answered: a gateway, or nobody is there any more because the next run removed it.
      if (outcome.kind === "refused" && outcome.code === 0)
        return { kind: "unknown", message: outcome.message };
      if (outcome.kind !== "done") return outcome;
      const parsed = answer.safeParse(outcome.value);
      return parsed.success
        ? whole(statements, { kind: "done", value: parsed.data })
        : { kind: "unknown", message: "the migrator answered in an unknown shape" };
    },
  };
}

/** Whether a name that was written down can be a migrator's: what a database says must never remove another Worker. */
export const isMigrator = (script: string): boolean =>
  script.startsWith(prefix) && /^[0-9a-z-]+$/.test(script);

/** Removes a migrator Worker; one that is gone already is as good. */
export async function removeMigrator(endpoint: D1Endpoint, script: string): Promise<void> {
  await api(endpoint, "DELETE", `/workers/scripts/${script}?force=true`, undefined, 404);
}

async function upload(databaseId: string, key: string): Promise<FormData> {
  const form = new FormData();
  const metadata = {
    main_module: "migrator.js",
    compatibility_date: compatibilityDate,
    bindings: [
      { name: "DB", type: "d1", id: databaseId },
      { name: "KEY", type: "secret_text", text: key },
    ],
  };
  form.set("metadata", new Blob([JSON.stringify(metadata)], { type: "application/json" }));
  for (const [name, file] of Object.entries(modules)) {
    const content = await readFile(file);
    form.set(name, new Blob([content], { type: "application/javascript+module" }), name);
  }
  return form;
}

async function api(
  endpoint: D1Endpoint,
  method: "PUT" | "POST" | "DELETE",
  path: string,
  body?: object,
  /** A status that is as good as success. */
  tolerated?: number,
): Promise<unknown> {
  const whole = `/accounts/${endpoint.accountId}${path}`;
  const outcome = await callApi(endpoint, method, whole, body);
  if (outcome.kind === "done") return outcome.value;
  if (outcome.kind === "refused" && outcome.status === tolerated) return undefined;
  throw new UserError({
    what:
      method === "DELETE"
        ? "The migrator Worker could not be removed"
        : "The migrator Worker could not be set up",
    where: `${method} ${whole}`,
    got: outcome.message,
    expected: "success",
    fix: remedy(outcome, "Workers Admin (a migration with a trigger needs a Worker for the time it runs)"),
  });
}
