import { done, goesOnWithout, step, waiting } from "./step.ts";

/** Sends requests with certain headers to the canary: done when the routers have the route. */
export const setHeaderRoute = step("setHeaderRoute", {
  text: ({ name = "" }) => `setHeaderRoute: ${name}`,
  check: (at) => (at.traffic.holds || goesOnWithout(at) ? done : waiting("the router to have the route")),
});
