import { unknownValue } from "../../../src/engine/property-values.ts";
import { types } from "../../seen/types.ts";
import { holds } from "../../testing/held.ts";
import type { Written } from "../../testing/judge.ts";
import { bucketDomainsAreEncrypted } from "./bucket-domains-are-encrypted.ts";
import { bucketsArePrivate } from "./buckets-are-private.ts";
import { corsIsNarrow } from "./cors-is-narrow.ts";

const of = (type: string, props: object): Written => ({
  type,
  name: "shop/files",
  props: { bucketName: "files", ...props },
});
const cors = (...allowed: object[]): Written =>
  of(types.r2Cors, { rules: allowed.map((each) => ({ allowed: each })) });

holds(bucketsArePrivate, {
  good: [
    { is: "an address that is off", has: of(types.r2ManagedDomain, { enabled: false }) },
    {
      is: "a bucket that may",
      has: of(types.r2ManagedDomain, { enabled: true }),
      options: { rules: { "buckets-are-private": { settings: { allow: ["files"] } } } },
    },
  ],
  bad: [
    {
      is: "an address that is on",
      has: of(types.r2ManagedDomain, { enabled: true }),
      says: ["opens the bucket files to everybody"],
    },
  ],
  unknown: [
    { is: "a switch that another resource sets", has: of(types.r2ManagedDomain, { enabled: unknownValue }) },
  ],
});

holds(bucketDomainsAreEncrypted, {
  good: [
    { is: "TLS 1.2", has: of(types.r2Domain, { minTls: "1.2" }) },
    { is: "TLS 1.3", has: of(types.r2Domain, { minTls: "1.3" }) },
  ],
  bad: [
    { is: "TLS 1.0", has: of(types.r2Domain, { minTls: "1.0" }), says: ["takes TLS 1.0 and newer"] },
    { is: "a domain that says nothing", has: of(types.r2Domain, {}), says: ["takes TLS 1.0"] },
  ],
  unknown: [
    { is: "a version that another resource gives", has: of(types.r2Domain, { minTls: unknownValue }) },
  ],
});

holds(corsIsNarrow, {
  good: [
    { is: "origins by their names", has: cors({ origins: ["https://shop.dev"], methods: ["PUT"] }) },
    {
      is: "a bucket that may",
      has: cors({ origins: ["*"], methods: ["PUT"] }),
      options: { rules: { "cors-is-narrow": { settings: { allow: ["shop/files"] } } } },
    },
  ],
  bad: [
    {
      is: "every origin that writes",
      has: cors({ origins: ["*"], methods: ["GET", "PUT"] }),
      says: ["lets pages of every origin PUT"],
    },
    {
      is: "every origin that reads",
      has: cors({ origins: ["*"], methods: ["GET"] }),
      says: ["read"],
      outcome: "advisory",
    },
  ],
  unknown: [
    { is: "origins that another resource gives", has: cors({ origins: unknownValue, methods: ["PUT"] }) },
    { is: "rules that another resource gives", has: of(types.r2Cors, { rules: unknownValue }) },
  ],
});
