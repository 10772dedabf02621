import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { call } from "../../../src/cloudflare/api.ts";
import { type Connection, connection } from "../../../src/cloudflare/connection.ts";
import type { Resource, System } from "../../../src/declare/index.ts";
import type { ResourceKind } from "../../../src/declare/kinds/kinds.ts";
import { physicalName } from "../../../src/declare/physical-name.ts";
import { command, sentence } from "../../../src/diagnostic/sentence.ts";
import { UserError } from "../../../src/diagnostic/user-error.ts";
import type { Stage } from "../../../src/project/stage.ts";
import { kinds } from "../../../src/resources/kinds/kinds.ts";
import { pulumiProjectName } from "../../../toolchain/project.ts";
import { stageTarget } from "../account.ts";
import { pulumi, type Run } from "../engine/pulumi.ts";
import { stateOf } from "../state.ts";
import { type Importable, type ImportPlace, importableOf, otherKinds } from "./importable.ts";

/** Finds the id that pulumi imports a resource by; undefined when there is none of this name. */
type IdOf = (api: Connection, account: string, name: string) => Promise<string | undefined>;

const named = z.array(
  z.looseObject({
    name: z.string().optional(),
    title: z.string().optional(),
    queue_name: z.string().optional(),
  }),
);

const perPage = 100;

/** Looks a resource up in a list, page by page; `key` names the property that is part of its id. */
const inList =
  (path: string, key: string): IdOf =>
  async (api, account, name) => {
    const seen = new Set<unknown>();
    for (let page = 1; ; page++) {
      const query = `page=${page}&per_page=${perPage}`;
      const list = named.parse(await call(api, "GET", `/accounts/${account}/${path}?${query}`));
      const id = list.find((each) => [each.name, each.title, each.queue_name].includes(name))?.[key];
      if (typeof id === "string") return `${account}/${id}`;
      // A list that does not know pages is the same again.
      if (list.every((each) => seen.has(each[key]))) return undefined;
      for (const each of list) seen.add(each[key]);
    }
  };

/** How each kind is found; undefined for one that needs no import. */
const idOf: { readonly [Kind in ResourceKind]: IdOf | undefined } = {
  d1: inList("d1/database", "uuid"),
  r2: async (_api, account, name) => `${account}/${name}/default`,
  kv: inList("storage/kv/namespaces", "id"),
  queue: inList("queues", "queue_id"),
  worker: inList("workers/workers", "id"),
  aiGateway: async (_api, account, name) => `${account}/${name}`,
  hyperdrive: inList("hyperdrive/configs", "id"),
  vectorize: undefined,
};

/** Makes an existing resource one of the stack's, under our own provider: the default one would be no part of the target. */
export async function importResource(
  stage: Stage,
  wanted: { readonly name: string; readonly kind: string | undefined },
  run: Run,
  systems: readonly System[],
): Promise<number> {
  const logicalName = wanted.name;
  const { accountId } = stageTarget(stage, run.env, run.root);
  const api = connection(run.env, run.root);
  const importable =
    importableOf(wanted, { systems, stage, api, accountId }) ??
    storeOrWorker(wanted, { systems, stage, api, accountId });
  const id = await importable.id();
  if (id === undefined) throw absent(logicalName, importable.called, accountId);
  const urns = await withProvider(stage, run);
  const provider = urns.find((urn) => urn.includes("::pulumi:providers:cloudflare::"));
  if (provider === undefined) throw noProvider(stage);
  const { type, component, owner } = importable;
  if (urns.some((urn) => urn.endsWith(`$${type}::${logicalName}`))) throw alreadyThere(logicalName, stage);
  const parent = urns.find((urn) => urn.endsWith(`::${component}::${owner}`));
  return withFile(
    {
      nameTable: { cloudflare: provider, ...(parent !== undefined && { parent }) },
      resources: [
        ...(parent === undefined
          ? [{ type: component, name: owner, component: true, logicalName: owner }]
          : []),
        {
          type,
          name: logicalName,
          id,
          provider: "cloudflare",
          parent: parent === undefined ? owner : "parent",
        },
      ],
    },
    (file) =>
      pulumi(
        [
          ...["import", "--stack", stage.name, "--file", file],
          `--protect=${stage.protected && importable.holdsData}`,
          ...["--generate-code=false", "--yes", "--skip-preview"],
        ],
        run,
      ),
  );
}

/** What a stack has that was never brought up: at first nothing, so that its target and its provider are made, and only they. */
async function withProvider(stage: Stage, run: Run): Promise<readonly string[]> {
  const urns = async (): Promise<readonly string[]> =>
    ((await stateOf(stage, run)) ?? []).map(({ urn }) => urn);
  const known = await urns();
  if (known.some((urn) => urn.includes("::pulumi:providers:cloudflare::"))) return known;
  const prefix = `urn:pulumi:${stage.name}::${pulumiProjectName(run.root)}`;
  const code = await pulumi(
    [
      ...["up", "--stack", stage.name, "--yes", "--skip-preview", "--suppress-outputs"],
      ...["--target", `${prefix}::pulumi-nodejs:dynamic/lockstep:Target::target`],
      ...["--target", `${prefix}::pulumi:providers:cloudflare::cloudflare`],
    ],
    run,
  );
  return code === 0 ? urns() : known;
}

function storeOrWorker(
  { name, kind }: { readonly name: string; readonly kind: string | undefined },
  { systems, stage, api, accountId }: ImportPlace,
): Importable {
  const declared = find(systems, name, kind);
  const lookUp = idOf[declared.kind];
  if (lookUp === undefined)
    throw new UserError({
      what: "A Vectorize index needs no import",
      where: name,
      got: "an index",
      expected: "a database, bucket, namespace, queue, gateway, worker, route, domain or cron",
      fix: sentence`declare adopt: { ${stage.name}: "${physicalName(declared, stage)}" } of it, then ${command("up")}: it is taken over with its vectors`,
    });
  const { type, component } = kinds[declared.kind];
  const called = physicalName(declared, stage);
  return {
    type,
    component,
    owner: name,
    called,
    holdsData: true,
    id: () => lookUp(api, accountId, called),
  };
}

function find(systems: readonly System[], logicalName: string, kind: string | undefined): Resource {
  const all = systems.flatMap((system) =>
    system.resources.map((resource) => ({ resource, name: `${system.name}/${resource.name}` })),
  );
  const namesakes = all
    .filter(({ name, resource }) => name === logicalName && (kind === undefined || kind === resource.kind))
    .map(({ resource }) => resource);
  // A database and a worker may share a name; the worker can be made again, the database not.
  const chosen = namesakes.find(({ kind }) => kind !== "worker") ?? namesakes[0];
  if (chosen !== undefined) return chosen;
  throw new UserError({
    what: "No system declares this resource",
    where: "the command line",
    got: kind === undefined ? logicalName : `${kind} ${logicalName}`,
    expected: [...new Set(all.map(({ name }) => name))].join(", "),
    fix: `name one of them, or declare it in a system first; before the name may stand what it is: ${[...Object.keys(kinds), ...otherKinds].join(", ")}`,
  });
}

async function withFile(content: unknown, work: (path: string) => Promise<number>): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "lockstep-import-"));
  try {
    const path = join(folder, "import.json");
    writeFileSync(path, JSON.stringify(content));
    return await work(path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const alreadyThere = (logicalName: string, stage: Stage): UserError =>
  new UserError({
    what: `${logicalName} is one of the stack's resources already`,
    where: `the state of ${stage.name}`,
    got: "a second import",
    expected: "a resource that the stack does not have yet",
    fix: sentence`nothing to do; ${command("drift")} compares it with what is really there`,
  });

const absent = (logicalName: string, name: string, accountId: string): UserError =>
  new UserError({
    what: `There is nothing to import as ${logicalName}`,
    where: `account ${accountId}`,
    got: `nothing named ${name}`,
    expected: `a resource named ${name}`,
    fix: sentence`${command("up")} creates it; if it has another name, set physicalName in its declaration`,
  });

const noProvider = (stage: Stage): UserError =>
  new UserError({
    what: `Stack ${stage.name} has no provider that could hold the resource`,
    where: `the state of ${stage.name}`,
    got: "a stack whose first resources could not be made, for what is said above",
    expected: "its target and its provider",
    fix: "mend what is said above, then import again",
  });
