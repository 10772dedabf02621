import { readFileSync } from "node:fs";
import { kVoid } from "miniflare";
import { z } from "zod";
import { keyHeader } from "../../door-key.ts";

/** Options of one binding that lives outside the cell: a store, or workerd's door to other cells. */
const optionsSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.enum(["KV", "R2", "D1", "QUEUE", "VECTORIZE", "AI", "RATELIMIT", "ANALYTICS", "EMAIL", "SECRET"]),
    id: z.string(),
    address: z.string(),
    key: z.string(),
    caller: z.string(),
    /** JSON. */
    settings: z.string().default("{}"),
  }),
  z.object({ kind: z.literal("WORKFLOW"), script: z.string() }),
  z.object({ kind: z.literal("CELLS") }),
  z.object({ kind: z.literal("EVENTS"), script: z.string() }),
]);
type Options = z.infer<typeof optionsSchema>;
type StoreOptions = Exclude<Options, { kind: "CELLS" | "EVENTS" | "WORKFLOW" }>;

const entriesSchema = z.array(z.object({ name: z.string(), options: optionsSchema }));
const entries = (given: unknown): z.infer<typeof entriesSchema> =>
  Array.isArray(given) ? entriesSchema.parse(given) : [];

const eventsService = "lockstep:events";
const serviceName = (store: StoreOptions): string => `lockstep:${store.kind}/${store.id}`;

/** A service of its own: bound from a worker, Miniflare would put the asset router in between. */
const events = (script: string): object => ({
  name: eventsService,
  worker: {
    modules: [{ name: "events.js", esModule: script }],
    compatibilityDate: "2026-06-01",
    compatibilityFlags: ["service_binding_extra_handlers"],
    bindings: [{ name: "USER", service: { name: "core:user:user" } }],
  },
});

function services(options: Options): object[] {
  if (options.kind === "CELLS" || options.kind === "WORKFLOW") return [];
  if (options.kind === "EVENTS") return [events(options.script)];
  // Over whatever the code sends by these names.
  const injectRequestHeaders = [
    { name: keyHeader, value: options.key },
    { name: "x-lockstep-store", value: `${options.kind}/${options.id}` },
    { name: "x-lockstep-caller", value: options.caller },
  ];
  return [
    { name: serviceName(options), external: { address: options.address, http: { injectRequestHeaders } } },
  ];
}

/** The binding as workerd's own class: what a worker sees cannot be told from Cloudflare's. */
function binding(options: Options): object {
  if (options.kind === "CELLS") return { workerdDebugPort: kVoid };
  if (options.kind === "EVENTS") return { service: { name: eventsService } };
  if (options.kind === "WORKFLOW") {
    const props = { json: JSON.stringify({ script: options.script }) };
    const engine = { name: "core:user:link", entrypoint: "Workflow", props };
    return wrapped(ownModules.WORKFLOW, [{ name: "engine", service: engine }]);
  }
  const service = { name: serviceName(options) };
  const fetcher = { name: "fetcher", service };
  const { kind } = options;
  switch (kind) {
    case "KV":
      return { kvNamespace: service };
    case "R2":
      return { r2Bucket: service };
    case "QUEUE":
      return { queue: service };
    case "D1":
      return wrapped("cloudflare-internal:d1-api", [fetcher]);
    case "AI":
      return wrapped("cloudflare-internal:ai-api", [fetcher]);
    case "VECTORIZE":
      return wrapped("cloudflare-internal:vectorize-api", [
        fetcher,
        { name: "indexId", text: options.id },
        { name: "indexVersion", text: "v2" },
        { name: "useNdJson", json: "true" },
      ]);
    case "RATELIMIT":
    case "ANALYTICS":
    case "EMAIL":
    case "SECRET":
      return wrapped(ownModules[kind], [fetcher, { name: "settings", json: options.settings }]);
    default:
      return kind satisfies never;
  }
}

const wrapped = (moduleName: string, innerBindings: readonly object[]): object => ({
  wrapped: { moduleName, innerBindings },
});

/** What stands in `env` for bindings that workerd has no class for; their code is in `wrapped/`. */
const ownModules = {
  ANALYTICS: "lockstep:analytics",
  EMAIL: "lockstep:email",
  RATELIMIT: "lockstep:rate-limit",
  SECRET: "lockstep:secret",
  WORKFLOW: "lockstep:workflow",
} as const;
const ownSource = (name: string): string =>
  readFileSync(new URL(`./wrapped/${name.replace("lockstep:", "")}.js`, import.meta.url), "utf8");

/** Miniflare's plugin interface; it loads this file by its path. */
export const plugins = {
  lockstep: {
    bindingTypeDescription: "Lockstep store",
    options: { parse: (x: unknown) => x, safeParse: (x: unknown) => ({ success: true, data: x }) },
    getBindings: async (given: unknown): Promise<object[]> =>
      entries(given).map(({ name, options }) => ({ name, ...binding(options) })),
    getNodeBindings: (): object => ({}),
    getExtensions: (): object[] => [
      {
        modules: Object.values(ownModules).map((name) => ({
          name,
          esModule: ownSource(name),
          internal: true,
        })),
      },
    ],
    getServices: async ({ options }: { options: unknown }): Promise<object[]> =>
      entries(options).flatMap((entry) => services(entry.options)),
  },
};
