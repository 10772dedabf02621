import { command, type Sentence, sentence } from "../diagnostic/sentence.ts";
import type { Diagnostic } from "../diagnostic/user-error.ts";
import type { Finding } from "./finding.ts";
import { labelParts } from "./known.ts";
import type { Lost } from "./lost.ts";

/** Why an `up` is refused: it would make an empty one, and nobody would see it. */
export const lostDiagnostic = (lost: Lost, accountId: string): Diagnostic => ({
  what: `${capital(lost.noun)} ${lost.resource} is gone, and an up would put an empty one in its place`,
  where: `account ${accountId}`,
  got: foundOf(lost),
  expected: wantedOf(lost),
  fix: wayOn(lost),
});

/** The same as what `drift` says. */
export const lostFinding = (lost: Lost): Finding => ({
  resource: lost.resource,
  aspect: "store",
  what: `The ${lost.noun} is gone`,
  expected: wantedOf(lost),
  found: foundOf(lost),
  differences: [],
  putBack: "person",
  fix: wayOn(lost),
});

const wantedOf = ({ noun, id, born }: Lost): string =>
  `${noun} ${id}, which this stack has${born === undefined ? "" : ` since ${born}`}`;

const foundOf = ({ noun, madeAgainAt }: Lost): string =>
  madeAgainAt === undefined
    ? `no such ${noun}`
    : `another ${noun} of this name, made at ${madeAgainAt} by nobody of this stack`;

/** Cloudflare brings back nothing that was deleted: Time Travel goes with its database. */
function wayOn({ label, resource, noun }: Lost): Sentence {
  const forget = command("forget", { resource, reason: "why" });
  const kind = labelParts(label)?.kind;
  const adoptable = kind === "queue" || kind === "r2";
  if (kind === "d1" || kind === "kv")
    return sentence`Cloudflare brings no deleted ${noun} back. Where there is a backup of it: ${command("restore")}. To go on without what it held: ${forget}; the next up makes an empty one, or takes over the one whose id is declared (adopt)`;
  if (kind === "vectorize")
    return sentence`Cloudflare brings no deleted ${noun} back. Where its recipe names a model, its vectors are made again: ${command("reindex", { index: resource })}. To go on without what it held: ${forget}; the next up makes an empty one`;
  return adoptable
    ? sentence`Cloudflare brings no deleted ${noun} back. To go on without what it held: ${forget}; the next up makes an empty one, or takes over the one whose id is declared (adopt)`
    : sentence`Cloudflare brings no deleted ${noun} back. To go on without what it held: ${forget}; the next up makes an empty one`;
}

const capital = (word: string): string => `${word[0]?.toUpperCase() ?? ""}${word.slice(1)}`;
