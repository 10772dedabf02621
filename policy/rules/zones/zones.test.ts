import { unknownValue } from "../../../src/engine/property-values.ts";
import { types } from "../../seen/types.ts";
import { holds } from "../../testing/held.ts";
import type { Written } from "../../testing/judge.ts";
import { dnsPointsSomewhere } from "./dns-points-somewhere.ts";
import { zoneHasDnssec } from "./zone-has-dnssec.ts";
import { zoneIsEncrypted } from "./zone-is-encrypted.ts";

const setting = (settingId: unknown, value: unknown): Written => ({
  type: types.zoneSetting,
  name: "setting",
  props: { settingId, value, zoneId: "z" },
});
const zone: Written = { type: types.zone, name: "shop", props: { name: "shop.dev", id: "z" } };
const dnssec = (props: object, more: Partial<Written> = {}): Written => ({
  type: types.zoneDnssec,
  name: "signed",
  props: { ...props },
  ...more,
});
const record = (type: string, content: unknown, name = "www"): Written => ({
  type: types.dnsRecord,
  name: `record ${name}`,
  props: { type, content, name, zoneId: "z", ttl: 1 },
});
const worker: Written = { type: types.worker, name: "shop/api", props: { name: "api" } };
const hsts = (given: object) => ({ strict_transport_security: given });

holds(zoneIsEncrypted, {
  good: [
    { is: "strict", has: setting("ssl", "strict") },
    { is: "TLS 1.2", has: setting("min_tls_version", "1.2") },
    { is: "HSTS of a year", has: setting("security_header", hsts({ enabled: true, max_age: 31_536_000 })) },
    { is: "a setting of something else", has: setting("brotli", "off") },
  ],
  bad: [
    { is: "no encryption to the origin", has: setting("ssl", "flexible"), says: ["in plain text"] },
    { is: "TLS 1.0", has: setting("min_tls_version", "1.0"), says: ["min_tls_version"] },
    {
      is: "a certificate that nobody looks at",
      has: setting("ssl", "full"),
      says: ["no certificate"],
      outcome: "advisory",
    },
    {
      is: "pages in plain text",
      has: setting("always_use_https", "off"),
      says: ["always_use_https"],
      outcome: "advisory",
    },
    {
      is: "no HSTS",
      has: setting("security_header", hsts({ enabled: false })),
      says: ["no HSTS"],
      outcome: "advisory",
    },
    {
      is: "HSTS of a day",
      has: setting("security_header", hsts({ enabled: true, max_age: 86_400 })),
      says: ["86400 seconds"],
      outcome: "advisory",
    },
  ],
  unknown: [
    { is: "a value that another resource gives", has: setting("ssl", unknownValue) },
    { is: "a setting that another resource names", has: setting(unknownValue, "off") },
  ],
});

holds(zoneHasDnssec, {
  good: [
    { is: "a zone that is signed", has: [zone, dnssec({ zoneId: "z", status: "active" })] },
    {
      is: "one that is about to be made",
      has: [
        { ...zone, props: { id: unknownValue } },
        dnssec({ zoneId: unknownValue, status: "active" }, { waitsFor: [zone] }),
      ],
    },
  ],
  bad: [
    { is: "a zone that is not", has: zone, says: ["has no DNSSEC in this stack"] },
    {
      is: "signatures that are turned off",
      has: [zone, dnssec({ zoneId: "z", status: "disabled" })],
      says: ["turns DNSSEC off"],
    },
  ],
  unknown: [
    { is: "a status that another resource gives", has: dnssec({ zoneId: "z", status: unknownValue }) },
  ],
});

holds(dnsPointsSomewhere, {
  good: [
    { is: "an address of the world", has: record("A", "203.0.113.7") },
    { is: "a worker of this stack", has: [worker, record("CNAME", "api.acme.workers.dev")] },
    { is: "what is no address", has: record("TXT", "") },
    {
      is: "what this stack is about to make",
      has: [worker, { ...record("CNAME", unknownValue), waitsFor: [worker] }],
    },
  ],
  bad: [
    { is: "nothing", has: record("CNAME", ""), says: ["points at nothing"] },
    { is: "an internal address", has: record("A", "10.0.0.7"), says: ["an internal address"] },
    {
      is: "a worker that is gone",
      has: record("CNAME", "old.acme.workers.dev"),
      says: ["a worker that this stack does not have"],
    },
    {
      is: "every name at once",
      has: record("A", "203.0.113.7", "*.shop.dev"),
      says: ["answers for every name"],
    },
  ],
  unknown: [{ is: "a target that nothing of this stack gives", has: record("CNAME", unknownValue) }],
});
