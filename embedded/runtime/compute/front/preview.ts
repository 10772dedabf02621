import type { Preview } from "../../compute.ts";
import type { Place, Script } from "../scripts.ts";

/** Where the version runs: where it is deployed, else in a place of its own, which sleeps like all others. */
export function previewPlace(script: Script, { versionId, spec }: Preview): Place {
  const known = [...script.shares.map(({ place }) => place), ...script.previews].find(
    ({ version }) => version.id === versionId,
  );
  if (known !== undefined) return known;
  const place: Place = { version: spec(), cell: undefined, waking: undefined };
  // what sleeps is made again when somebody asks
  script.previews = [
    ...script.previews.filter(({ cell, waking }) => cell !== undefined || waking !== undefined),
    place,
  ];
  return place;
}
