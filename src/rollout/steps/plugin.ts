import { step, waiting } from "./step.ts";

/** A step of a Go plugin. None can be loaded here: validation refuses it and says what to use instead. */
export const plugin = step("plugin", {
  text: ({ name }) => `plugin: ${name}`,
  check: (_at, { name }) => waiting(`the plugin ${name}, which cannot be loaded`),
});
