import type { Diagnostic } from "../../../diagnostic/user-error.ts";
import type { R2 } from "../../stores/r2.ts";
import type { BucketDomain, CorsRule, LifecycleRule, LockRule, When } from "../../stores/r2-rules.ts";
import type { System } from "../../system.ts";
import { isDate } from "../dates.ts";

/** Rules of buckets that Cloudflare would refuse when the bucket is there already, or that would do nothing. */
export const checkBuckets = (system: System): Diagnostic[] =>
  system.resources.flatMap((resource) =>
    resource.kind === "r2" ? checkBucket(`${system.name}/${resource.name}`, resource) : [],
  );

const checkBucket = (
  where: string,
  { cors = [], lifecycle = [], lock = [], customDomains = {} }: R2,
): Diagnostic[] => [
  ...cors.flatMap((rule, index) => checkCors(`${where}, cors[${index}]`, rule)),
  ...sameIds(`${where}, lifecycle`, lifecycle),
  ...lifecycle.flatMap((rule) => checkLifecycle(`${where}, lifecycle ${rule.id}`, rule)),
  ...sameIds(`${where}, lock`, lock),
  ...lock.flatMap((rule) => checkLock(`${where}, lock ${rule.id}`, rule)),
  ...Object.entries(customDomains).flatMap(([stage, domains]) =>
    domains.flatMap((each) => checkDomain(`${where}, customDomains.${stage}`, each)),
  ),
];

function checkCors(where: string, { origins, methods }: CorsRule): Diagnostic[] {
  const empty = [origins.length === 0 ? "origins" : [], methods.length === 0 ? "methods" : []].flat();
  return [
    ...empty.map((list) => ({
      what: `A CORS rule without ${list}`,
      where,
      got: "an empty list",
      expected: list === "origins" ? "origins such as https://app.example.com" : "methods such as GET",
      fix: `name its ${list}, or take the rule out`,
    })),
    ...origins
      .filter((origin) => !isOrigin(origin))
      .map((origin) => ({
        what: "A CORS rule for what is no origin",
        where,
        got: JSON.stringify(origin),
        expected: "scheme, host and perhaps a port, without a path or a slash at the end; or *",
        fix: "such as https://app.example.com or http://localhost:5173",
      })),
  ];
}

/** A path or a final slash would never be equal to what a browser sends. */
const isOrigin = (text: string): boolean => text === "*" || /^[a-z][a-z0-9+.-]*:\/\/[^/\s?#@]+$/i.test(text);

function checkLifecycle(where: string, rule: LifecycleRule): Diagnostic[] {
  const { expire, infrequentAccess, abortMultipart } = rule;
  const doesNothing = expire === undefined && infrequentAccess === undefined && abortMultipart === undefined;
  return [
    ...(doesNothing
      ? [
          {
            what: "A lifecycle rule that does nothing",
            where,
            got: "neither expire nor infrequentAccess nor abortMultipart",
            expected: "one of them",
            fix: "such as expire: { afterDays: 30 }, or take the rule out",
          },
        ]
      : []),
    ...Object.entries({ expire, infrequentAccess, abortMultipart }).flatMap(([name, when]) =>
      when === undefined ? [] : checkWhen(`${where}, ${name}`, when),
    ),
  ];
}

const checkWhen = (where: string, when: When): Diagnostic[] =>
  "on" in when ? badDate(`${where}.on`, when.on) : badDays(`${where}.afterDays`, when.afterDays);

function checkLock(where: string, { retain }: LockRule): Diagnostic[] {
  if (retain === "indefinitely") return [];
  return "until" in retain
    ? badDate(`${where}, retain.until`, retain.until)
    : badDays(`${where}, retain.forDays`, retain.forDays);
}

function checkDomain(where: string, { domain, zoneId }: BucketDomain): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  if (!/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/.test(domain))
    diagnostics.push({
      what: "A custom domain that is no host name",
      where,
      got: JSON.stringify(domain),
      expected: "a host name alone, in lower case",
      fix: "such as files.example.com",
    });
  if (!/^[0-9a-f]{32}$/.test(zoneId))
    diagnostics.push({
      what: "An id of a zone that cannot be one",
      where: `${where}, zoneId of ${domain}`,
      got: JSON.stringify(zoneId),
      expected: "32 hexadecimal digits",
      fix: "copy it from the zone's overview in the dashboard",
    });
  return diagnostics;
}

const sameIds = (where: string, rules: readonly { readonly id: string }[]): Diagnostic[] =>
  [...new Set(rules.map(({ id }) => id))]
    .filter((id) => id === "" || rules.filter((rule) => rule.id === id).length > 1)
    .map((id) => ({
      what: "Rules of a bucket that cannot be told apart",
      where,
      got: `id ${JSON.stringify(id)}${id === "" ? "" : " twice"}`,
      expected: "an id of its own for each",
      fix: "give one of them another id",
    }));

const badDays = (where: string, days: number): Diagnostic[] =>
  Number.isInteger(days) && days >= 1
    ? []
    : [
        {
          what: "A number of days that Cloudflare does not accept",
          where,
          got: String(days),
          expected: "a whole number from 1 on",
          fix: "correct it in src/systems",
        },
      ];

const badDate = (where: string, date: string): Diagnostic[] =>
  isDate(date)
    ? []
    : [
        {
          what: "A day that does not exist",
          where,
          got: date,
          expected: "YYYY-MM-DD",
          fix: "correct it in src/systems",
        },
      ];
