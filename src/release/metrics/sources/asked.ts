import type { ReleaseArgument, SourceValue } from "../../../declare/index.ts";

/** A measurement of one version: what a source's question is asked about. */
export interface Asked {
  /** The worker's name at Cloudflare. */
  readonly script: string;
  /** Id of the version. */
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** A value of a question, as it is in this measurement. */
export const valueIn = (value: SourceValue, asked: Asked): string | number =>
  typeof value === "object" ? argumentIn(value, asked) : value;

function argumentIn(
  { argument }: ReleaseArgument,
  { script, version, fromMs, toMs }: Asked,
): string | number {
  switch (argument) {
    case "script":
      return script;
    case "version":
      return version;
    case "from":
      return new Date(fromMs).toISOString();
    case "to":
      return new Date(toMs).toISOString();
    case "fromMs":
      return fromMs;
    case "toMs":
      return toMs;
    default:
      return argument satisfies never;
  }
}
