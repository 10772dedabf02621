import { expect, test } from "vitest";
import { type Exception, exceptionsIn } from "./exceptions.ts";
import { judgeResource, unusedExceptions } from "./judge.ts";
import { packOf } from "./pack-options.ts";
import type { SeenResource } from "./seen/resource.ts";
import { types } from "./seen/types.ts";

const today = "2026-11-30";
const exception: Exception = {
  rule: "no-preview-urls",
  resource: "shop/api",
  reason: "shown to a customer",
  by: "mia",
  until: "2026-12-24",
};
const worker = (name: string, previewsEnabled: boolean): SeenResource => ({
  urn: `urn:pulumi:prod::shop::${types.worker}::${name}`,
  type: types.worker,
  name,
  props: {
    name: "api",
    subdomain: { enabled: false, previewsEnabled },
    observability: { enabled: true, headSamplingRate: 1 },
  },
  protect: true,
  deleteBeforeReplace: false,
  dependsOn: [],
});
const found = (given: Partial<Exception>, resource = worker("shop/api", true)) => {
  const pack = packOf({ today }, JSON.stringify([{ ...exception, ...given }]));
  const judged = judgeResource(pack, resource);
  return [...judged, ...unusedExceptions(pack, judged)].map(
    ({ rule, outcome, message }) => `${outcome} ${rule.id}: ${message}`,
  );
};

test("a finding that somebody agreed to stops nothing and says who, until when and why", () => {
  expect(found({})).toEqual([
    expect.stringMatching(
      /^excepted no-preview-urls: Excepted by mia until 2026-12-24: shown to a customer\. shop\/api has preview/,
    ),
  ]);
  expect(found({ until: today })[0]).toMatch(/^excepted/);
});

test("an exception counts for its rule, its resource and its days alone, and is refused where it meets nothing", () => {
  expect(found({ until: "2026-11-29" })).toEqual([expect.stringMatching(/^mandatory no-preview-urls: /)]);
  for (const other of [{ resource: "shop/web" }, { rule: "no-workers-dev" }, { rule: "no-previews-url" }])
    expect(found(other)).toEqual([
      expect.stringMatching(/^mandatory no-preview-urls: shop\/api has preview/),
      expect.stringMatching(/excepts nothing.*Take it out of lockstep:approvals/),
    ]);
  expect(found({ rule: "no-previews-url" })[1]).toContain(
    "there is no rule no-previews-url; no-preview-urls is one",
  );
  expect(found({}, worker("shop/api", false))).toEqual([
    expect.stringContaining("no-preview-urls finds nothing wrong with shop/api"),
  ]);
});

test("what is no exception excepts nothing", () => {
  for (const value of [
    undefined,
    "",
    "{",
    "3",
    [{ ...exception, by: "" }],
    [{ resource: "shop/api" }],
    [null],
  ])
    expect(exceptionsIn(value, today)).toEqual([]);
  expect(exceptionsIn([{ ...exception, until: "2026-12-24T00:00:00Z" }], today)).toEqual([exception]);
});
