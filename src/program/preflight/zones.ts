import { z } from "zod";
import { call } from "../../cloudflare/api.ts";
import { type Connection, connection } from "../../cloudflare/connection.ts";
import { workersOf } from "../../declare/graph.ts";
import type { System, Worker } from "../../declare/index.ts";
import { type Diagnostic, refuse } from "../../diagnostic/user-error.ts";
import type { Stage } from "../../project/stage.ts";
import type { Settings } from "../../settings/settings.ts";

/** What of a worker has to be in a zone: a route in the one it names, a custom domain in any that has its host. */
interface Wanted {
  /** `example.com` of a route, `api.example.com` of a custom domain. */
  readonly name: string;
  readonly where: string;
  /** Zones that would do, the nearest first. */
  readonly candidates: readonly string[];
}

const zonesShape = z.array(z.object({ id: z.string(), name: z.string() }));

/**
 * The ids of the zones that the stage's routes and custom domains are in, by a route's zone name and a domain's host. Throws
 * UserError where the account has none. Asks Cloudflare only where a worker has any.
 */
export async function zoneIdsOf(
  { systems, stage, target }: Settings,
  root: string,
): Promise<ReadonlyMap<string, string>> {
  const wanted = systems.flatMap((system) =>
    workersOf(system).flatMap((worker) => wantedOf(system, worker, stage)),
  );
  if (wanted.length === 0) return new Map();
  const api = connection(process.env, root);
  const ids = new Map<string, string>();
  const look = async (name: string): Promise<void> => {
    const id = await findZone(api, target.accountId, name);
    if (id !== undefined) ids.set(name, id);
  };
  await Promise.all([...new Set(wanted.flatMap(({ candidates }) => candidates))].map(look));
  if (target.kind === "embedded")
    for (const name of stage.zones)
      if (!ids.has(name)) ids.set(name, await makeZone(api, target.accountId, name));
  const found = wanted.map(({ candidates, ...each }) => ({
    ...each,
    id: candidates.map((name) => ids.get(name)).find((id) => id !== undefined),
  }));
  refuse(found.filter(({ id }) => id === undefined).map((each) => missing(each, stage, target.kind)));
  return new Map(found.map(({ name, id = "" }) => [name, id]));
}

const wantedOf = (system: System, worker: Worker, stage: Stage): Wanted[] => [
  ...(worker.domains[stage.name] ?? []).map((host) => ({
    name: host,
    where: `${system.name}/${worker.name}, domains.${stage.name}`,
    candidates: host
      .split(".")
      .flatMap((_, at, labels) => (at < labels.length - 1 ? [labels.slice(at).join(".")] : [])),
  })),
  ...(worker.routes[stage.name] ?? []).flatMap((route) =>
    "zoneId" in route
      ? []
      : [
          {
            name: route.zoneName,
            where: `${system.name}/${worker.name}, routes.${stage.name}`,
            candidates: [route.zoneName],
          },
        ],
  ),
];

async function findZone(api: Connection, accountId: string, name: string): Promise<string | undefined> {
  const query = new URLSearchParams({ name, "account.id": accountId });
  const zones = zonesShape.parse(await call(api, "GET", `/zones?${query}`));
  return zones.find((zone) => zone.name === name)?.id;
}

/** What a person has done long ago on a real account: the domain is added, and its registrar names Cloudflare's servers. */
async function makeZone(api: Connection, accountId: string, name: string): Promise<string> {
  const shape = z.object({ id: z.string() });
  const { id } = shape.parse(await call(api, "POST", "/zones", { name, account: { id: accountId } }));
  await call(api, "PUT", `/zones/${id}/activation_check`);
  return id;
}

const missing = (
  { name, where }: Pick<Wanted, "name" | "where">,
  stage: Stage,
  target: Settings["target"]["kind"],
): Diagnostic => ({
  what: `The account of stage ${stage.name} has no zone for ${name}`,
  where,
  got: stage.zones.length === 0 ? "no such zone" : `zones ${stage.zones.join(", ")}`,
  expected: "a domain that the account has, or a host in one",
  fix:
    target === "embedded"
      ? `correct the name, or say in project.ts that the account has it: zones: ["…"] of stage ${stage.name}; the embedded Cloudflare makes it`
      : "correct the name, or add the domain to the account (dashboard → Add a domain); the API token needs Zone Read to see it",
});
