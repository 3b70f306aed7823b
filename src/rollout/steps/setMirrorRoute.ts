import { done, step, waiting } from "./step.ts";

/** Copies requests to the canary: done when the routers have the route. */
export const setMirrorRoute = step("setMirrorRoute", {
  text: ({ name }) => `setMirrorRoute: ${name}`,
  check: ({ traffic }) => (traffic.holds ? done : waiting("the router to have the route")),
});
