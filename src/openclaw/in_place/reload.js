// Run by `node -e` beside the assistant: waits for a mark of the operator's beside new values in the pod's volume, has
// the assistant read its secrets again, tries the result with one call, and ends with {mark, result} as its termination
// message, which the kubelet reports and keeps while the container is started again. Nothing of a value is ever shown.
"use strict";
const { spawn } = require("node:child_process");
const { createHash } = require("node:crypto");
const { readdirSync, readFileSync, realpathSync, renameSync, writeFileSync } = require("node:fs");

const setting = (name, otherwise) => process.env[`ROTOR_RELOAD_${name}`] || otherwise;
const VALUES = setting("VALUES", "/opt/rotor/secrets");
const KNOWN = `${setting("TOOLS", "/opt/rotor/tools")}/delivered.json`;
const MARK = setting("MARK", ""); // given where there is no kubelet: the values are there already
const REPORT = setting("REPORT", "/dev/termination-log");
const PAUSE = Number(setting("PAUSE_MS", 500));
// A kubelet brings a volume up to date within about a minute, and after an annotation changed within seconds. Values
// that do not change by then are those that the assistant started with.
const DELIVERY = Number(setting("DELIVERY_MS", MARK ? 0 : 75000));
const FOLLOW = Number(setting("FOLLOW_MS", 600000)); // a value that comes later than its mark
const PATIENCE = Number(setting("PATIENCE_MS", 90000)); // a refused key locks its provider for that long
const RETRY = Number(setting("RETRY_MS", 10000));
const STARTED = `http://127.0.0.1:${process.env.OPENCLAW_GATEWAY_PORT || 18789}/startupz`;

const sleep = (ms) => new Promise((wake) => setTimeout(wake, ms));

function look() {
  try {
    const folder = realpathSync(`${VALUES}/..data`);
    const hash = createHash("sha256");
    for (const name of readdirSync(`${folder}/values`).sort()) {
      const value = readFileSync(`${folder}/values/${name}`);
      hash.update(`${name} ${value.length} `).update(value);
    }
    return { mark: MARK || readFileSync(`${folder}/mark`, "utf8").trim(), values: hash.digest("hex") };
  } catch {
    return undefined; // it was replaced meanwhile
  }
}

// Outlives the end of the container, not that of the pod.
function remember(known) {
  writeFileSync(`${KNOWN}.new`, JSON.stringify(known), { mode: 0o600 });
  renameSync(`${KNOWN}.new`, KNOWN);
  return known;
}

function recall() {
  try {
    return JSON.parse(readFileSync(KNOWN, "utf8"));
  } catch {
    return undefined;
  }
}

const asked = { mark: "", since: 0 };
function isDue(known, now) {
  if (now.mark === "") return false;
  const changed = now.values !== known.values;
  if (now.mark === known.mark) return changed && Date.now() - known.at < FOLLOW;
  if (now.mark !== asked.mark) Object.assign(asked, { mark: now.mark, since: Date.now() });
  return changed || Date.now() - asked.since >= DELIVERY;
}

function run(args, limit) {
  return new Promise((resolve) => {
    let out = "";
    const child = spawn("openclaw", args, { detached: true, stdio: ["ignore", "pipe", "pipe"] });
    const end = (code) => {
      clearTimeout(timer);
      try {
        process.kill(-child.pid, "SIGKILL");
      } catch {
        // Nothing of it is left.
      }
      resolve({ code, out });
    };
    const timer = setTimeout(() => end(-1), limit);
    const keep = (chunk) => {
      if (out.length < 1 << 20) out += chunk;
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.on("error", () => end(-1));
    child.on("close", (code) => end(code));
  });
}

function member(text, name) {
  const found = new RegExp(`"${name}"\\s*:\\s*(true|false|\\d+)`).exec(text);
  return found?.[1];
}

async function untilStarted(end) {
  while (Date.now() < end) {
    try {
      if ((await fetch(STARTED, { signal: AbortSignal.timeout(3000) })).ok) return;
    } catch {
      // Not yet.
    }
    await sleep(PAUSE);
  }
}

async function deliver() {
  await untilStarted(Date.now() + PATIENCE);
  const reload = await run(["secrets", "reload", "--json"], 60000);
  if (reload.code !== 0 || member(reload.out, "ok") !== "true") return "reload-failed";
  if (member(reload.out, "warningCount") !== "0") return "reload-warned";
  const end = Date.now() + PATIENCE;
  for (;;) {
    const call = await run(["infer", "model", "run", "--gateway", "--prompt", "ping", "--json"], 90000);
    if (call.code === 0) return "ok";
    // What the program itself has locked was not shown to the provider.
    const locked = /temporarily disabled|cooldown/i.test(call.out);
    if (!locked && /\b40[13]\b|authentication|unauthorized|invalid.{0,16}key/i.test(call.out)) return "refused";
    if (Date.now() + RETRY >= end) return "no-verdict";
    await sleep(RETRY);
  }
}

(async () => {
  let known = recall();
  for (;;) {
    const now = look();
    if (now && !known) known = remember({ mark: "", values: now.values, at: 0 });
    if (now && isDue(known, now)) {
      const result = await deliver();
      remember({ mark: now.mark, values: now.values, at: Date.now() });
      writeFileSync(REPORT, JSON.stringify({ mark: now.mark, result }));
      console.log(`secret-reload: ${result}`);
      return;
    }
    await sleep(PAUSE);
  }
})();
