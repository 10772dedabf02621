import type { Stage } from "./stage.ts";

export const dev: Stage = {
  name: "dev",
  nameSuffix: "-dev",
  protected: false,
  ownsShared: false,
  embeddedAccount: "dev",
  needsPolicyPack: false,
  asksBeforeChange: false,
  bakeSeconds: 0,
};
