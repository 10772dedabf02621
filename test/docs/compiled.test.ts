import { join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import { packageRoot } from "../../toolchain/package-root.ts";

const folder = join(packageRoot, "docs/examples");

test("the examples of README and docs compile", () => {
  const { config } = ts.readConfigFile(join(folder, "tsconfig.json"), ts.sys.readFile);
  const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, folder);
  expect(fileNames.length).toBeGreaterThan(8);
  const program = ts.createProgram(fileNames, options);
  // The library's own files are checked with everything else.
  const mistakes = fileNames.flatMap((name) => {
    const source = program.getSourceFile(name);
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
      ({ messageText }) => `${name}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`,
    );
  });
  expect(mistakes).toEqual([]);
});
