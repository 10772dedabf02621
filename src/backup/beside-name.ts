import { createHash } from "node:crypto";

/**
 * The name of what a backup is restored into, beside what serves: `files-prod-20261130t120000z`. Where that is longer than Cloudflare takes, a digest of
 * the name stands for it: no name is cut.
 *
 * @param longest name that Cloudflare takes
 */
export function besideName(physicalName: string, backup: string, longest: number): string {
  const time = backup.toLowerCase();
  const name = `${physicalName}-${time}`;
  if (name.length <= longest) return name;
  return `restored-${createHash("sha256").update(physicalName).digest("hex").slice(0, 16)}-${time}`;
}
