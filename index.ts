import project from "./project.ts";
import { deployProject } from "./src/program/index.ts";

export default await deployProject(project);
