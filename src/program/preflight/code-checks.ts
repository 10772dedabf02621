import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Bundle, Module } from "../../bundle/bundle.ts";
import { workersOf, workflowsOf } from "../../declare/graph.ts";
import { isLive, type System, type Worker } from "../../declare/index.ts";
import type { Diagnostic } from "../../diagnostic/user-error.ts";
import { missingMethods } from "./object-methods.ts";

/** What a worker's code has to export, and for whom. */
interface Needed {
  readonly worker: Worker;
  readonly name: string;
  readonly as: string;
  readonly where: string;
}

/** What is wrong with code as it would be uploaded: Cloudflare would refuse it in the middle of an update. */
export const codeDiagnostics = (
  system: System,
  bundleOf: (worker: Worker) => Bundle | undefined,
  root: string,
): readonly Diagnostic[] => [
  ...neededIn(system).flatMap((needed) => notExported(needed, bundleOf(needed.worker))),
  ...missingMethods(system, bundleOf, root),
  ...workersOf(system).flatMap((worker) =>
    tooLarge(`${system.name}/${worker.name}`, bundleOf(worker)?.modules ?? [], root),
  ),
];

const neededIn = (system: System): readonly Needed[] => [
  ...workersOf(system).flatMap((worker) => [
    ...Object.entries(worker.durableObjects)
      .filter(([, declared]) => isLive(declared))
      .map(([name]) => ({
        worker,
        name,
        as: `Durable Object class ${name}`,
        where: `${system.name}/${worker.name}, durableObjects.${name}`,
      })),
    ...Object.entries(worker.env).flatMap(([binding, bound]) =>
      typeof bound === "object" && bound.kind === "service" && bound.entrypoint !== undefined
        ? [
            {
              worker: bound.target(),
              name: bound.entrypoint,
              as: `Entrypoint ${bound.entrypoint}`,
              where: `${system.name}/${worker.name}, env.${binding}`,
            },
          ]
        : [],
    ),
  ]),
  ...workflowsOf(system).map(({ declared, owner }) => ({
    worker: owner,
    name: declared.className,
    as: `Class ${declared.className} of Workflow ${declared.name}`,
    where: `${system.name}/${declared.name}, className`,
  })),
];

function notExported({ worker, name, as, where }: Needed, bundle: Bundle | undefined): readonly Diagnostic[] {
  if (bundle?.exports === undefined || bundle.exports.includes(name)) return [];
  const file = worker.main ?? worker.pages?.handlers ?? worker.name;
  return [
    {
      what: `${as} is not in the code of worker ${worker.name}`,
      where,
      got: `${file} exports ${bundle.exports.join(", ") || "nothing"}`,
      expected: `an export named ${name}`,
      fix: `export class ${name} from ${file}, or write in the declaration what became of it`,
    },
  ];
}

const mostBytes = 10 * 1024 * 1024;

/** Cloudflare's limit is of the compressed upload: what is small as it is need not be compressed to know. */
function tooLarge(where: string, modules: readonly Module[], root: string): readonly Diagnostic[] {
  const files = modules.map(({ contentFile }) => join(root, contentFile));
  const whole = files.reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);
  if (whole <= mostBytes) return [];
  const packed = files.reduce((sum, file) => sum + gzipSync(readFileSync(file)).length, 0);
  if (packed <= mostBytes) return [];
  const largest = modules.map(({ name }, at) => ({ name, size: statSync(files[at] ?? "").size }));
  const [first] = largest.toSorted((a, b) => b.size - a.size);
  return [
    {
      what: "A worker that is larger than Cloudflare takes",
      where,
      got: `${mebibytes(packed)} compressed; the largest module is ${first?.name} with ${mebibytes(first?.size ?? 0)}`,
      expected: `${mebibytes(mostBytes)} compressed at most, on the paid plan`,
      fix: 'keep data in R2, KV or static assets (assets: "<folder>"), or split the worker and bind its parts as services',
    },
  ];
}

const mebibytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
