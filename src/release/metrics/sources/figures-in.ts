import type { Reads } from "../../../declare/index.ts";
import type { Read } from "../../gates/reading.ts";

/** What stands at a place of an answer; undefined where there is no such place. */
type Look = (place: string) => unknown;

/**
 * The figures in an answer. What is not there, or null, is no data; what is there and is no number is a mistake.
 * @param sampleInterval one of so many was seen
 */
export function figuresIn(reads: Reads<string>, look: Look, sampleInterval = 1): Read {
  const places = "part" in reads ? [reads.part, reads.whole] : [reads.value];
  for (const place of places)
    if ((look(place) ?? null) === null) return nothing(`${place} is not there, or null`);
  if ("part" in reads) {
    const [part, whole] = [numberAt(look, reads.part), numberAt(look, reads.whole)];
    if (part < 0 || part > whole)
      throw new Error(`${reads.part} is ${part}, which is no part of ${reads.whole}, ${whole}`);
    return whole === 0 ? nothing(`${reads.whole} is 0`) : { measures: "share", part, whole, sampleInterval };
  }
  const samples = reads.samples === undefined ? undefined : numberAt(look, reads.samples);
  if (samples === 0) return nothing(`${reads.samples ?? ""} is 0`);
  return {
    measures: "number",
    value: numberAt(look, reads.value),
    samples: samples === undefined ? undefined : Math.round(samples / sampleInterval),
  };
}

export function numberAt(look: Look, place: string): number {
  const found = look(place) ?? null;
  if (typeof found === "number" && Number.isFinite(found)) return found;
  throw new Error(`${place} is no number: ${found === null ? "it is not there, or null" : typeof found}`);
}

const nothing = (reason: string): Read => ({ measures: "nothing", reason });
