export { examine } from "./doctor";
export { install, uninstall } from "./install";
export { UNHANDLED } from "./unhandled";
