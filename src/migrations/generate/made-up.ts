import { affinity, type Column } from "../sql/structure.ts";
import { companyName, mailAddress, personName, phoneNumber, prose, title, webAddress } from "./words.ts";

/** A value as SQLite has it. */
export type Value = string | number | bigint | Uint8Array | null;

/** Text by what a column is called: the first row that fits. */
const texts: readonly (readonly [RegExp, (n: number) => string])[] = [
  [/hash|digest|checksum|token|secret|fingerprint/, (n) => n.toString(16).padStart(16, "0")],
  [/e_?mail/, mailAddress],
  [/phone|mobile/, phoneNumber],
  [/url|link|website|avatar|image/, webAddress],
  [/company|organi[sz]ation|employer/, companyName],
  [/(^|_)(first_?|last_?|full_?|user_?|display_?)?name$|author|person/, personName],
  [/content|body|text|description|summary|notes?$|bio|message|comment/, prose],
  [/metadata|json|payload|settings|data$/, (n) => JSON.stringify({ example: n % 1000 })],
  [/title|subject|label|heading/, title],
  [/timezone|time_zone/, (n) => (n % 2 === 0 ? "UTC" : "Europe/Berlin")],
  [/currency/, (n) => (n % 2 === 0 ? "EUR" : "USD")],
  [/country/, (n) => (n % 2 === 0 ? "DE" : "US")],
  [/locale|language|lang$/, (n) => (n % 2 === 0 ? "en" : "de")],
  [/month$/, (n) => moment(n).slice(0, 7)],
  [/(^|_)(date|day|birthday)$|_on$/, (n) => moment(n).slice(0, 10)],
  [/_at$|^at$|time|(^|_)(created|updated|deleted|expires)$/, moment],
];

const isTime = /_at$|^at$|timestamp|_start$|_end$|(^|_)(created|updated|deleted|expires|date)$/;
const isFlag = /^(is|has|can|was)_|enabled$|verified$|active$|deleted$/;

/** `createdAt` as `created_at`. */
const spelled = (name: string): string => name.replace(/([a-z])([A-Z])/g, "$1_$2").toLowerCase();

/** Within the year 2025, so that what is made up today is what is made up tomorrow. */
const seconds = (n: number): number => Date.UTC(2025, 0, 1) / 1000 + (n % (365 * 24 * 60)) * 60;

function moment(n: number): string {
  return `${new Date(seconds(n) * 1000).toISOString().slice(0, 19)}Z`;
}

/**
 * A value that looks like what a column of this name and type holds. Two numbers may give one value: what has to be
 * unique is tried again with another.
 *
 * @param n drawn, a whole number from 0 to 2^48 - 1
 * @param table whose name stands in front of an id
 */
export function madeUp({ name, type }: Column, n: number, table: string): Value {
  const called = spelled(name);
  const kind = affinity(type);
  switch (kind) {
    case "INTEGER":
    case "NUMERIC":
      if (/BOOL/.test(type) || isFlag.test(called)) return n % 2;
      if (/DATE|TIME/.test(type)) return moment(n);
      return isTime.test(called) ? seconds(n) : n % 1000;
    case "REAL":
      return isTime.test(called) ? seconds(n) : (n % 10_000) / 100;
    case "TEXT":
      return text(called, n, table);
    case "BLOB":
      return type === "" ? text(called, n, table) : Buffer.from(n.toString(16).padStart(12, "0"), "hex");
    default:
      return kind satisfies never;
  }
}

const text = (called: string, n: number, table: string): string =>
  texts.find(([pattern]) => pattern.test(called))?.[1](n) ??
  `${called.replace(/_?id$/, "") || singular(table)}-${n.toString(36)}`;

const singular = (table: string): string => table.toLowerCase().replace(/s$/, "");

/** Texts that have the whole number in them: two of them are the same only where the numbers are. */
const distinct: readonly ((n: number) => string)[] = [mailAddress, webAddress];

/** Whether different numbers give a column different values. */
export function isDistinct({ name, type }: Column): boolean {
  const called = spelled(name);
  if (affinity(type) !== "TEXT") return false;
  const found = texts.find(([pattern]) => pattern.test(called))?.[1];
  return found === undefined || distinct.includes(found);
}
