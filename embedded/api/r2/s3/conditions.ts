import type { PutCondition, R2ObjectInfo } from "../../../runtime/stores.ts";
import { invalidArgument, preconditionFailed, S3Failure } from "./failure.ts";

type Headers = Readonly<Record<string, string>>;

const tags = (value: string): readonly string[] =>
  value.split(",").map((each) => each.trim().replace(/^W\//, "").replaceAll('"', ""));

const second = (ms: number): number => Math.floor(ms / 1_000);

/**
 * Whether an object is to be given, by the conditions in the headers (RFC 9110): throws where one does not hold.
 *
 * @param prefix `x-amz-copy-source-` for the conditions on what is copied
 * @returns whether the client has it already
 */
export function isUnchanged(object: R2ObjectInfo, headers: Headers, prefix = ""): boolean {
  const header = (name: string): string | undefined => headers[`${prefix}${name}`];
  const [match, noneMatch] = [header("if-match"), header("if-none-match")];
  const unmodified = Date.parse(header("if-unmodified-since") ?? "");
  const modified = Date.parse(header("if-modified-since") ?? "");
  const has = (value: string): boolean => tags(value).some((tag) => tag === "*" || tag === object.etag);
  if (match !== undefined) {
    if (!has(match)) throw preconditionFailed();
  } else if (!Number.isNaN(unmodified) && second(object.uploadedMs) > second(unmodified))
    throw preconditionFailed();
  if (noneMatch !== undefined) return has(noneMatch);
  return !Number.isNaN(modified) && second(object.uploadedMs) <= second(modified);
}

/** What has to hold for what is there before it is written over; asked by the store itself, so that nobody comes between. */
export function putCondition(headers: Headers): PutCondition | undefined {
  const [match, noneMatch] = [headers["if-match"], headers["if-none-match"]];
  if (match === undefined && noneMatch === undefined) return undefined;
  return {
    ...(match !== undefined && { etagMatches: tags(match) }),
    ...(noneMatch !== undefined && { etagDoesNotMatch: tags(noneMatch) }),
  };
}

/** The bytes that a Range header asks for, both ends included; undefined for all of them. */
export function rangeOf(
  header: string | undefined,
  sizeBytes: number,
): { readonly start: number; readonly end: number } | undefined {
  if (header === undefined) return undefined;
  const [, from = "", to = ""] = /^bytes=(\d*)-(\d*)$/.exec(header.trim()) ?? [];
  if (from === "" && to === "")
    throw invalidArgument("range must be in format 'bytes=start-end', 'bytes=start-' or 'bytes=-suffix'");
  if (from !== "" && to !== "" && Number(from) > Number(to)) throw invalidArgument("range must be positive.");
  const start = from === "" ? Math.max(0, sizeBytes - Number(to)) : Number(from);
  const end = from === "" || to === "" ? sizeBytes - 1 : Math.min(Number(to), sizeBytes - 1);
  if (start >= sizeBytes || (from === "" && Number(to) === 0))
    throw new S3Failure(416, "InvalidRange", "The requested range is not satisfiable", {
      "content-range": `bytes */${sizeBytes}`,
    });
  return { start, end };
}
