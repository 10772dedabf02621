import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { Encrypter } from "age-encryption";
import { addRecipients } from "../store/recipients.ts";
import type { SealedFile } from "../store/sealed.ts";
import type { Place } from "./place/place.ts";
import type { Share } from "./share.ts";

export type WrittenFile = SealedFile & { readonly name: string };

/** Where the files of one backup go, and who can read them. */
export interface Into {
  readonly place: Place;
  /** `cloudflare/prod/20261130T120000Z/` */
  readonly folder: string;
  readonly recipients: readonly string[];
  readonly share: Share;
}

/** What is collected of a file before it is closed: the whole of it lies in memory, of which a worker has 128 MB. */
const mostChars = 4_000_000;
const mostMs = 60_000;

/** Of gzip: its usual 6 takes three times the time of this one, and 6 % less room. */
const level = 3;

/** Compresses and encrypts a file and puts it where nothing is; the bucket compares the bytes with their checksum. */
export async function putSealed(
  { place, folder, recipients }: Into,
  name: string,
  content: string,
): Promise<WrittenFile> {
  const encrypter = new Encrypter();
  addRecipients(encrypter, recipients);
  const body = await encrypter.encrypt(gzipSync(content, { level }));
  const sha256 = createHash("sha256").update(body).digest("hex");
  if ((await place.put(`${folder}${name}`, body, "whereNothingIs")) === undefined)
    throw new Error(`${folder}${name} is there already`);
  return { name, bytes: body.byteLength, sha256 };
}

/** Lines that become files, one after the other. */
export interface Lines {
  readonly add: (line: string) => void;
  /** Whether what is collected should become a file now. */
  readonly isFull: () => boolean;
  readonly isEmpty: () => boolean;
  readonly close: () => Promise<WrittenFile>;
}

/** @param nameOf gives each file another name: an invocation that was killed may have left one */
export function linesInto(into: Into, nameOf: () => string): Lines {
  let lines: string[] = [];
  let chars = 0;
  let since = Date.now();
  return {
    add: (line) => {
      lines.push(line);
      chars += line.length;
    },
    isFull: () => lines.length > 0 && (chars >= mostChars || Date.now() - since >= mostMs),
    isEmpty: () => lines.length === 0,
    close: async () => {
      const written = await putSealed(into, nameOf(), lines.join(""));
      [lines, chars, since] = [[], 0, Date.now()];
      return written;
    },
  };
}
