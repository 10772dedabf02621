import type { Diagnostic } from "../../diagnostic/user-error.ts";
import type { MigrationFile } from "./reading.ts";

/** What is wrong with a folder's squashed file whatever the database. */
export function squashProblems(folder: string, files: readonly MigrationFile[]): readonly Diagnostic[] {
  const there = new Set(files.map(({ name }) => name));
  return files.flatMap((file, i) => {
    if (file.squashes.length === 0) return [];
    const both = file.squashes.filter(({ name }) => there.has(name)).map(({ name }) => name);
    if (both.length > 0)
      return [
        {
          what: `${file.name} stands for files that are there too`,
          where: file.path,
          got: both.join(", "),
          expected: "the squashed file alone",
          fix: `a squash that was interrupted: take it back (git restore ${folder} && git clean -f ${folder}), then squash again; files that a merge brought back: git rm ${both.map((name) => `${folder}/${name}`).join(" ")}, after what was changed in them is in a new file`,
        },
      ];
    if (i === 0) return [];
    return [
      {
        what: `${file.name} is a squashed file, and not the first`,
        where: file.path,
        got: `${files[0]?.name ?? ""} before it`,
        expected: "a squashed file in the place of all files up to its number",
        fix: "give the files before it numbers that come after it",
      },
    ];
  });
}
