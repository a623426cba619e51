// Run by `node -e` beside the assistant: waits until the pod's volume holds the values that a mark of the operator's
// names, sets them aside for the assistant, has it read its secrets again, tries the result with one call, and ends with
// {mark, result} as its termination message, which the kubelet reports and keeps while the container is started again.
// A value that no mark names is never loaded. Nothing of a value is ever shown.
"use strict";
const { spawn } = require("node:child_process");
const { createHmac } = require("node:crypto");
const { mkdirSync, readFileSync, realpathSync, renameSync, writeFileSync } = require("node:fs");

const setting = (name, otherwise) => process.env[`ROTOR_RELOAD_${name}`] || otherwise;
const VALUES = setting("VALUES", "/opt/rotor/secrets");
const TOOLS = setting("TOOLS", "/opt/rotor/tools");
const LOADED = `${TOOLS}/values`; // where resolver.mjs looks first
const DELIVERED = `${TOOLS}/delivered`; // the last mark that was answered
const MARK = setting("MARK", ""); // given where there is no kubelet: the values are there already
const KEY = setting("KEY", ""); // by which the operator names values
const REPORT = setting("REPORT", "/dev/termination-log");
const PAUSE = Number(setting("PAUSE_MS", 500));
const PATIENCE = Number(setting("PATIENCE_MS", 90000)); // a refused key locks its provider for that long
const RETRY = Number(setting("RETRY_MS", 10000));
const STARTED = `http://127.0.0.1:${process.env.OPENCLAW_GATEWAY_PORT || 18789}/startupz`;

const sleep = (ms) => new Promise((wake) => setTimeout(wake, ms));

// As named_values() of the operator's writes it.
function nameOf(variable, value) {
  const hmac = createHmac("sha256", KEY);
  for (const part of ["rotor/in-place/1", variable, value]) hmac.update(`${Buffer.byteLength(part)}:`).update(part);
  return hmac.digest("hex").slice(0, 32);
}

// The mark in the volume with the values that it names; without values while the kubelet has others there, or none.
function look() {
  const folder = realpathSync(`${VALUES}/..data`);
  const mark = readFileSync(`${folder}/mark`, "utf8").trim();
  const values = {};
  for (const entry of (mark.split(" ")[2] || "").split(",")) {
    const [variable, name] = entry.split("=");
    if (KEY === "" || !/^\w+$/.test(variable) || !name) return { mark };
    const value = readFileSync(`${folder}/values/${variable}`);
    if (nameOf(variable, value) !== name) return { mark };
    values[variable] = value;
  }
  return { mark, values };
}

function next() {
  if (MARK) return { mark: MARK, values: {} };
  try {
    const { mark, values } = look();
    if (mark !== delivered() && values) return { mark, values };
  } catch {
    // It was replaced meanwhile.
  }
  return undefined;
}

// The folder outlives the end of the container, not that of the pod.
function keep(file, content) {
  writeFileSync(`${file}.new`, content, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

function delivered() {
  try {
    return readFileSync(DELIVERED, "utf8");
  } catch {
    return "";
  }
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
  for (;;) {
    const due = next();
    if (due) {
      mkdirSync(LOADED, { recursive: true, mode: 0o700 });
      for (const [variable, value] of Object.entries(due.values)) keep(`${LOADED}/${variable}`, value);
      const result = await deliver();
      keep(DELIVERED, due.mark);
      writeFileSync(REPORT, JSON.stringify({ mark: due.mark, result }));
      console.log(`secret-reload: ${result}`);
      return;
    }
    await sleep(PAUSE);
  }
})();
