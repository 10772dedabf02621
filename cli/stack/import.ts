import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { call } from "../../src/cloudflare/api.ts";
import { type Connection, connection } from "../../src/cloudflare/connection.ts";
import type { Resource, System } from "../../src/declare/index.ts";
import type { ResourceKind } from "../../src/declare/kinds/kinds.ts";
import { physicalName } from "../../src/declare/physical-name.ts";
import { command, sentence } from "../../src/diagnostic/sentence.ts";
import { UserError } from "../../src/diagnostic/user-error.ts";
import type { Stage } from "../../src/project/stage.ts";
import { kinds } from "../../src/resources/kinds/kinds.ts";
import { stageTarget } from "./account.ts";
import { pulumi, type Run } from "./pulumi.ts";
import { stateOf } from "./state-of.ts";

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
  logicalName: string,
  run: Run,
  systems: readonly System[],
): Promise<number> {
  const declared = find(systems, logicalName);
  const lookUp = idOf[declared.kind];
  if (lookUp === undefined) {
    throw new UserError({
      what: "A Vectorize index needs no import",
      where: logicalName,
      got: "an index",
      expected: "a database, bucket, namespace, queue, gateway or worker",
      fix: sentence`declare adopt: { ${stage.name}: "${physicalName(declared, stage)}" } of it, then ${command("up")}: it is taken over with its vectors`,
    });
  }
  const kind = kinds[declared.kind];
  const { accountId } = stageTarget(stage, run.env, run.root);
  const name = physicalName(declared, stage);
  const id = await lookUp(connection(run.env, run.root), accountId, name);
  if (id === undefined) throw absent(logicalName, name, accountId);
  const urns = (await stateOf(stage, run)).map(({ urn }) => urn);
  const provider = urns.find((urn) => urn.includes("::pulumi:providers:cloudflare::"));
  if (provider === undefined) throw noProvider(stage);
  if (urns.some((urn) => urn.endsWith(`$${kind.type}::${logicalName}`)))
    throw alreadyThere(logicalName, stage);
  const parent = urns.find((urn) => urn.endsWith(`::${kind.component}::${logicalName}`));
  return withFile(
    {
      nameTable: { cloudflare: provider, ...(parent !== undefined && { parent }) },
      resources: [
        ...(parent === undefined
          ? [{ type: kind.component, name: logicalName, component: true, logicalName }]
          : []),
        {
          type: kind.type,
          name: logicalName,
          id,
          provider: "cloudflare",
          parent: parent === undefined ? logicalName : "parent",
        },
      ],
    },
    (file) => {
      const protect = `--protect=${stage.protected}`;
      return pulumi(
        [
          "import",
          "--stack",
          stage.name,
          "--file",
          file,
          protect,
          "--generate-code=false",
          "--yes",
          "--skip-preview",
        ],
        run,
      );
    },
  );
}

function find(systems: readonly System[], logicalName: string): Resource {
  const all = systems.flatMap((system) =>
    system.resources.map((resource) => ({ resource, name: `${system.name}/${resource.name}` })),
  );
  const namesakes = all.filter(({ name }) => name === logicalName).map(({ resource }) => resource);
  // A database and a worker may share a name; the worker can be made again, the database not.
  const chosen = namesakes.find(({ kind }) => kind !== "worker") ?? namesakes[0];
  if (chosen !== undefined) return chosen;
  throw new UserError({
    what: "No system declares this resource",
    where: "the command line",
    got: logicalName,
    expected: [...new Set(all.map(({ name }) => name))].join(", "),
    fix: "name one of them, or declare it in a system first",
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
    what: `Stack ${stage.name} has no provider yet that could hold the resource`,
    where: `the state of ${stage.name}`,
    got: "a stack that was never brought up",
    expected: "one `up`, even one that stops at the name that is taken",
    fix: sentence`${command("up")}, then import`,
  });
