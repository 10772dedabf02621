import { deployProject } from "lockstep/program";
import project from "./project.ts";

export default await deployProject(project);
