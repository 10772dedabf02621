import type { SchemaObject } from "../sql/schema-guard.ts";
import { fold, sameName } from "../sql/structure.ts";
import { type Catalog, catalogs } from "./catalog.ts";
import { populate } from "./populate.ts";
import { openShadow, type Shadow } from "./shadow.ts";
import type { Step } from "./step.ts";
import { type Unusable, unusable } from "./usable.ts";

/** Something that worked before a file and does not after it, or that the file makes and that never works. */
export interface Breakage extends Unusable {
  /** The statement after which it does not work any more. */
  readonly step: Step;
  /** True for a table or view that the file makes. */
  readonly isNew: boolean;
}

/** What of a changed schema cannot be used any more. `upcoming`: tables, by folded name, that later files make. */
export function breakages(
  shadow: Shadow,
  steps: readonly Step[],
  names: ReadonlySet<string>,
  {
    before,
    after,
    upcoming,
  }: { readonly before: Catalog; readonly after: Catalog; readonly upcoming: () => ReadonlySet<string> },
): readonly Breakage[] {
  const broken = unusable(shadow.trusted, after, names);
  if (broken.length === 0) return [];
  const exists = (name: string): boolean =>
    before.objects.some(
      (object) => (object.type === "table" || object.type === "view") && sameName(object.name, name),
    );
  const changing = steps.filter((step) => step.before !== step.after);
  const fails = failures(new Set(broken.map(({ name }) => fold(name))));
  return broken.flatMap((one) => {
    const isNew = !exists(one.name);
    if (isNew && upcoming().has(fold(missingTable(one.error) ?? ""))) return [];
    if (fails(before.objects)?.has(one.use) === true) return [];
    const step =
      changing.findLast((candidate) => fails(candidate.before.objects)?.has(one.use) === false) ??
      changing[0];
    return step === undefined ? [] : [{ ...one, step, isNew }];
  });
}

/** Those that are there in the schema of now as well. */
export function stillBroken(shadow: Shadow, now: Catalog, found: readonly Breakage[]): readonly Breakage[] {
  if (found.length === 0) return [];
  const names = new Set(found.map(({ name }) => fold(name)));
  const uses = new Set(unusable(shadow.trusted, now, names).map(({ name, use }) => `${fold(name)} ${use}`));
  return found.filter(({ name, use }) => uses.has(`${fold(name)} ${use}`));
}

const missingTable = (error: string): string | undefined =>
  /^no such table: (?:main\.)?(.+)$/.exec(error)?.[1];

/** Finds the uses of these tables and views that fail in other schemas; undefined for a schema that cannot be replayed. */
function failures(
  names: ReadonlySet<string>,
): (objects: readonly SchemaObject[]) => ReadonlySet<string> | undefined {
  const known = new Map<readonly SchemaObject[], ReadonlySet<string> | undefined>();
  return (objects) => {
    if (!known.has(objects)) known.set(objects, failingUses(objects, names));
    return known.get(objects);
  };
}

function failingUses(
  objects: readonly SchemaObject[],
  names: ReadonlySet<string>,
): ReadonlySet<string> | undefined {
  let shadow: Shadow;
  try {
    shadow = openShadow(objects);
  } catch {
    return undefined;
  }
  try {
    const catalog = catalogs(shadow)();
    populate(shadow.trusted, catalog);
    return new Set(unusable(shadow.trusted, catalog, names).map(({ use }) => use));
  } finally {
    shadow.close();
  }
}
