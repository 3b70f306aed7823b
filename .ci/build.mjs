// Bundles the controller into one file for the image: node --max-semi-space-size=2 dist/main.mjs
// Usage: node .ci/build.mjs [--minify] [--sizes]
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const options = new Set(process.argv.slice(2));

/** CommonJS packages ask for built-in modules by `require`, which modules do not have. */
const banner = { js: 'import { createRequire as _cr } from "node:module"; const require = _cr(import.meta.url);' };

/**
 * Nothing in these packages does anything by being imported, so what is not used can go: of the Kubernetes client only
 * the kubeconfig is used, of zod no translations.
 */
const pure = /node_modules\/(@kubernetes\/client-node|openid-client|oauth4webapi|jose|zod|rfc4648)\//;

/** The Kubernetes client brings undici for its own requests, which we never send: 0.7 MB and 8 MB of memory. */
const noUndici = {
  name: "no undici",
  setup(bundle) {
    bundle.onResolve({ filter: /^undici$/ }, () => ({ path: "undici", namespace: "nothing", sideEffects: false }));
    bundle.onLoad({ filter: /./, namespace: "nothing" }, () => ({
      contents: "export class Agent {} export class ProxyAgent {} export const fetch = globalThis.fetch;",
    }));
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

const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: ["src/main.ts"],
  outfile: "dist/main.mjs",
  bundle: true,
  platform: "node",
  target: "node24",
  format: "esm",
  minify: options.has("--minify"),
  keepNames: true,
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
  banner,
  plugins: [noUndici, lean],
});

if (options.has("--sizes")) {
  const sizes = new Map();
  for (const [path, { bytesInOutput }] of Object.entries(metafile.outputs["dist/main.mjs"].inputs)) {
    const [, name = path.split("/").slice(0, 2).join("/")] = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path) ?? [];
    sizes.set(name, (sizes.get(name) ?? 0) + bytesInOutput);
  }
  for (const [name, bytes] of [...sizes].sort(([, a], [, b]) => b - a)) console.log(String(bytes).padStart(9), name);
}
