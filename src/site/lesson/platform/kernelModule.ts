/** Where displays of figures and tables go in a lesson of the page. */
import { jupyter } from "./jupyter";

export const kernelModule = () => jupyter;
