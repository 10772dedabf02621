import type { Diagnostic } from "../../../diagnostic/user-error.ts";
import { workersOf } from "../../graph.ts";
import type { WarmUp } from "../../release/requests.ts";
import type { ReleasePlan } from "../../release.ts";
import type { System } from "../../system.ts";
import type { Worker } from "../../workers/worker.ts";
import { checkHeaders, checkReferences, checkStatus } from "./hooks.ts";

const [mostPerSecond, mostInTotal] = [50, 10_000];

/** What is wrong with the requests that a plan sends to new versions. */
export const checkRequests = (
  system: System,
  { smoke = [], warmUp }: ReleasePlan,
  of: string,
): Diagnostic[] => [
  ...smoke.flatMap((request, at): Diagnostic[] => {
    const where = `${of}, smoke[${at}]`;
    const { headers = {}, secrets = {}, contains } = request;
    return [
      ...checkTarget(system, request, where),
      ...checkStatus(request.expectedStatus, where),
      ...checkHeaders([...Object.keys(headers), ...Object.keys(secrets)], `${where}, headers`),
      ...checkReferences(secrets, where),
      ...(contains === ""
        ? [
            {
              what: "A text that every answer contains",
              where: `${where}, contains`,
              got: '""',
              expected: "a text that only a good answer contains",
              fix: "write one, or leave it out",
            },
          ]
        : []),
    ];
  }),
  ...(warmUp === undefined ? [] : checkWarmUp(system, warmUp, `${of}, warmUp`)),
];

function checkWarmUp(
  system: System,
  { requests, perSecond = 1, total = 1 }: WarmUp,
  where: string,
): Diagnostic[] {
  const limit = (name: string, value: number, most: number): Diagnostic[] =>
    Number.isInteger(value) && value >= 1 && value <= most
      ? []
      : [
          {
            what: "A warm-up without a limit",
            where: `${where}, ${name}`,
            got: String(value),
            expected: `1 to ${most}`,
            fix: "correct it",
          },
        ];
  return [
    ...(requests.length > 0
      ? []
      : [
          {
            what: "A warm-up that asks nothing",
            where: `${where}, requests`,
            got: "no requests",
            expected: "at least one",
            fix: 'such as requests: [{ worker: api, path: "/" }]',
          },
        ]),
    ...requests.flatMap((request, at) => checkTarget(system, request, `${where}, requests[${at}]`)),
    ...limit("perSecond", perSecond, mostPerSecond),
    ...limit("total", total, mostInTotal),
  ];
}

function checkTarget(
  system: System,
  { worker, path }: { readonly worker: Worker; readonly path: string },
  where: string,
): Diagnostic[] {
  return [
    ...(workersOf(system).includes(worker)
      ? []
      : [
          {
            what: "A request to a worker of another system",
            where: `${where}, worker`,
            got: worker.name,
            expected:
              workersOf(system)
                .map(({ name }) => name)
                .join(", ") || "a worker of the system",
            fix: "ask one of these, or move the request to the plan of its own system",
          },
        ]),
    ...(isReachable(worker)
      ? []
      : [
          {
            what: "A request to a worker that has no address",
            where: `${where}, worker`,
            got: `${worker.name}: workersDev is false, and it has no domains and no routes`,
            expected: "a worker that can be asked from outside",
            fix: "ask one that calls it: the request reaches the new version of both",
          },
        ]),
    ...(/^\/(?!\/)[\x21-\x7e]*$/.test(path)
      ? []
      : [
          {
            what: "A path that is none",
            where: `${where}, path`,
            got: JSON.stringify(path),
            expected: "a path that begins with one /, encoded as in a URL",
            fix: "such as /health?deep=1",
          },
        ]),
  ];
}

const isReachable = ({ workersDev, domains, routes }: Worker): boolean =>
  workersDev || Object.keys(domains).length > 0 || Object.keys(routes).length > 0;
