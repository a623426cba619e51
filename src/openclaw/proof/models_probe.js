// Do the model providers take the keys in this environment? Run by `node -e` in the pod of a proof Job.
// Exit code 0: every provider answered. 1: one refused its key. 2: nobody can say.
//
// The program's own live test does the asking. Its exit code says nothing of the providers, so its JSON decides; it
// refuses beside a running gateway, so it gets a state folder of its own; a provider that is cooling down or slow says
// nothing of the key, so it is asked again. Of what the program prints nothing but words of the lists below is shown.
"use strict";
const { spawn } = require("node:child_process");
const { mkdtempSync, readFileSync, rmSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { join } = require("node:path");

const REFUSED = ["auth", "billing"];
const OPEN = ["rate_limit", "timeout", "format", "unknown", "no_model"];
const PATIENCE = Number(process.env.ROTOR_PROOF_PATIENCE_MS || 90000);
const PAUSE = Number(process.env.ROTOR_PROOF_PAUSE_MS || 10000);
const started = Date.now();
const left = () => PATIENCE - (Date.now() - started);

const home = process.env.OPENCLAW_STATE_DIR || join(process.env.HOME || "/", ".openclaw");
const env = {
  ...process.env,
  OPENCLAW_CONFIG_PATH: process.env.OPENCLAW_CONFIG_PATH || join(home, "openclaw.json"),
};

function end(code, words) {
  console.log(`openclaw-models: ${words}`);
  try {
    if (env.OPENCLAW_STATE_DIR !== process.env.OPENCLAW_STATE_DIR) rmSync(env.OPENCLAW_STATE_DIR, { recursive: true, force: true });
  } catch {
    // The pod goes, and the folder with it.
  }
  process.exit(code);
}

// The providers that the configuration names; without any, the program chooses. It would also ask those that it merely
// finds a key for, and wait long for one that cannot be reached.
function providers() {
  let config;
  try {
    config = JSON.parse(readFileSync(env.OPENCLAW_CONFIG_PATH, "utf8"));
  } catch {
    return [undefined];
  }
  const model = config?.agents?.defaults?.model;
  const models = [typeof model === "string" ? model : model?.primary, ...(model?.fallbacks ?? [])];
  const named = models.filter((id) => typeof id === "string" && id.includes("/")).map((id) => id.split("/")[0]);
  const all = [...new Set([...named, ...Object.keys(config?.models?.providers ?? {})])];
  return all.length > 0 ? all : [undefined];
}

function results(text) {
  try {
    const found = JSON.parse(text.slice(text.indexOf("{")))?.auth?.probes?.results;
    return Array.isArray(found) ? found : [];
  } catch {
    return [];
  }
}

// The answer may be there long before the program has cleaned up, and what it started may outlive it.
function ask(provider) {
  return new Promise((resolve) => {
    let text = "";
    const only = provider === undefined ? [] : ["--probe-provider", provider];
    const child = spawn("openclaw", ["models", "status", "--probe", ...only, "--json"], {
      env,
      detached: true,
      stdio: ["ignore", "pipe", "ignore"],
    });
    const done = () => {
      clearTimeout(timer);
      try {
        process.kill(-child.pid, "SIGKILL");
      } catch {
        // Nothing of it is left.
      }
      resolve(results(text));
    };
    const timer = setTimeout(done, Math.max(1, left()));
    child.stdout.on("data", (chunk) => {
      if (text.length < 4 << 20) text += chunk;
      if (results(text).length > 0) done();
    });
    child.on("error", done);
    child.on("close", done);
  });
}

// A key that the program itself has locked was not shown to the provider.
const locked = (result) => /temporarily disabled|cooldown/i.test(String(result?.error ?? ""));

function judge(found) {
  const status = (result) => (locked(result) ? "cooldown" : String(result?.status));
  const all = found.map(status);
  const refused = all.find((word) => REFUSED.includes(word));
  if (refused) return { code: 1, words: `a provider refused its key (${refused})` };
  if (all.length > 0 && all.every((word) => word === "ok")) return { code: 0, words: "every provider answered" };
  const open = all.find((word) => word === "cooldown" || OPEN.includes(word));
  return { code: 2, words: `no verdict (${open ?? "other"})` };
}

async function askAll() {
  const answers = [];
  for (const provider of providers()) {
    const found = await ask(provider);
    answers.push(...(found.length > 0 ? found : [{ status: "unknown" }]));
  }
  return answers;
}

// What node itself fails with is exit code 1, too: nothing may throw outside of this.
(async () => {
  env.OPENCLAW_STATE_DIR = mkdtempSync(join(tmpdir(), "rotor-proof-"));
  for (;;) {
    const verdict = judge(await askAll());
    if (verdict.code !== 2 || left() <= PAUSE) end(verdict.code, verdict.words);
    await new Promise((wake) => setTimeout(wake, PAUSE));
  }
})().catch(() => end(2, "the test itself failed"));
