import analyzerproto from "@pulumi/pulumi/proto/analyzer_pb.js";
import pluginproto from "@pulumi/pulumi/proto/plugin_pb.js";
import emptyproto from "google-protobuf/google/protobuf/empty_pb.js";
import structproto from "google-protobuf/google/protobuf/struct_pb.js";
import { type Method, unary } from "../../src/engine/rpc.ts";
import { type Judgement, judgeResource, judgeStack, remedied, unusedExceptions } from "../judge.ts";
import type { Pack } from "../pack-options.ts";
import { rules } from "../rules/all.ts";
import { type Inputs, isStackRule } from "../rules/rule.ts";
import { propsOf } from "../seen/from-engine.ts";
import type { SeenResource } from "../seen/resource.ts";
import { types } from "../seen/types.ts";
import { infoOf, levelOnWire, packName, packVersion, severityOnWire } from "./info.ts";

/** What the engine asks a pack, answered by the rules of one. */
export interface Served {
  /** The rules, once the engine has said what its user's configuration file has. */
  readonly configured: (configuration: analyzerproto.ConfigureAnalyzerRequest) => void;
  /** @param config by full key; what is no text stands there as JSON */
  readonly stackIs: (
    stack: string,
    config: { readonly get: (key: string) => string | undefined },
    isPreview: boolean,
  ) => void;
  /** Settled when all is known that the rules about a stack ask. */
  readonly ready: () => Promise<void>;
  readonly pack: () => Pack;
  /** The stack's name; undefined where the engine did not say it, as for a state file. */
  readonly stack: () => string | undefined;
}

/** The methods of the engine's protocol for policy packs, by their names there. */
export function analyzerMethods(served: Served): Readonly<Record<string, Method>> {
  // What was found so far of the stack: whether an exception met anything is known at the end.
  let isPreview = false;
  const judged: Judgement[] = [];
  const keep = (judgements: readonly Judgement[]): readonly Judgement[] => {
    judged.push(...judgements);
    return judgements;
  };
  return {
    Handshake: unary(
      analyzerproto.AnalyzerHandshakeRequest,
      () => new analyzerproto.AnalyzerHandshakeResponse(),
    ),
    ConfigureStack: unary(analyzerproto.AnalyzerStackConfigureRequest, (request) => {
      const config = request.getConfigMap();
      isPreview = request.getDryRun();
      served.stackIs(request.getStack(), config, isPreview);
      judged.length = 0;
      return new analyzerproto.AnalyzerStackConfigureResponse();
    }),
    GetPluginInfo: unary(emptyproto.Empty, () => new pluginproto.PluginInfo().setVersion(packVersion)),
    GetAnalyzerInfo: unary(emptyproto.Empty, () => infoOf(served.pack(), served.stack())),
    Configure: unary(analyzerproto.ConfigureAnalyzerRequest, (request) => {
      served.configured(request);
      return new emptyproto.Empty();
    }),
    Analyze: unary(analyzerproto.AnalyzeRequest, (request) =>
      answer(isOfInterest(request.getType()) ? keep(judgeResource(served.pack(), seen(request, []))) : []),
    ),
    AnalyzeStack: unary(analyzerproto.AnalyzeStackRequest, async (request) => {
      await served.ready();
      const found = keep(
        judgeStack(
          served.pack(),
          request.getResourcesList().map((each) => seen(each, dependenciesOf(each))),
        ),
      );
      // In an update everything is done by now: what is wrong with an exception its preview has said.
      return answer(isPreview ? [...found, ...unusedExceptions(served.pack(), judged)] : found);
    }),
    Remediate: async (call) => {
      // Asked about every resource; where nothing would be mended, none is unpacked.
      if (mends(served.pack(), served.stack())) return remediate(served.pack())(call);
      call.send(new analyzerproto.RemediateResponse());
    },
  };
}

/** Whether a rule mends what it finds. @param stack undefined where the engine did not say which: then any may */
const mends = (pack: Pack, stack: string | undefined): boolean =>
  stack === undefined ||
  pack.rules.some(
    (rule) => !isStackRule(rule) && rule.remedy !== undefined && pack.levelOf(rule, stack) === "remediate",
  );

const remediate = (pack: Pack): Method =>
  unary(analyzerproto.AnalyzeRequest, (request) => {
    const raw = rawOf(request);
    const response = new analyzerproto.RemediateResponse();
    for (const { rule, props } of remedied(pack, seen(request, []), raw))
      response.addRemediations(
        new analyzerproto.Remediation()
          .setPolicyname(rule.id)
          .setPolicypackname(packName)
          .setPolicypackversion(packVersion)
          .setDescription(rule.title)
          .setProperties(structproto.Struct.fromJavaScript(wire(props))),
      );
    return response;
  });

type Asked = Pick<
  analyzerproto.AnalyzerResource,
  "getType" | "getName" | "getUrn" | "getProperties" | "getOptions"
>;

/** Types that any rule looks at. Half of a stack's resources have others, and unpacking those would be most of what a question costs. */
const ofInterest: ReadonlySet<string> = new Set<string>([
  ...Object.values(types),
  ...rules.flatMap((rule) => (isStackRule(rule) ? [] : rule.of)),
]);
const isOfInterest = (type: string): boolean => ofInterest.has(type);

/** A resource's properties in the engine's own spelling, which they are sent back in. */
const rawOf = (request: Asked): Inputs => ({ ...request.getProperties()?.toJavaScript() });

/** What a remedy made of properties in the engine's spelling is in that spelling still: it has no value of ours in it. */
const wire = (props: Inputs): Record<string, structproto.JavaScriptValue> =>
  JSON.parse(JSON.stringify(props));

const seen = (request: Asked, dependsOn: readonly string[]): SeenResource => ({
  urn: request.getUrn(),
  type: request.getType(),
  name: request.getName(),
  props: isOfInterest(request.getType()) ? propsOf(rawOf(request)) : {},
  protect: request.getOptions()?.getProtect() ?? false,
  deleteBeforeReplace: request.getOptions()?.getDeletebeforereplace() ?? false,
  dependsOn,
});

const dependenciesOf = (request: analyzerproto.AnalyzerResource): readonly string[] => [
  ...new Set([
    ...request.getDependenciesList(),
    ...[...request.getPropertydependenciesMap().entries()].flatMap(([, property]) => property.getUrnsList()),
  ]),
];

function answer(judgements: readonly Judgement[]): analyzerproto.AnalyzeResponse {
  const response = new analyzerproto.AnalyzeResponse();
  for (const { rule, outcome, urn, message } of judgements)
    response.addDiagnostics(
      new analyzerproto.AnalyzeDiagnostic()
        .setPolicyname(rule.id)
        .setPolicypackname(packName)
        .setPolicypackversion(packVersion)
        .setDescription(rule.title)
        .setMessage(message)
        .setEnforcementlevel(levelOnWire(outcome === "mandatory" ? "mandatory" : "advisory"))
        .setSeverity(severityOnWire[rule.severity])
        .setUrn(urn),
    );
  return response;
}
