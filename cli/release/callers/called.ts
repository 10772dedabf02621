import { rpcOf } from "../../../src/statements/rpc.ts";
import type { Read } from "./served-code.ts";

/** The methods that code calls on a binding, as far as they are known. */
export type Called = {
  readonly methods: readonly string[];
  /** Why there may be more of them; undefined where there are not. */
  readonly unknown: string | undefined;
};

/** Reads the calls of all modules: what is not bundled has them anywhere. */
export function calledBy(code: Read, binding: string): Called {
  if ("unknown" in code) return { methods: [], unknown: code.unknown };
  const modules = code.modules.map((text) => rpcOf(text));
  const known = modules.filter((each) => each !== undefined);
  return {
    methods: [...new Set(known.flatMap((each) => each.calledOn(binding)))].sort(),
    unknown:
      known.length < modules.length
        ? "its code cannot be read as a module"
        : known.some((each) => each.handsOn(binding))
          ? `its code hands ${binding} on to where calls cannot be followed`
          : undefined,
  };
}
