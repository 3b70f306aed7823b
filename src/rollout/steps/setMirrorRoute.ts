import { done, goesOnWithout, step, waiting } from "./step.ts";

/** Copies requests to the canary: done when the routers have the route. */
export const setMirrorRoute = step("setMirrorRoute", {
  text: ({ name }) => `setMirrorRoute: ${name}`,
  check: (at) => (at.traffic.holds || goesOnWithout(at) ? done : waiting("the router to have the route")),
});
