#!/usr/bin/env node
// Gives the assistant its keys out of the pod's volume. The program starts it as its own user, asks for ids in JSON on
// standard input and reads the values from standard output.
import { readFileSync } from "node:fs";

// A value that was loaded while the assistant ran stays the one to use, whatever has come into the volume since.
function read(id) {
  try {
    return readFileSync(new URL(`values/${id}`, import.meta.url), "utf8");
  } catch {
    return readFileSync(`${process.env.SECRET_DIR}/values/${id}`, "utf8");
  }
}

const values = {};
const errors = {};
for (const id of JSON.parse(readFileSync(0, "utf8")).ids) {
  try {
    if (!/^\w+$/.test(id)) throw new Error("no name of a file");
    const value = read(id).trim();
    if (value === "") throw new Error("empty");
    values[id] = value;
  } catch {
    errors[id] = { code: "NOT_FOUND" };
  }
}
process.stdout.write(JSON.stringify({ protocolVersion: 1, values, errors }));
