import type { KubeObject } from "../api/object.ts";
import { Problem } from "../api/problem.ts";
import { command } from "./command.ts";
import type { Remark } from "./lintFinding.ts";
import { lintObject } from "./lintObject.ts";
import { contentOf, objectsIn, scenarioKind } from "./manifests.ts";

/** A remark and where it belongs. */
interface Finding extends Remark {
  readonly file: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string | undefined;
}

/** Says what the controller would refuse in manifests, and what is hardly meant. */
export const lint = command({
  usage: "-f FILE... [-o text|json]",
  about: "check Rollouts, analyses and Experiments without a cluster, in the words of the controller",
  options: {
    filename: { type: "string", short: "f", multiple: true, value: "FILE", about: "manifests; - is stdin" },
    output: { type: "string", short: "o", value: "text|json", default: "text", about: "how it is printed" },
  },
  async run({ values, positionals }, { out }) {
    const { output } = values;
    if (output !== "text" && output !== "json") throw new Problem(`-o ${output}: text or json`);
    const files = [...values.filename, ...positionals];
    if (files.length === 0) throw new Problem("name files with -f");
    const found = await findings(files);
    if (output === "json") out(JSON.stringify(found, null, 2));
    else for (const finding of found) out(lineOf(finding));
    return found.some(({ severity }) => severity === "error") ? 1 : 0;
  },
});

async function findings(files: readonly string[]): Promise<readonly Finding[]> {
  const documents: { readonly file: string; readonly object: KubeObject }[] = [];
  for (const file of files) {
    const objects = objectsIn(await contentOf(file), file).filter(({ kind }) => kind !== scenarioKind);
    documents.push(...objects.map((object) => ({ file, object })));
  }
  const all = documents.map(({ object }) => object);
  const found: Finding[] = [];
  for (const { file, object } of documents) {
    const { kind, metadata } = object;
    const { name, namespace } = metadata;
    const where = { file, kind, name, ...(namespace !== undefined && { namespace }) };
    for (const remark of await lintObject(object, all)) found.push({ ...where, ...remark });
  }
  return found;
}

function lineOf({ file, kind, name, severity, message }: Finding): string {
  return `${file}: ${kind}/${name}: ${severity === "warning" ? "warning: " : ""}${message}`;
}
