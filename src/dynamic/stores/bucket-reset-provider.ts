import { z } from "zod";
import { ApiError, call } from "../../cloudflare/api.ts";
import { connection } from "../../cloudflare/connection.ts";

/** What every new bucket has at Cloudflare: uploads that nobody completes do not stay for ever. */
export const defaultLifecycleRule = {
  id: "Default Multipart Abort Rule",
  enabled: true,
  conditions: { prefix: "" },
  abortMultipartUploadsTransition: { condition: { type: "Age", maxAge: 7 * 24 * 60 * 60 } },
} as const;

/** Setting → the path below the bucket, and what a new bucket has there. */
const settings = {
  lifecycle: { path: "lifecycle", body: { rules: [defaultLifecycleRule] } },
  lock: { path: "lock", body: { rules: [] } },
  managedDomain: { path: "domains/managed", body: { enabled: false } },
} as const;

/** A setting that the Cloudflare provider leaves as it is when its resource is deleted. */
export type BucketSetting = keyof typeof settings;

const inputs = z.object({
  accountId: z.string(),
  bucketName: z.string(),
  jurisdiction: z.string(),
  setting: z.enum(["lifecycle", "lock", "managedDomain"]),
});

/** `The specified bucket does not exist.` */
const noSuchBucket = 10006;

/** The provider behind the resource `BucketReset`: only its deletion does anything. */
export const provider = {
  async check(_olds: unknown, news: unknown): Promise<{ inputs: unknown; failures: never[] }> {
    return { inputs: news, failures: [] };
  },
  /** Of another bucket it is another one; what the first has is taken back then. */
  async diff(_id: string, olds: unknown, news: unknown): Promise<{ changes: boolean; replaces: string[] }> {
    const [before, after] = [inputs.parse(olds), inputs.parse(news)];
    const keys = ["accountId", "bucketName", "jurisdiction", "setting"] as const;
    const replaces = keys.filter((key) => before[key] !== after[key]);
    return { changes: replaces.length > 0, replaces };
  },
  async create(news: unknown): Promise<{ id: string; outs: unknown }> {
    const { bucketName, setting } = inputs.parse(news);
    return { id: `${bucketName}/${setting}`, outs: news };
  },
  async read(id: string, props: unknown): Promise<{ id: string; props: unknown }> {
    return { id, props };
  },
  async delete(_id: string, props: unknown): Promise<void> {
    const { accountId, bucketName, jurisdiction, setting } = inputs.parse(props);
    const { path, body } = settings[setting];
    const bucket = `/accounts/${accountId}/r2/buckets/${encodeURIComponent(bucketName)}`;
    const headers = { "cf-r2-jurisdiction": jurisdiction };
    try {
      await call(connection(process.env, process.cwd()), "PUT", `${bucket}/${path}`, body, headers);
    } catch (error) {
      // A bucket that is gone has taken its settings with it.
      if (!(error instanceof ApiError && error.codes.includes(noSuchBucket))) throw error;
    }
  },
};
