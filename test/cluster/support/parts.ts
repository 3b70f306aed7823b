import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { Missing } from "./missing.ts";

/**
 * The programs that cluster tests find on PATH, each under the names that packages give it, and how to get
 * it.
 */
const programs = {
  kubectl: { names: ["kubectl"], get: "install kubectl, any version of the last three" },
  prometheus: { names: ["prometheus"], get: "apt-get install prometheus" },
  "victoria-metrics": {
    names: ["victoria-metrics", "victoria-metrics-prod"],
    get: "apt-get install victoria-metrics",
  },
};

/** A program that cluster tests find on PATH. */
export type Program = keyof typeof programs;

/** The path of a program. Throws `Missing`. */
export function program(wanted: Program): string {
  const { names, get } = programs[wanted];
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    for (const name of names) if (isExecutable(join(folder, name))) return join(folder, name);
  }
  throw new Missing(wanted, `not on PATH (${get})`);
}

/** For the `skip` option of a test that needs the program: false where it is there, else what is missing. */
export function skipWithout(wanted: Program): string | false {
  const found = missingPrograms().find(({ part }) => part === wanted);
  return found === undefined ? false : found.message;
}

/** Every program that is not on this machine. */
export function missingPrograms(): Missing[] {
  return (Object.keys(programs) as Program[]).flatMap((name) => {
    try {
      program(name);
      return [];
    } catch (error) {
      if (error instanceof Missing) return [error];
      throw error;
    }
  });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
