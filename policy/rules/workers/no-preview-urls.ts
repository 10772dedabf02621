import { types } from "../../seen/types.ts";
import { isProps } from "../../seen/values.ts";
import type { ResourceRule } from "../rule.ts";
import { judgeAddress } from "./no-workers-dev.ts";

/** A preview is another version of the code, over the very same data. */
export const noPreviewUrls: ResourceRule = {
  id: "no-preview-urls",
  title: "No worker of a protected stage has preview addresses.",
  why: "A version that nobody reviewed answers at its preview address, with the databases, buckets and secrets of production.",
  remediation: "Set `subdomain.previewsEnabled` to false (`previewUrls: false`); preview in another stage.",
  severity: "high",
  levels: { protected: "mandatory", others: "disabled" },
  settings: {
    allow: { kind: "list", says: "Workers that may, by their names at Cloudflare or their logical names" },
  },
  of: [types.worker, types.subdomain],
  check: (resource, { list }) =>
    judgeAddress(
      resource,
      list("allow"),
      "previewsEnabled",
      "its preview address",
      () =>
        `${resource.name} has preview addresses: versions that nobody reviewed would answer with the data of this stage. Set previewsEnabled to false.`,
    ),
  remedy: (props, { type }) => {
    if (type === types.subdomain) return { ...props, previewsEnabled: false };
    const subdomain = props["subdomain"];
    return { ...props, subdomain: { ...(isProps(subdomain) ? subdomain : {}), previewsEnabled: false } };
  },
};
