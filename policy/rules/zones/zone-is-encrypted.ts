import { types } from "../../seen/types.ts";
import { at, isProps, knownText, type Props, unknown, type Value } from "../../seen/values.ts";
import { cannotTell, type Finding, type ResourceRule, violation, warning } from "../rule.ts";

/** What a zone's setting has to be; undefined where it is fine. */
type Judge = (value: Value, props: Props) => Finding | undefined;

const onOff =
  (says: string): Judge =>
  (value) =>
    value === "on" ? undefined : warning(`${says} Set it to "on".`);

const settings: Readonly<Record<string, Judge>> = {
  ssl: (value) => {
    if (value === "off" || value === "flexible")
      return violation(
        `ssl is ${JSON.stringify(value)}: between Cloudflare and the origin everything goes in plain text. Set it to "strict".`,
      );
    return value === "full"
      ? warning('ssl is "full": no certificate of the origin is looked at. Set it to "strict".')
      : undefined;
  },
  min_tls_version: (value) =>
    typeof value === "string" && Number(value) >= 1.2
      ? undefined
      : violation(
          `min_tls_version is ${JSON.stringify(value)}: TLS 1.0 and 1.1 are broken. Set it to "1.2".`,
        ),
  tls_1_3: (value) =>
    value === "on" || value === "zrt" ? undefined : warning('tls_1_3 is off. Set it to "on".'),
  always_use_https: onOff("always_use_https is off: pages answer in plain text."),
  automatic_https_rewrites: onOff("automatic_https_rewrites is off: links of a page stay in plain text."),
  security_header: (value) => {
    const hsts = at(value, "strict_transport_security");
    const header = isProps(hsts) ? hsts : at(value, "strictTransportSecurity");
    if (at(header, "enabled") !== true)
      return warning(
        "security_header has no HSTS: a browser's first request goes in plain text. Set strict_transport_security.enabled to true.",
      );
    const age = at(header, "max_age") ?? at(header, "maxAge");
    return typeof age === "number" && age < 15_552_000
      ? warning(`HSTS holds for ${age} seconds; half a year (15552000) is usual.`)
      : undefined;
  },
  development_mode: (value) =>
    value === "on" ? warning("development_mode is on: nothing is cached.") : undefined,
};

/** How a zone speaks to browsers and to the origin. */
export const zoneIsEncrypted: ResourceRule = {
  id: "zone-is-encrypted",
  title: "A zone speaks TLS 1.2 or newer, to the origin too, and tells browsers to stay with it (HSTS).",
  why: 'With ssl "off" or "flexible" everything between Cloudflare and the origin can be read and changed on the way; TLS 1.0 and 1.1 are broken.',
  remediation:
    'Set ssl "strict", min_tls_version "1.2", tls_1_3, always_use_https and automatic_https_rewrites "on", and HSTS in security_header.',
  severity: "high",
  warns: true,
  levels: { protected: "mandatory", others: "advisory" },
  of: [types.zoneSetting],
  check: (resource) => {
    const id = knownText(resource.props["settingId"]);
    const judge = id === undefined ? undefined : Object.entries(settings).find(([name]) => name === id)?.[1];
    if (resource.props["settingId"] === unknown) return [cannotTell(resource, "which setting it is")];
    if (judge === undefined) return [];
    const value = resource.props["value"];
    if (value === unknown) return [cannotTell(resource, `the value of ${id}`)];
    const found = judge(value, resource.props);
    return found === undefined ? [] : [{ ...found, message: `${resource.name}: ${found.message}` }];
  },
};
