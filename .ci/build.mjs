// Bundles the controller for the image: node dist/main.mjs, with the options in deploy/Dockerfile
// What is only loaded when needed (HTTP for metric providers, the regular expression engine) stands in files
// beside it,
// because V8 needs memory for every byte of a file that it reads.
// Usage: node .ci/build.mjs [--minify] [--sizes] [FOLDER instead of dist]
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const options = new Set(process.argv.slice(2));
const [folder = `${root}dist`] = [...options].filter((option) => !option.startsWith("--"));
const out = resolve(folder);

/** CommonJS packages ask for built-in modules by `require`, which modules do not have. */
const banner = {
  js: 'import { createRequire as _cr } from "node:module"; const require = _cr(import.meta.url);',
};

/**
 * Nothing in these packages does anything by being imported, so what is not used can go: of the Kubernetes
 * client only the kubeconfig is used, of zod no translations.
 */
const pure = /node_modules\/(@kubernetes\/client-node|openid-client|oauth4webapi|jose|zod|rfc4648)\//;

/**
 * The Kubernetes client brings undici for its own requests, which we never send: 0.7 MB and 8 MB of memory.
 */
const noUndici = {
  name: "no undici",
  setup(bundle) {
    bundle.onResolve({ filter: /^undici$/ }, () => ({
      path: "undici",
      namespace: "nothing",
      sideEffects: false,
    }));
    bundle.onLoad({ filter: /./, namespace: "nothing" }, () => ({
      contents:
        "export class Agent {} export class ProxyAgent {}" +
        " export const fetch = (...request) => globalThis.fetch(...request);",
    }));
  },
};

/**
 * An `import` of a built-in module is carried out when the bundle starts, even in a package that is loaded
 * later or never, and it reads every export: that of node:http then loads all of fetch. As a `require` it
 * waits until it is reached and costs nothing else. Together 10 MB.
 */
const lateBuiltIns = {
  name: "late built-ins",
  setup(bundle) {
    bundle.onResolve({ filter: /^[a-z0-9_/:]+$/ }, ({ path, namespace, kind }) => {
      if (namespace !== "file" || !isBuiltin(path)) return undefined;
      // What is imported when it is needed is late already, and its exports are asked for by name.
      return kind === "dynamic-import" ? { path, external: true } : { path, namespace: "built-in" };
    });
    bundle.onLoad({ filter: /./, namespace: "built-in" }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`,
    }));
    bundle.onResolve({ filter: /./, namespace: "built-in" }, ({ path }) => ({ path, external: true }));
  },
};

/** The errors of zod in fifty languages, which come with every `import { z }`. */
const english = {
  name: "english",
  setup(bundle) {
    bundle.onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, () => ({
      contents: 'export { default as en } from "./en.js";',
      resolveDir: `${root}node_modules/zod/v4/locales`,
    }));
  },
};

/**
 * What prom-client brings for what we do not use of it, exemplars of traces and summaries: 60 KB, parsed at
 * once.
 */
const noTraces = {
  name: "no traces",
  setup(bundle) {
    bundle.onResolve({ filter: /^(@opentelemetry\/api|tdigest)$/ }, ({ path }) => ({
      path,
      namespace: "unused",
    }));
    bundle.onLoad({ filter: /./, namespace: "unused" }, () => ({ contents: "module.exports = {};" }));
  },
};

/**
 * Needed by few: for proxies and credential plugins named in the kubeconfig. Each export becomes a stand-in
 * that loads the real one when it is called.
 */
const few = new Map([
  ["jsonpath-plus", ["JSONPath"]],
  ["socks", ["SocksClient"]],
  ["socks-proxy-agent", ["SocksProxyAgent"]],
  ["hpagent", ["HttpProxyAgent", "HttpsProxyAgent"]],
]);

const standIns = {
  name: "stand-ins",
  setup(bundle) {
    bundle.onResolve({ filter: /^[a-z-]+$/ }, ({ path, importer }) =>
      few.has(path) && importer.includes("client-node") ? { path, namespace: "stand-in" } : undefined,
    );
    bundle.onResolve({ filter: /./, namespace: "stand-in" }, ({ path }) => ({ path, external: true }));
    bundle.onLoad({ filter: /./, namespace: "stand-in" }, ({ path }) => ({
      resolveDir: root,
      contents: few
        .get(path)
        .map((name) => standIn(name, `require("./${path}.cjs").${name}`))
        .join("\n"),
    }));
  },
};

function standIn(name, real) {
  const called = `new.target ? Reflect.construct(${real}, given) : ${real}(...given)`;
  return `exports.${name} = function (...given) { return ${called}; };`;
}

/**
 * Axios asks for fetch, forms and HTTP/2 when it is loaded, which are never used: Node loads all of its fetch
 * for that, and the package for forms a table of every media type. Together 6 MiB.
 */
const plainHttp = {
  name: "plain http",
  setup(bundle) {
    bundle.onLoad({ filter: /axios\/lib\/adapters\/fetch\.js$/ }, () => ({
      contents: "export const getFetch = () => undefined;",
    }));
    bundle.onLoad({ filter: /axios\/lib\/(env|platform\/node)\/classes\/FormData\.js$/ }, () => ({
      contents: "export default class FormData {}",
    }));
    bundle.onResolve({ filter: /^http2$/ }, ({ importer }) =>
      importer.includes("/axios/") ? { path: "http2", namespace: "unused" } : undefined,
    );
    bundle.onLoad({ filter: /axios\/lib\/utils\.js$/ }, async ({ path }) => ({
      contents: (await readFile(path, "utf8")).replaceAll("G.FormData", "undefined"),
    }));
  },
};

/** The regular expression engine is asked for by `require` when a condition needs it. */
const engineApart = {
  name: "engine apart",
  setup(bundle) {
    bundle.onResolve({ filter: /^re2js$/ }, ({ kind }) =>
      kind === "require-call" ? { path: "./re2js.cjs", external: true } : undefined,
    );
  },
};

const lean = {
  name: "lean",
  setup(bundle) {
    bundle.onResolve({ filter: /./ }, async ({ path, pluginData, ...rest }) => {
      if (pluginData === "asked" || rest.kind === "entry-point") return undefined;
      const found = await bundle.resolve(path, { ...rest, pluginData: "asked" });
      if (found.errors.length > 0) return undefined;
      return pure.test(found.path) ? { ...found, sideEffects: false } : found;
    });
  },
};

/**
 * V8 keeps the text in two bytes a character as soon as one character needs it. The bundler leaves such
 * characters only in regular expressions, where they can be escaped: 1.3 MB.
 */
async function asAscii(path) {
  const text = await readFile(path, "utf8");
  const escaped = text.replace(
    /[^\0-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  if (escaped !== text) await writeFile(path, escaped);
}

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  target: "node24",
  // V8 keeps the text.
  minifyWhitespace: true,
  minifySyntax: true,
  minifyIdentifiers: options.has("--minify"),
  legalComments: "none",
  logLevel: "warning",
};
await rm(out, { recursive: true, force: true });
for (const name of ["re2js", ...few.keys()])
  await build({ ...common, entryPoints: [name], outfile: `${out}/${name}.cjs`, format: "cjs" });
const { metafile } = await build({
  ...common,
  entryPoints: ["src/main.ts"],
  outdir: out,
  outExtension: { ".js": ".mjs" },
  format: "esm",
  splitting: true,
  metafile: true,
  banner,
  plugins: [noUndici, noTraces, plainHttp, engineApart, lateBuiltIns, standIns, english, lean],
});
for (const name of await readdir(out)) await asAscii(`${out}/${name}`);

if (options.has("--sizes")) {
  const sizes = new Map();
  const [, main] = Object.entries(metafile.outputs).find(([path]) => path.endsWith("main.mjs"));
  for (const [path, { bytesInOutput }] of Object.entries(main.inputs)) {
    const [, name = path.split("/").slice(0, 2).join("/")] =
      /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path) ?? [];
    sizes.set(name, (sizes.get(name) ?? 0) + bytesInOutput);
  }
  for (const [name, bytes] of [...sizes].sort(([, a], [, b]) => b - a))
    console.log(String(bytes).padStart(9), name);
}
