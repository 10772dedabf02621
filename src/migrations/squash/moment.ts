import { DatabaseSync, type SQLOutputValue } from "node:sqlite";
import { clocks } from "../sql/clocks.ts";

/** The words that stand for a call of one of them. */
const words: Readonly<Record<string, string>> = {
  current_date: "date",
  current_time: "time",
  current_timestamp: "datetime",
};

/**
 * Stops the clock of a database, so that what is made at one moment can be made again. SQLite itself answers, for that moment.
 * @param moment `2001-02-03 04:05:06`
 */
export function stopClock(db: DatabaseSync, moment: string): { readonly close: () => void } {
  const real = new DatabaseSync(":memory:");
  const call = (name: string, args: readonly SQLOutputValue[]): SQLOutputValue => {
    const statement = real.prepare(`SELECT ${name}(${args.map(() => "?").join(", ")}) AS value`);
    statement.setReadBigInts(true);
    return statement.get(...args)?.["value"] ?? null;
  };
  // Deterministic, as SQLite's own are: else no index and no generated column could use them.
  for (const name of clocks)
    db.function(name, { varargs: true, deterministic: true, useBigIntArguments: true }, (...args) =>
      call(name, atMoment(name, args, moment)),
    );
  for (const [word, name] of Object.entries(words))
    db.function(word, { deterministic: true }, () => call(name, [moment]));
  return { close: () => real.close() };
}

/** Where no time is given, now is meant; also before the one modifier that may stand alone. */
function atMoment(name: string, args: readonly SQLOutputValue[], moment: string): readonly SQLOutputValue[] {
  const said = args.map((value) => (is(value, /^now$/i) ? moment : value));
  if (name === "timediff") return said;
  const at = name === "strftime" ? 1 : 0;
  const isUnsaid = said.length === at || is(said[at], /^subsec(ond)?$/i);
  return isUnsaid ? [...said.slice(0, at), moment, ...said.slice(at)] : said;
}

const is = (value: SQLOutputValue | undefined, word: RegExp): boolean =>
  typeof value === "string" && word.test(value);
