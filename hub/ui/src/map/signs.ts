/**
 * The vehicles' signs: one picture of its own above the map, one buffer, one call, for 10,000 that move. The map below is not
 * drawn again for them: a machine without a graphics card takes longer for coast and roads than for all vehicles. An arrow drives that
 * way, a dot stands; a sign whose position is old is hollow; the picked one has a ring. A sign gets old in the shader.
 */
import type { Map as MapLibre } from "maplibre-gl";

import { serverNow } from "../clock";
import type { Fleet } from "./fleet";
import { mercatorX, mercatorY, WORLD } from "./mercator";
import type { Palette } from "./palette";

/** x, y (i32), seconds since `base` (f32), heading in 0.1 degree or -1 for a dot (i16), picked (i16). */
const STRIDE = 16;
/** Half a sign's height in CSS px, at least and at most: where there are many, a sign takes no more room than it has. */
const LEAST_PX = 3.5;
const MOST_PX = 11;
const SHARE = 0.55;
/** From a sign's middle to the outside of its ring, in its own halves. */
const RING = 1.75;
const REACH_PX = 6;

const VERTEX = `#version 300 es
in ivec2 a_place;
in float a_at;
in vec2 a_how;
uniform ivec2 u_origin;
uniform vec2 u_scale;
uniform float u_now, u_promise, u_half;
flat out float v_half, v_old, v_picked, v_dot;
flat out vec2 v_turn;
void main() {
  v_half = u_half;
  v_picked = a_how.y;
  v_old = step(u_promise, u_now - a_at);
  v_dot = step(a_how.x, -0.5);
  float angle = radians(a_how.x * 0.1);
  v_turn = vec2(cos(angle), sin(angle));
  gl_Position = vec4(vec2(a_place - u_origin) * u_scale, 0.0, 1.0);
  gl_PointSize = 2.0 * u_half * mix(1.0, ${RING.toFixed(2)}, v_picked) + 2.0;
}`;

/** Distances are in device pixels, below zero inside. */
const FRAGMENT = `#version 300 es
precision highp float;
flat in float v_half, v_old, v_picked, v_dot;
flat in vec2 v_turn;
uniform vec4 u_fill, u_paper, u_stale, u_ring;
uniform float u_edge;
out vec4 color;
vec4 over(vec4 top, vec4 under) { return top + under * (1.0 - top.a); }
void main() {
  vec2 p = (gl_PointCoord * 2.0 - 1.0) * (v_half * mix(1.0, ${RING.toFixed(2)}, v_picked) + 1.0);
  vec2 q = vec2(abs(p.x * v_turn.x + p.y * v_turn.y), p.y * v_turn.x - p.x * v_turn.y) / v_half;
  float away = v_half * (v_dot > 0.5 ? length(q) - 0.68 : max(dot(q, vec2(0.912, -0.410)) - 0.41, dot(q, vec2(-0.53, 0.848)) - 0.3816));
  float sign = clamp(0.5 - away, 0.0, 1.0);
  float inside = clamp(0.5 - away - u_edge * mix(1.0, 1.35, v_old), 0.0, 1.0);
  vec4 found = mix(mix(u_paper, u_stale, v_old), mix(u_fill, u_paper, v_old), inside) * sign;
  if (v_picked > 0.5) found = over(found, u_ring * clamp(0.5 + u_edge * 0.9 - abs(length(p) - v_half * ${(RING - 0.15).toFixed(2)}), 0.0, 1.0));
  color = found;
}`;

function rgba(hex: string): [number, number, number, number] {
  const value = Number.parseInt(hex.slice(1), 16);
  return [(value >> 16) / 255, ((value >> 8) & 255) / 255, (value & 255) / 255, 1];
}

function program(gl: WebGL2RenderingContext): WebGLProgram {
  const made = gl.createProgram();
  for (const [type, source] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]] as const) {
    const shader = gl.createShader(type)!;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(made, shader);
  }
  ["a_place", "a_at", "a_how"].forEach((name, index) => gl.bindAttribLocation(made, index, name));
  gl.linkProgram(made);
  if (!gl.getProgramParameter(made, gl.LINK_STATUS) && !gl.isContextLost()) throw new Error(`The signs of vehicles cannot be drawn: ${gl.getProgramInfoLog(made)}`);
  return made;
}

/** What is drawn with, made anew when the browser took it away. */
class Brush {
  readonly uniforms: Record<string, WebGLUniformLocation | null>;

  constructor(readonly gl: WebGL2RenderingContext) {
    const made = program(gl);
    this.uniforms = Object.fromEntries(["u_origin", "u_scale", "u_now", "u_promise", "u_half", "u_edge", "u_fill", "u_paper", "u_stale", "u_ring"]
      .map((name) => [name, gl.getUniformLocation(made, name)]));
    gl.useProgram(made);
    gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
    [0, 1, 2].forEach((place) => gl.enableVertexAttribArray(place));
    gl.vertexAttribIPointer(0, 2, gl.INT, STRIDE, 0);
    gl.vertexAttribPointer(1, 1, gl.FLOAT, false, STRIDE, 8);
    gl.vertexAttribPointer(2, 2, gl.SHORT, false, STRIDE, 12);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  }
}

/** Rows of the buffer, each value in the column of its kind. */
function rows(room: number) {
  const buffer = new ArrayBuffer(STRIDE * room);
  return { room, bytes: new Uint8Array(buffer), ints: new Int32Array(buffer), floats: new Float32Array(buffer), shorts: new Int16Array(buffer) };
}

export class Signs {
  private readonly canvas = document.createElement("canvas");
  private brush: Brush;
  private data = rows(256);
  private readonly base = serverNow();
  private slots: Int32Array = new Int32Array(0);
  private promiseMs = 60_000;
  private half = MOST_PX;
  private sent = false;
  private moved = false;

  /** Puts them above a map that is neither turned nor tilted. Raises an Error where the browser cannot draw them. */
  constructor(private readonly map: MapLibre, private readonly palette: Palette) {
    this.canvas.className = "rr-map-signs";
    this.canvas.setAttribute("aria-hidden", "true");
    const gl = this.canvas.getContext("webgl2", { antialias: false, depth: false });
    if (!gl) throw new Error("The signs of vehicles cannot be drawn: no WebGL 2.");
    this.brush = new Brush(gl);
    this.canvas.addEventListener("webglcontextlost", (event) => event.preventDefault()); // it may come back
    this.canvas.addEventListener("webglcontextrestored", () => {
      this.brush = new Brush(gl);
      this.sent = false;
      this.paint();
    });
    map.getCanvasContainer().append(this.canvas);
    map.on("move", () => {
      this.moved = true;
    });
    map.on("render", () => {
      if (this.moved) this.paint();
    });
    map.on("resize", () => this.paint());
  }

  remove(): void {
    this.canvas.remove();
    this.brush.gl.getExtension("WEBGL_lose_context")?.loseContext(); // a browser has a handful of them
  }

  /** Draws `slots` of the fleet from now on, the picked one on top. */
  show(fleet: Fleet, slots: Int32Array, picked: number | undefined, promiseMs: number): void {
    const all = picked === undefined ? slots : withLast(slots, picked);
    if (all.length > this.data.room) this.data = rows(all.length * 2);
    const { x, y, at, heading } = fleet.columns;
    const { data: { ints, floats, shorts }, base } = this;
    for (let row = 0; row < all.length; row++) {
      const [slot, word] = [all[row]!, row * (STRIDE / 4)];
      ints[word] = x[slot]!;
      ints[word + 1] = y[slot]!;
      floats[word + 2] = (at[slot]! - base) / 1_000;
      shorts[2 * word + 6] = fleet.isMoving(slot) ? heading[slot]! : -1;
      shorts[2 * word + 7] = Number(slot === picked);
    }
    [this.slots, this.promiseMs, this.sent] = [all, promiseMs, false];
    this.half = this.halfOf(x, y);
    this.paint();
  }

  /** Half a sign in CSS px, by how many are in view. */
  private halfOf(x: Int32Array, y: Int32Array): number {
    const { clientWidth, clientHeight } = this.map.getCanvas();
    const center = this.map.getCenter();
    const [cx, cy, px] = [mercatorX(center.lng), mercatorY(center.lat), pixel(this.map)];
    let seen = 0;
    for (const slot of this.slots) if (Math.abs((x[slot]! - cx) | 0) < (clientWidth / 2) * px && Math.abs(y[slot]! - cy) < (clientHeight / 2) * px) seen += 1;
    const room = SHARE * Math.sqrt((clientWidth * clientHeight) / Math.max(1, seen));
    return Math.max(LEAST_PX, Math.min(MOST_PX, Math.round(room * 2) / 2));
  }

  /** The slot whose sign is under a point of the map's canvas, the nearest of several. */
  pick(x: number, y: number): number | undefined {
    const at = this.map.unproject([x, y]);
    const reach = (this.half + REACH_PX) * pixel(this.map);
    const [px, py] = [mercatorX(at.lng), mercatorY(at.lat)];
    const { ints } = this.data;
    let [found, nearest]: [number | undefined, number] = [undefined, reach * reach];
    for (let row = 0; row < this.slots.length; row++) {
      const dx = (ints[row * (STRIDE / 4)]! - px) | 0;
      if (dx > reach || dx < -reach) continue;
      const dy = ints[row * (STRIDE / 4) + 1]! - py;
      const square = dx * dx + dy * dy;
      if (square <= nearest) [found, nearest] = [this.slots[row], square];
    }
    return found;
  }

  private paint(): void {
    const { map, canvas, palette, brush: { gl, uniforms: u } } = this;
    this.moved = false;
    const { clientWidth, clientHeight } = map.getCanvas();
    const ratio = map.getPixelRatio();
    const [width, height] = [Math.round(clientWidth * ratio), Math.round(clientHeight * ratio)];
    if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
    gl.viewport(0, 0, width, height);
    gl.clear(gl.COLOR_BUFFER_BIT);
    if (this.slots.length === 0) return;
    if (!this.sent) {
      gl.bufferData(gl.ARRAY_BUFFER, this.data.bytes.subarray(0, this.slots.length * STRIDE), gl.DYNAMIC_DRAW);
      this.sent = true;
    }
    const center = map.getCenter();
    gl.uniform2i(u["u_origin"]!, mercatorX(center.lng), mercatorY(center.lat));
    gl.uniform2f(u["u_scale"]!, 2 / (clientWidth * pixel(map)), -2 / (clientHeight * pixel(map)));
    gl.uniform1f(u["u_now"]!, (serverNow() - this.base) / 1_000);
    gl.uniform1f(u["u_promise"]!, this.promiseMs / 1_000);
    gl.uniform1f(u["u_half"]!, this.half * ratio);
    gl.uniform1f(u["u_edge"]!, Math.max(1, 1.5 * ratio));
    for (const [name, hex] of [["u_fill", palette.vehicle], ["u_paper", palette.halo], ["u_stale", palette.stale], ["u_ring", palette.track]] as const) gl.uniform4fv(u[name]!, rgba(hex));
    gl.drawArrays(gl.POINTS, 0, this.slots.length);
  }
}

/** A CSS px of the map in units of the world's square. */
function pixel(map: MapLibre): number {
  return WORLD / (512 * 2 ** map.getZoom());
}

function withLast(slots: Int32Array, last: number): Int32Array {
  const all = new Int32Array(slots.length + 1);
  let length = 0;
  for (const slot of slots) if (slot !== last) all[length++] = slot;
  all[length++] = last;
  return all.subarray(0, length);
}
