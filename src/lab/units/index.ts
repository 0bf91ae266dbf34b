export { withWorkers } from "./workers";
