import { z } from "zod";
import { command, sentence } from "../diagnostic/sentence.ts";
import { type Asked, ask } from "./ask.ts";
import type { Finding } from "./finding.ts";
import type { StateResource } from "./state.ts";
import type { RecordedWorker } from "./workers.ts";

const zones = z.array(z.object({ id: z.string(), name: z.string() }));
const route = z.object({ id: z.string(), pattern: z.string(), script: z.string().nullish() });
const ownRoute = route.extend({ zoneId: z.string() });
const domain = z.object({ id: z.string(), hostname: z.string(), service: z.string().nullish() });

/**
 * Routes and custom domains that lead elsewhere than the stack's, that are gone, or that lead to its workers and are not its own.
 * @param everywhere whether zones are looked through that the stack has no route in
 */
export async function addressFindings(
  asked: Asked,
  state: readonly StateResource[],
  workers: readonly RecordedWorker[],
  everywhere: boolean,
): Promise<readonly Finding[]> {
  const labelOf = new Map(workers.map(({ name, resource }) => [name, resource]));
  return [
    ...(await routeFindings(asked, state, labelOf, everywhere)),
    ...(await domainFindings(asked, state, labelOf, everywhere)),
  ];
}

type Labels = ReadonlyMap<string, string>;

async function routeFindings(
  asked: Asked,
  state: readonly StateResource[],
  labelOf: Labels,
  everywhere: boolean,
): Promise<readonly Finding[]> {
  const own = state
    .filter(({ type }) => type === "cloudflare:index/workersRoute:WorkersRoute")
    .map(({ name, outputs }) => ({ name, ...ownRoute.parse(outputs) }));
  const all = everywhere ? await everyZone(asked) : [];
  const ids = [...new Set([...own.map(({ zoneId }) => zoneId), ...all.map(({ id }) => id)])];
  const live = await Promise.all(
    ids.map(async (zone) =>
      z.array(route).parse((await ask(asked, `/zones/${zone}/workers/routes`, "Workers Routes Read")) ?? []),
    ),
  );
  const found = live.flat();
  return [
    ...own.flatMap((each): Finding[] => {
      const now = found.find(({ id }) => id === each.id);
      if (now !== undefined && now.pattern === each.pattern && now.script === each.script) return [];
      return [
        leadsElsewhere("route", each.name, routeText(each), now === undefined ? "nothing" : routeText(now)),
      ];
    }),
    ...found
      .filter(({ id, script }) => labelOf.has(script ?? "") && own.every((each) => each.id !== id))
      .map((each) => notOurs("route", labelOf.get(each.script ?? "") ?? "", routeText(each))),
  ];
}

async function domainFindings(
  asked: Asked,
  state: readonly StateResource[],
  labelOf: Labels,
  everywhere: boolean,
): Promise<readonly Finding[]> {
  const own = state
    .filter(({ type }) => type === "cloudflare:index/workersCustomDomain:WorkersCustomDomain")
    .map(({ name, outputs }) => ({ name, ...domain.parse(outputs) }));
  if (own.length === 0 && !everywhere) return [];
  const answer = await ask(asked, "workers/domains", "Workers Metadata Read-Only");
  const found = z.array(domain).parse(answer ?? []);
  return [
    ...own.flatMap((each): Finding[] => {
      const now = found.find(({ hostname }) => hostname === each.hostname);
      if (now?.service === each.service) return [];
      const there = now === undefined ? "nothing" : domainText(now);
      return [leadsElsewhere("domain", each.name, domainText(each), there)];
    }),
    ...found
      .filter(
        ({ hostname, service }) =>
          labelOf.has(service ?? "") && own.every((each) => each.hostname !== hostname),
      )
      .map((each) => notOurs("domain", labelOf.get(each.service ?? "") ?? "", domainText(each))),
  ];
}

async function everyZone(asked: Asked): Promise<z.infer<typeof zones>> {
  const all: z.infer<typeof zones> = [];
  for (let page = 1; ; page++) {
    const query = new URLSearchParams({
      "account.id": asked.accountId,
      per_page: String(perPage),
      page: String(page),
    });
    const found = zones.parse((await ask(asked, `/zones?${query}`, "Zone Read")) ?? []);
    all.push(...found);
    if (found.length < perPage) return all;
  }
}

const perPage = 50;

const leadsElsewhere = (
  aspect: "route" | "domain",
  resource: string,
  expected: string,
  found: string,
): Finding => ({
  resource,
  aspect,
  what: found === "nothing" ? "An address of the stack is gone" : "An address of the stack leads elsewhere",
  expected,
  found,
  differences: [],
  putBack: "refresh",
  fix: sentence`${command("up")} puts it back`,
});

const notOurs = (aspect: "route" | "domain", resource: string, found: string): Finding => ({
  resource,
  aspect,
  what: "The worker answers at an address that the stack did not make",
  expected: "no other address than what is declared",
  found,
  differences: [],
  putBack: "person",
  fix: `declare it (${aspect === "route" ? "routes" : "domains"} of ${resource}), or delete it in the dashboard`,
});

const routeText = ({ id, pattern, script }: z.infer<typeof route>): string =>
  `${pattern} → ${script ?? "no worker"} (route ${id})`;
const domainText = ({ hostname, service }: z.infer<typeof domain>): string =>
  `${hostname} → ${service ?? "no worker"}`;
