import { isAbsent, isObject, type Value, type Values } from "../values/values.ts";

/** States of an entry that only says what became of a class: no read gives it back. */
const tombstones: ReadonlySet<Value | undefined> = new Set(["deleted", "renamed", "transferred"]);

/**
 * The exports as the program wrote them, where the API leaves something out: entries of classes that are gone,
 * and the state "created", which is the default. Without this each refresh would ask for another version.
 */
export function restoredExports(read: Value | undefined, before: Value | undefined): Values {
  if (!isObject(before)) return {};
  const answered = isObject(read) ? read : {};
  const kept = Object.entries(before).flatMap(([name, entry]): [string, Value][] => {
    const now = answered[name];
    if (isObject(now) && isObject(entry))
      return [
        [name, isAbsent(now["state"]) && entry["state"] === "created" ? { ...now, state: "created" } : now],
      ];
    return isAbsent(now) && isObject(entry) && tombstones.has(entry["state"]) ? [[name, entry]] : [];
  });
  const found = { ...answered, ...Object.fromEntries(kept) };
  return Object.keys(found).length === 0 ? {} : { exports: found };
}
