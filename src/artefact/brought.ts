import { canonicalDigest } from "../approvals/change.ts";
import type { System } from "../declare/index.ts";
import type { Built } from "./built.ts";
import type { Parts } from "./parts.ts";
import { wholeShapeOf } from "./shape.ts";

/** Of a digest, that a journal keeps: enough to see that something is another one. */
const kept = { from: "sha256:".length, to: "sha256:".length + 16 } as const;

/** Everything that an `up` of a folder would bring, by system and part: what is promoted, and what differs by stage. */
export const broughtBy = (systems: readonly System[], built: Built): Readonly<Record<string, Parts>> =>
  Object.fromEntries(
    systems.map(({ name, resources }) => {
      const declared = resources.map((each) => [
        `${each.kind} ${each.name}, declaration`,
        canonicalDigest(wholeShapeOf(each)),
      ]);
      const all = [...Object.entries(built[name]?.parts ?? {}), ...declared];
      return [
        name,
        Object.fromEntries(all.map(([part = "", digest = ""]) => [part, digest.slice(kept.from, kept.to)])),
      ];
    }),
  );
