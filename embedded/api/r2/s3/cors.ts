import { z } from "zod";
import type { Bucket } from "../buckets.ts";

const rule = z.object({
  allowed: z.object({
    origins: z.array(z.string()),
    methods: z.array(z.string()),
    headers: z.array(z.string()).nullish(),
  }),
  exposeHeaders: z.array(z.string()).nullish(),
  maxAgeSeconds: z.number().nullish(),
});
type Rule = z.infer<typeof rule>;

interface Asked {
  readonly origin: string;
  readonly method: string;
  /** Headers that the page wants to send. */
  readonly headers: readonly string[];
}

/** `*` in a pattern stands for anything. */
const matches = (pattern: string, text: string): boolean =>
  new RegExp(
    `^${pattern
      .split("*")
      .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
      .join(".*")}$`,
    "i",
  ).test(text);

const allows = ({ allowed }: Rule, { origin, method, headers }: Asked): boolean =>
  allowed.origins.some((pattern) => matches(pattern, origin)) &&
  allowed.methods.includes(method) &&
  headers.every((header) => (allowed.headers ?? []).some((pattern) => matches(pattern, header)));

/** The headers that let a page of another origin do this; undefined where no rule of the bucket allows it. */
export function corsHeaders(bucket: Bucket, asked: Asked): Readonly<Record<string, string>> | undefined {
  const rules = z.array(rule).parse(bucket.body.cors?.rules ?? []);
  const found = rules.find((each) => allows(each, asked));
  if (found === undefined) return undefined;
  const any = found.allowed.origins.includes("*");
  return {
    "access-control-allow-origin": any ? "*" : asked.origin,
    "access-control-allow-methods": found.allowed.methods.join(", "),
    ...(asked.headers.length > 0 && { "access-control-allow-headers": asked.headers.join(", ") }),
    ...(found.exposeHeaders?.length && { "access-control-expose-headers": found.exposeHeaders.join(", ") }),
    ...(found.maxAgeSeconds != null && { "access-control-max-age": String(found.maxAgeSeconds) }),
    ...(!any && { vary: "Origin" }),
  };
}

/** What a browser asks before it sends a request of another origin. */
export function preflight(
  bucket: Bucket | undefined,
  headers: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> | undefined {
  const [origin, method] = [headers["origin"], headers["access-control-request-method"]];
  if (bucket === undefined || origin === undefined || method === undefined) return undefined;
  const wanted = (headers["access-control-request-headers"] ?? "")
    .split(",")
    .map((each) => each.trim().toLowerCase())
    .filter((each) => each !== "");
  return corsHeaders(bucket, { origin, method, headers: wanted });
}
