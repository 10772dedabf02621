import { fold } from "../sql/structure.ts";
import { textOf } from "./candidates.ts";
import type { NewIndex } from "./remedy.ts";

/**
 * The fewest of several indexes: each once, and none that another begins with. Whatever searched by the shorter one has the longer one.
 * @param names what has its name already
 */
export function merged(indexes: readonly NewIndex[], names: readonly string[]): readonly NewIndex[] {
  const text = ({ table, terms }: NewIndex): string => `${fold(table)} ${textOf(terms)}`;
  const each = [...new Map(indexes.map((one) => [text(one), one])).values()];
  const longest = each.filter(
    (one) => !each.some((other) => other !== one && text(other).startsWith(`${text(one)}, `)),
  );
  const taken = new Set(names.map(fold));
  return longest.map((one) => ({ ...one, name: freeName(one, taken) }));
}

/** `notes_by_user_id_and_created_at`, with a number behind it where something is called so. */
function freeName({ table, terms }: NewIndex, taken: Set<string>): string {
  const words = [table, "by", terms.map(({ column }) => column).join("_and_")].join("_");
  const plain = words.toLowerCase().replace(/[^a-z0-9_]+/g, "_");
  let name = plain;
  for (let n = 2; taken.has(name); n++) name = `${plain}_${n}`;
  taken.add(name);
  return name;
}
