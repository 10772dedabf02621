import { rpcOf } from "../../../src/statements/rpc.ts";
import type { Read } from "./served-code.ts";

/** The methods that code calls on a binding; or why they are not known. */
export type Called = { readonly methods: readonly string[] } | { readonly unknown: string };

/** Reads the calls of all modules: what is not bundled has them anywhere. */
export function calledBy(code: Read, binding: string): Called {
  if ("unknown" in code) return code;
  const modules = code.modules.map((text) => rpcOf(text)?.calledOn(binding));
  const known = modules.filter((each) => each !== undefined);
  if (known.length < modules.length) return { unknown: "its code cannot be read as a module" };
  return { methods: [...new Set(known.flat())].sort() };
}
