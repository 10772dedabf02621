import type { Parts } from "./parts.ts";

/** Names of parts that a message has room for. */
const most = 12;

/** The parts that differ, for a message: `worker api, code; d1 orders, migration 0004_tags.sql is new here`. Empty where none does. */
export function differingText(here: Parts, there: Parts): string {
  const names = [...new Set([...Object.keys(here), ...Object.keys(there)])].sort();
  const differing = names.flatMap((part) => {
    const [mine, theirs] = [here[part], there[part]];
    if (mine === theirs) return [];
    return [theirs === undefined ? `${part} is new here` : mine === undefined ? `${part} is not here` : part];
  });
  const more = differing.length > most ? `; and ${differing.length - most} more` : "";
  return `${differing.slice(0, most).join("; ")}${more}`;
}
