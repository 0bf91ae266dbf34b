/** The constants of a notebook that may be changed: read and overridden, without files and kernels. */
export { type Overrides, overrideParameters, readParameters } from "../runner/parameters";
