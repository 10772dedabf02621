import { workersOf } from "../../../src/declare/graph.ts";
import type { System } from "../../../src/declare/index.ts";
import type { Store, StoreKind, StoreOf } from "../../../src/declare/kinds/kinds.ts";
import type { Stage } from "../../../src/project/stage.ts";
import type { StackOutputs } from "../outputs/read-outputs.ts";

/** How a kind of store stands in a summary. */
interface Section<Kind extends StoreKind> {
  readonly one: string;
  readonly many: string;
  /** What is worth knowing of one beside its name. */
  readonly details: (declared: StoreOf<Kind>) => readonly string[];
}

const none = (): readonly never[] => [];

const sections: { readonly [Kind in StoreKind]: Section<Kind> } = {
  kv: { one: "KV Namespace", many: "KV Namespaces", details: none },
  r2: { one: "R2 Bucket", many: "R2 Buckets", details: none },
  vectorize: {
    one: "Vectorize Index",
    many: "Vectorize Indexes",
    details: ({ dimensions, metric }) => [`${dimensions}-dimensional vectors`, `${metric} similarity`],
  },
  aiGateway: {
    one: "AI Gateway",
    many: "AI Gateways",
    details: ({ cacheTtlSeconds, rateLimit }) => [
      ...(cacheTtlSeconds === undefined ? [] : [`cache ${cacheTtlSeconds} s`]),
      ...(rateLimit === undefined
        ? []
        : [
            `${rateLimit.requests} requests in ${rateLimit.windowSeconds} s, ${rateLimit.technique ?? "fixed"}`,
          ]),
    ],
  },
  queue: { one: "Queue", many: "Queues", details: none },
  hyperdrive: { one: "Hyperdrive", many: "Hyperdrives", details: none },
  d1: { one: "D1 Database", many: "D1 Databases", details: none },
};
const order: readonly StoreKind[] = Object.keys(sections).filter(
  (kind): kind is StoreKind => kind in sections,
);

/** Where a run of CI was started from. */
export interface Commit {
  /** @default - not said */
  readonly branch: string | undefined;
  /** @default - not said */
  readonly sha: string | undefined;
}

/** What is up, as the page of a CI job shows it: Markdown. */
export function summary(
  stage: Stage,
  systems: readonly System[],
  outputs: StackOutputs,
  { branch, sha }: Commit,
): string {
  const stores = systems.flatMap((system) =>
    system.resources.flatMap((each): readonly Listed[] => {
      const label = `${system.name}/${each.name}`;
      const name = outputs.stores[label]?.name;
      return each.kind === "worker" || name === undefined ? [] : [{ declared: each, label, name }];
    }),
  );
  return [
    "## 🏗️ Infrastructure Provisioning Complete",
    "",
    ...fact("Environment", stage.name),
    ...fact("Branch", branch),
    ...fact("Commit", sha?.slice(0, 7)),
    "",
    "### Services Provisioned:",
    ...order.flatMap((kind) => storeLines(kind, stores)),
    ...migrationLines(outputs),
    ...workerLines(outputs),
    ...(systems.some(bindsAi) ? ["**Note:** Workers AI binding is automatically available.", ""] : []),
  ].join("\n");
}

interface Listed {
  readonly declared: Store;
  readonly label: string;
  readonly name: string;
}

const fact = (what: string, value: string | undefined): readonly string[] =>
  value === undefined || value === "" ? [] : [`**${what}:** \`${value}\`  `];

function storeLines(kind: StoreKind, stores: readonly Listed[]): readonly string[] {
  const found = stores.filter(({ declared }) => declared.kind === kind);
  const { one, many } = sections[kind];
  if (found.length === 0) return [];
  const items = found.map(({ declared, name }) => {
    const details = detailsOf(declared);
    return `  - ${name}${details.length === 0 ? "" : `: ${details.join(", ")}`}`;
  });
  return [`- ✅ **${found.length === 1 ? one : many}** (${found.length} total)`, ...items, ""];
}

const detailsOf = <Kind extends StoreKind>(declared: StoreOf<Kind>): readonly string[] =>
  sections[declared.kind].details(declared);

/** Before code: whoever reads this reads that the schema is there. */
function migrationLines({ databases }: StackOutputs): readonly string[] {
  const items = Object.entries(databases).map(
    ([label, { applied, lastMigration }]) =>
      `  - ${label}: ${lastMigration === "" ? "none yet" : `${lastMigration} is the last of ${applied}`}`,
  );
  return items.length === 0 ? [] : ["- ✅ **D1 Database Migrations**, before the code", ...items, ""];
}

function workerLines({ versions, urls }: StackOutputs): readonly string[] {
  const items = Object.entries(versions).map(([label, version]) => {
    const url = urls[label];
    return `  - ${url === undefined ? label : `[${label}](${url})`}: version \`${version.slice(0, 8)}\``;
  });
  return items.length === 0 ? [] : [`- ✅ **Workers** (${items.length} total)`, ...items, ""];
}

const bindsAi = (system: System): boolean =>
  workersOf(system).some(({ env }) =>
    Object.values(env).some((binding) => typeof binding !== "string" && binding.kind === "ai"),
  );
