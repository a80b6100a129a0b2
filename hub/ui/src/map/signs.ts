/**
 * The vehicles' signs: one layer, one buffer, one call, for 10,000 that move. An arrow drives that way, a dot stands; a sign
 * whose position is old is hollow; the picked one has a ring. A sign gets old in the shader: nothing is sent for that.
 */
import type { CustomLayerInterface, CustomRenderMethodInput, Map as MapLibre } from "maplibre-gl";

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
uniform mat4 u_matrix;
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
  gl_Position = u_matrix * vec4(vec2(a_place - u_origin) * ${1 / WORLD}, 0.0, 1.0);
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

export class Signs implements CustomLayerInterface {
  readonly id = "vehicles";
  readonly type = "custom";
  private map: MapLibre | undefined;
  private program: WebGLProgram | undefined;
  private buffer: WebGLBuffer | null = null;
  private array: WebGLVertexArrayObject | null = null;
  private uniforms: Record<string, WebGLUniformLocation | null> = {};
  private data = new DataView(new ArrayBuffer(STRIDE * 256));
  private readonly base = serverNow();
  private slots: Int32Array = new Int32Array(0);
  private count = 0;
  private promiseMs = 60_000;
  private half = MOST_PX;
  private sent = false;

  constructor(private readonly palette: Palette) {}

  onAdd(map: MapLibre, gl: WebGL2RenderingContext): void {
    [this.map, this.program, this.sent] = [map, program(gl), false];
    this.uniforms = Object.fromEntries(["u_origin", "u_matrix", "u_now", "u_promise", "u_half", "u_edge", "u_fill", "u_paper", "u_stale", "u_ring"]
      .map((name) => [name, gl.getUniformLocation(this.program!, name)]));
    this.buffer = gl.createBuffer();
    this.array = gl.createVertexArray();
    gl.bindVertexArray(this.array);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    [0, 1, 2].forEach((place) => gl.enableVertexAttribArray(place));
    gl.vertexAttribIPointer(0, 2, gl.INT, STRIDE, 0);
    gl.vertexAttribPointer(1, 1, gl.FLOAT, false, STRIDE, 8);
    gl.vertexAttribPointer(2, 2, gl.SHORT, false, STRIDE, 12);
    gl.bindVertexArray(null);
  }

  onRemove(_map: MapLibre, gl: WebGL2RenderingContext): void {
    gl.deleteVertexArray(this.array);
    gl.deleteBuffer(this.buffer);
    if (this.program) gl.deleteProgram(this.program);
  }

  /** What to draw from now on: `slots` of the fleet, the picked one on top. */
  show(fleet: Fleet, slots: Int32Array, picked: number | undefined, promiseMs: number): void {
    const all = picked === undefined ? slots : withLast(slots, picked);
    if (all.length * STRIDE > this.data.byteLength) this.data = new DataView(new ArrayBuffer(all.length * STRIDE * 2));
    const { x, y, at, heading } = fleet.columns;
    const { data, base } = this;
    for (let row = 0; row < all.length; row++) {
      const [slot, byte] = [all[row]!, row * STRIDE];
      data.setInt32(byte, x[slot]!, true);
      data.setInt32(byte + 4, y[slot]!, true);
      data.setFloat32(byte + 8, (at[slot]! - base) / 1_000, true);
      data.setInt16(byte + 12, fleet.isMoving(slot) ? heading[slot]! : -1, true);
      data.setInt16(byte + 14, slot === picked ? 1 : 0, true);
    }
    [this.slots, this.count, this.promiseMs, this.sent] = [all, all.length, promiseMs, false];
    this.half = this.halfOf(x, y);
    this.map?.triggerRepaint();
  }

  /** Half a sign in CSS px, by how many are in view. */
  private halfOf(x: Int32Array, y: Int32Array): number {
    if (!this.map) return MOST_PX;
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
    const { map } = this;
    if (!map || this.count === 0) return undefined;
    const at = map.unproject([x, y]);
    const reach = (this.half + REACH_PX) * pixel(map);
    const [px, py] = [mercatorX(at.lng), mercatorY(at.lat)];
    let [found, nearest]: [number | undefined, number] = [undefined, reach * reach];
    for (let row = 0; row < this.count; row++) {
      const dx = (this.data.getInt32(row * STRIDE, true) - px) | 0;
      if (dx > reach || dx < -reach) continue;
      const dy = this.data.getInt32(row * STRIDE + 4, true) - py;
      const square = dx * dx + dy * dy;
      if (square <= nearest) [found, nearest] = [this.slots[row], square];
    }
    return found;
  }

  render(gl: WebGL2RenderingContext, { defaultProjectionData }: CustomRenderMethodInput): void {
    if (!this.map || !this.program || this.count === 0) return;
    const center = this.map.getCenter();
    const [x, y] = [mercatorX(center.lng), mercatorY(center.lat)];
    const ratio = gl.drawingBufferWidth / this.map.getCanvas().clientWidth;
    const { uniforms: u, palette } = this;
    gl.useProgram(this.program);
    gl.bindVertexArray(this.array);
    if (!this.sent) {
      gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
      gl.bufferData(gl.ARRAY_BUFFER, new Uint8Array(this.data.buffer, 0, this.count * STRIDE), gl.DYNAMIC_DRAW);
      this.sent = true;
    }
    gl.uniform2i(u["u_origin"]!, x, y);
    // The longitude of the middle as it is, also beyond 180 degrees: so the map's own matrix means it.
    gl.uniformMatrix4fv(u["u_matrix"]!, false, moved(defaultProjectionData.mainMatrix, (center.lng + 180) / 360, y / WORLD + 0.5));
    gl.uniform1f(u["u_now"]!, (serverNow() - this.base) / 1_000);
    gl.uniform1f(u["u_promise"]!, this.promiseMs / 1_000);
    gl.uniform1f(u["u_half"]!, this.half * ratio);
    gl.uniform1f(u["u_edge"]!, Math.max(1, 1.5 * ratio));
    for (const [name, hex] of [["u_fill", palette.vehicle], ["u_paper", palette.halo], ["u_stale", palette.stale], ["u_ring", palette.track]] as const) gl.uniform4fv(u[name]!, rgba(hex));
    gl.drawArrays(gl.POINTS, 0, this.count);
    gl.bindVertexArray(null);
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

/** A matrix (column by column) after a move, in full precision. */
function moved(matrix: ArrayLike<number>, x: number, y: number): Float32Array {
  const found = Float64Array.from(matrix);
  for (let row = 0; row < 4; row++) found[12 + row] = matrix[row]! * x + matrix[4 + row]! * y + matrix[12 + row]!;
  return Float32Array.from(found);
}
