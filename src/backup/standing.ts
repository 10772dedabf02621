import { backupFolder, hasWorker, type Whose } from "./settings.ts";
import type { ReadHead } from "./store/head.ts";
import { headsIn } from "./store/heads.ts";
import { type Signed, type Signing, type StageKeys, signatureOf } from "./store/signature.ts";

/** Whose backups, and by which keys they are verified. */
export interface Verified extends Whose {
  /** None: the stage has no key. */
  readonly keys: StageKeys;
}

/** What tells a stage's own backups from those of others. */
export type Signers = Omit<Signing, "isBehindSigned">;

export const signersOf = ({ keys, configured }: Pick<Verified, "keys" | "configured">): Signers => ({
  keys,
  hasWorker: hasWorker(configured),
});

/** A backup that nobody may rely on. It proves nothing, takes the place of none, and no rule lets it go. */
export interface Fault {
  readonly name: string;
  readonly kind: "unreadable" | "forged";
  /** `20261130T120000Z cannot be relied on: its head.json cannot be read: …`, without the name. */
  readonly why: string;
  /** What somebody does about it. */
  readonly next: string;
}

export interface Standing {
  /** Those that may be relied on as far as head and signature go, the oldest first. */
  readonly sound: readonly ReadHead[];
  readonly faults: readonly Fault[];
}

/** The backups of a folder: each for itself, whatever became of another. */
export function standingIn(folder: string, by: Signers): Standing {
  const { heads, unreadable } = headsIn(folder);
  const sound: ReadHead[] = [];
  const faults: Fault[] = unreadable.map(({ name, why }) => ({
    ...{ name, kind: "unreadable", why },
    next: "Bring it back from a copy, or take its folder away once it is clear what became of it",
  }));
  for (const each of heads) {
    const is = signedAmong(heads, each, by);
    const why = forged(is);
    if (why === undefined) sound.push(each);
    else
      faults.push({
        ...{ name: each.head.name, kind: "forged", why: `it has ${why}` },
        next:
          is.kind === "noWorker"
            ? `Find out who wrote it: ${afterWorker}`
            : "Somebody else wrote it, or changed it",
      });
  }
  return { sound, faults: faults.toSorted((a, b) => (a.name < b.name ? -1 : 1)) };
}

export const standingOf = (whose: Verified): Standing => standingIn(backupFolder(whose), signersOf(whose));

/** For a person: one line. */
export const faultText = ({ name, why, next }: Fault): string =>
  `${name} counts for nothing: ${why}. ${next}`;

/** What the signature of a backup says, among the others that are there. */
export function signedAmong(heads: readonly ReadHead[], { head }: ReadHead, by: Signers): Signed {
  const isBehindSigned = heads.some(
    (each) => each.head.name < head.name && each.head.signature !== undefined,
  );
  return signatureOf(head, { ...by, isBehindSigned });
}

/** Why nobody may rely on a backup's signature; undefined where somebody may. */
export const forged = (signed: Signed): string | undefined => {
  switch (signed.kind) {
    case "signed":
    case "unsigned":
      return undefined;
    case "missing":
      return "no signature, though the stage had its key when it was made";
    case "noWorker":
      return 'no signature, but by: "worker", though no worker writes the backups of this stage';
    case "wrong":
      return "a signature that the stage's key did not make";
    default:
      return signed satisfies never;
  }
};

/** Nothing but the stage's own settings says whether it was its worker: whoever took them away can tell. */
export const afterWorker =
  'if the stage had such a worker when this was written, put by: "worker" back beside its schedule, bring the stage up, and it is read again';
