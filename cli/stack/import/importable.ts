import { z } from "zod";
import { call } from "../../../src/cloudflare/api.ts";
import type { Connection } from "../../../src/cloudflare/connection.ts";
import { workersOf } from "../../../src/declare/graph.ts";
import type { System, Worker } from "../../../src/declare/index.ts";
import { physicalName } from "../../../src/declare/physical-name.ts";
import { command, sentence } from "../../../src/diagnostic/sentence.ts";
import { UserError } from "../../../src/diagnostic/user-error.ts";
import type { Stage } from "../../../src/project/stage.ts";
import { kinds } from "../../../src/resources/kinds/kinds.ts";

/** A resource that `import` makes one of the stack's. */
export interface Importable {
  /** Pulumi's type. */
  readonly type: string;
  /** Type and logical name of the component that it is part of. */
  readonly component: string;
  readonly owner: string;
  /** What it is looked up by. */
  readonly called: string;
  readonly holdsData: boolean;
  /** What Pulumi imports it by; undefined where the account has none. */
  readonly id: () => Promise<string | undefined>;
}

/** Where something is looked up. */
export interface ImportPlace {
  readonly systems: readonly System[];
  readonly stage: Stage;
  readonly api: Connection;
  readonly accountId: string;
}

/** Kinds that are part of a worker, and how each is named. */
export const otherKinds = ["route", "domain", "cron", "consumer"] as const;
type OtherKind = (typeof otherKinds)[number];

const zones = z.array(z.object({ id: z.string(), name: z.string() }));
const routes = z.array(z.object({ id: z.string(), pattern: z.string(), script: z.string().nullish() }));
const domains = z.array(z.object({ id: z.string(), hostname: z.string() }));

/** What is part of a worker: `route <system>/<worker>/<pattern>`, `domain <system>/<host>`, `cron <system>/<worker>`; undefined for any other kind. */
export function importableOf(
  { name, kind }: { readonly name: string; readonly kind: string | undefined },
  place: ImportPlace,
): Importable | undefined {
  const other = otherKinds.find((each) => each === kind);
  if (other === undefined) return undefined;
  const found = ownersOf(place)
    .map((owned) => makers[other](name, owned, place))
    .find((each) => each !== undefined);
  if (found !== undefined) return found;
  throw new UserError({
    what: `No worker declares this ${other} in ${place.stage.name}`,
    where: "the command line",
    got: name,
    expected: shapes[other],
    fix: "name it as it is declared, or declare it in a worker first",
  });
}

const shapes: Readonly<Record<OtherKind, string>> = {
  route: "<system>/<worker>/<pattern>",
  domain: "<system>/<host>",
  cron: "<system>/<worker>",
  consumer: "<system>/<worker>/<queue>",
};

interface Owned {
  readonly system: System;
  readonly worker: Worker;
}

const ownersOf = ({ systems }: ImportPlace): readonly Owned[] =>
  systems.flatMap((system) => workersOf(system).map((worker) => ({ system, worker })));

const partOf = ({ system, worker }: Owned): Pick<Importable, "component" | "owner" | "holdsData"> => ({
  component: kinds.worker.component,
  owner: `${system.name}/${worker.name}`,
  holdsData: false,
});

type Maker = (name: string, owned: Owned, place: ImportPlace) => Importable | undefined;

const makers: { readonly [Kind in OtherKind]: Maker } = {
  route: (name, owned, { stage, api, accountId }) => {
    const { system, worker } = owned;
    const declared = (worker.routes[stage.name] ?? []).find(
      ({ pattern }) => `${system.name}/${worker.name}/${pattern}` === name,
    );
    if (declared === undefined) return undefined;
    return {
      ...partOf(owned),
      type: "cloudflare:index/workersRoute:WorkersRoute",
      called: declared.pattern,
      id: async () => {
        const zoneId =
          "zoneId" in declared ? declared.zoneId : await zoneNamed(declared.zoneName, api, accountId);
        if (zoneId === undefined) return undefined;
        const found = routes.parse(await call(api, "GET", `/zones/${zoneId}/workers/routes`));
        const match = found.find(({ pattern }) => pattern === declared.pattern);
        return match === undefined ? undefined : `${zoneId}/${match.id}`;
      },
    };
  },
  domain: (name, owned, { stage, api, accountId }) => {
    const host = (owned.worker.domains[stage.name] ?? []).find(
      (each) => `${owned.system.name}/${each}` === name,
    );
    if (host === undefined) return undefined;
    return {
      ...partOf(owned),
      type: "cloudflare:index/workersCustomDomain:WorkersCustomDomain",
      called: host,
      id: async () => {
        const path = `/accounts/${accountId}/workers/domains?hostname=${encodeURIComponent(host)}`;
        const match = domains.parse(await call(api, "GET", path)).find(({ hostname }) => hostname === host);
        return match === undefined ? undefined : `${accountId}/${match.id}`;
      },
    };
  },
  cron: (name, owned, { stage, accountId }) => {
    const { system, worker } = owned;
    if (`${system.name}/${worker.name}` !== name || worker.crons === undefined) return undefined;
    const script = physicalName(worker, stage);
    return {
      ...partOf(owned),
      type: "cloudflare:index/workersCronTrigger:WorkersCronTrigger",
      called: script,
      id: async () => `${accountId}/${script}`,
    };
  },
  consumer: (name, { system, worker }) => {
    const isDeclared = worker.consumes.some(
      ({ queue }) => `${system.name}/${worker.name}/${queue.name}` === name,
    );
    if (isDeclared) throw needsNone(name, "A consumer");
    return undefined;
  },
};

async function zoneNamed(name: string, api: Connection, accountId: string): Promise<string | undefined> {
  const query = new URLSearchParams({ name, "account.id": accountId });
  return zones.parse(await call(api, "GET", `/zones?${query}`)).find((zone) => zone.name === name)?.id;
}

/** What an `up` takes over by itself. */
const needsNone = (name: string, what: string): UserError =>
  new UserError({
    what: `${what} needs no import`,
    where: name,
    got: `${what.toLowerCase()} that is there already`,
    expected: "a database, bucket, namespace, queue, gateway, worker, route, domain or cron",
    fix: sentence`${command("up")}: one that is as declared is taken over by itself`,
  });
