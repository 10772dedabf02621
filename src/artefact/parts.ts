import { readFileSync } from "node:fs";
import { join } from "node:path";
import { canonicalDigest } from "../approvals/change.ts";
import { type Code, digestOf } from "../bundle/bundle.ts";
import { filesBelow } from "../bundle/pages/files.ts";
import type { System, Worker } from "../declare/index.ts";
import { fileLines } from "../migrations/files/file-lines.ts";
import { readFolder } from "../migrations/files/reading.ts";
import { shapeOf } from "./shape.ts";

/** What a system is built from: the digest of each part by what people call it, such as `worker api, code`. */
export type Parts = Readonly<Record<string, string>>;

/** The parts of a system. They are the same for every stage: nothing that differs by stage has a share in them. */
export function partsOf(
  { resources }: System,
  codeOf: (worker: Worker) => Code | undefined,
  root: string,
): Parts {
  const parts = resources.flatMap((resource): (readonly [string, string])[] => {
    const label = `${resource.kind} ${resource.name}`;
    if (resource.kind === "worker") {
      const { env, ...settings } = shapeOf(resource);
      return [
        ...codeParts(label, codeOf(resource), root),
        [`${label}, bindings`, canonicalDigest(env)],
        [`${label}, settings`, canonicalDigest(settings)],
      ];
    }
    return [
      [`${label}, settings`, canonicalDigest(shapeOf(resource))],
      ...(resource.kind === "d1" && resource.migrations !== undefined
        ? migrationParts(label, join(root, resource.migrations))
        : []),
    ];
  });
  return Object.fromEntries(parts);
}

/** Of all parts of a system: what is promoted. */
export const digestOfParts = (parts: Parts): string => canonicalDigest(parts);

function codeParts(
  label: string,
  code: Code | undefined,
  root: string,
): readonly (readonly [string, string])[] {
  return [
    ...(code?.bundle === undefined ? [] : [[`${label}, code`, `sha256:${code.bundle.digest}`] as const]),
    ...(code?.site === undefined ? [] : [[`${label}, static files`, siteDigest(code.site, root)] as const]),
  ];
}

/** Of all files that are served, and of those that say how: their paths in the folder and their bytes, not where the folder lies. */
function siteDigest({ directory, modules, settings }: NonNullable<Code["site"]>, root: string): string {
  const files = filesBelow(join(root, directory)).map((name) => ({
    name,
    contents: readFileSync(join(root, directory, name)),
  }));
  const how = modules.map(({ name, contentFile }) => ({
    name: `${name} (settings)`,
    contents: readFileSync(join(root, contentFile)),
  }));
  return canonicalDigest({ files: digestOf([...files, ...how]), settings });
}

/** A part for each file; those that are there for long are one, so that a state does not grow with each of them. */
const migrationParts = (label: string, folder: string): readonly (readonly [string, string])[] =>
  Object.entries(fileLines(readFolder(folder), undefined)).map(([name, line]) => [
    `${label}, migration ${name}`,
    line.split(" ")[0] ?? "",
  ]);
