import { type Asked, ask } from "./ask.ts";
import { asking } from "./asking.ts";
import { type Known, type KnownByLabel, labelParts } from "./known.ts";

/** Something that held data and is there no more. */
export interface Lost extends Known {
  /** `d1 shop/orders`. */
  readonly label: string;
  readonly noun: string;
  readonly resource: string;
  /** Whether the account has another one of its name, made later; undefined where it has none. */
  readonly madeAgainAt: string | undefined;
}

/** Of what a stack remembers, what the account has no more. One read for each, all at once. */
export async function lostOf(asked: Asked, known: KnownByLabel): Promise<readonly Lost[]> {
  const found = await Promise.all(
    Object.entries(known).map(async ([label, each]): Promise<readonly Lost[]> => {
      const parts = labelParts(label);
      if (parts === undefined) return [];
      const { kind, resource } = parts;
      const { path, permission, noun, born } = asking[kind];
      const headers: Readonly<Record<string, string>> =
        each.jurisdiction === undefined ? {} : { "cf-r2-jurisdiction": each.jurisdiction };
      const answer = await ask(asked, `${path}/${encodeURIComponent(each.id)}`, permission, headers);
      const lost = { ...each, label, noun, resource };
      if (answer === undefined) return [{ ...lost, madeAgainAt: undefined }];
      const at = born.parse(answer);
      return at === undefined || each.born === undefined || sameMoment(at, each.born)
        ? []
        : [{ ...lost, madeAgainAt: at }];
    }),
  );
  return found.flat();
}

/** To the minute: what a creation answers and what is read later need not be the same instant. */
const sameMoment = (a: string, b: string): boolean =>
  Math.abs(Date.parse(a) - Date.parse(b)) < 60_000 || Number.isNaN(Date.parse(a) - Date.parse(b));
