import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeWorkDirectory, removeDirectory } from "../notebooks/runner/support/notebooks";
import { Client } from "./support/client";

/** Cells of one notebook, and the result of the last. */
const cases: Readonly<Record<string, readonly [cells: readonly string[], result: string]>> = {
  "a shorthand property finds the name of an earlier cell": [
    ["const seed = 3;", "({ seed })"],
    "{ seed: 3 }",
  ],
  "a property may have the name of an earlier cell when it is taken out under another": [
    [
      "const task = { task: 1 };",
      "const { task: taken } = task; let other = 0; ({ task: other } = { task: 5 }); [taken, other]",
    ],
    "[ 1, 5 ]",
  ],
  "an assignment takes an object apart into names of earlier cells": [
    ["let left = 1, right = 2;", "({ left, other: right } = { left: 8, other: 9 }); [left, right]"],
    "[ 8, 9 ]",
  ],
  "a function sees assignments of later cells": [
    ["let step = 1;\nconst next = () => step + 1;", "step = 10;", "next()"],
    "11",
  ],
  "a later cell sees assignments that a function makes": [
    ["let calls = 0;\nfunction call() { calls += 1; }", "call(); call();", "calls"],
    "2",
  ],
  "variables taken out of a pattern are shared too": [
    [
      "let [first, { second }] = [1, { second: 2 }];\nconst both = () => [first, second];",
      "first = 5; second++;",
      "both()",
    ],
    "[ 5, 3 ]",
  ],
  "a constant may take the name of a variable": [
    ["let changed = 1;", "const changed = 'new';", "changed"],
    "new",
  ],
  "a cell with const, class and enum runs again": [
    [
      "const again = 1; class Again { x = 1 } enum Choice { A }",
      "const again = 2; class Again { x = 2 } enum Choice { A, B }",
      "[again, new Again().x, Choice.B]",
    ],
    "[ 2, 2, 1 ]",
  ],
  "for await stands at the top": [
    [
      "let seen = 0;",
      "for await (const each of [Promise.resolve(1), 2]) { if (each === 2) break; seen += each; }",
      "seen",
    ],
    "1",
  ],
  "for await closes what it iterates when it is left": [
    [
      "let closed = false; async function* numbers() { try { while (true) yield 1; } finally { closed = true; } }",
      "for await (const each of numbers()) break;",
      "closed",
    ],
    "true",
  ],
  "an await gives the value, and its error can be caught": [
    [
      "let caught = ''; try { await Promise.reject(new Error('e')); } catch (error) { caught = (error as Error).message; }",
      "caught + await 'x'",
    ],
    "ex",
  ],
  "export is understood": [["export const shown = 4;", "shown"], "4"],
  "a helper beside the notebook, with its extension": [
    ['import { twice } from "./helper.ts";', "twice(4)"],
    "8",
  ],
  "a helper without its extension": [['import { twice as again } from "./helper";', "again(5)"], "10"],
  "a helper below": [['import { half } from "./deep/half";', "half(5)"], "2.5"],
  "a helper above": [['import { thrice } from "../above.ts";', "thrice(4)"], "12"],
  "helpers that import each other in a circle": [['import { even } from "./circle/even"; even(5)'], "false"],
  "a helper of a circle sees what another exports so far": [
    ['import { seen } from "./circle/early"; seen'],
    "[ 'before', undefined ]",
  ],
  "a helper that imports itself": [['import { own } from "./circle/self"; own()'], "7"],
  "a helper of a circle that fails when it is read runs again when it is asked for again": [
    [
      "!const no = ((globalThis as any).mayRun = false); await import('./circle/fails');",
      "(globalThis as any).mayRun = true; const { told } = await import('./circle/fails'); told()",
    ],
    "both",
  ],
  "a variable of an inner block is seen in later cells, and shared": [
    [
      "if (true) { var inside = 1; for (var turn = 0; turn < 3; turn++); }\nconst look = () => inside;",
      "inside = 4;",
      "[look(), turn]",
    ],
    "[ 4, 3 ]",
  ],
  "a function that is a value has no name but its own": [["(x: number) => x"], "[Function (anonymous)]"],
  "so it is beside an import": [
    ["import { sep as separator } from 'path'; (function () { return separator; })"],
    "[Function (anonymous)]",
  ],
  "a named function keeps its name": [["function named() {}\nnamed"], "[Function: named]"],
  "a class that is a value has no name but its own": [["(class {})"], "[class (anonymous)]"],
  "a cell of nothing but an import, and one of a dynamic import": [
    [
      "import { basename } from 'path';",
      "const path = await import('path'); basename('a/b') + path.extname('c.d')",
    ],
    "b.d",
  ],
  "a cell that fails leaves the names it had given a value": [
    [
      "let once = 1; const kept = 'old'; class Kept { a = 1 }\nconst seenBefore = () => once;",
      "!const fresh = 5; let once = 'two'; function early() { return 3; }\nif (fresh) throw new Error('half');\nconst kept = 5; class Kept { b = 2 }",
      "[once.length, fresh, early(), kept.length, new Kept().a, seenBefore()]",
    ],
    "[ 3, 5, 3, 3, 1, 1 ]",
  ],
  "so does one that imports, and one that awaits": [
    [
      "const sum: string = 'old', later = 'old';",
      "!import { sep as separator } from 'path'; const sum = 6; interface Shape { a: number }\nJSON.parse('{');\nconst later = 2;",
      "!await null; const awaited: Shape = { a: sum }; await Promise.reject(new Error('late')); const never2 = 1;",
      "[sum + 1, separator.length, later.length, awaited.a]",
    ],
    "[ 7, 1, 3, 6 ]",
  ],
  "a type that is called require or exports leaves the function what it is": [
    [
      "interface require { a: number }\nconst typed: require = { a: require('path').sep.length };",
      "const typed2: require = { a: 2 }; interface exports {}\nconst load = require;",
      "[typed, typed2, load('path').sep, { require }.require('path').sep, typeof require]",
    ],
    "[ { a: 1 }, { a: 2 }, '/', '/', 'function' ]",
  ],
  "exports, module and require are names like others": [
    [
      "const taken = { exports: { bar: 1 }, module: 2, require: 3 };",
      "taken.exports.bar",
      "const { exports, module, require: required } = taken; const again2 = { exports, required };\n[exports.bar, module, taken.exports === exports]",
      "let require = 5; const next3 = () => require + 1; require = 6; const made = { require };",
      "const own = ((exports: any) => exports.a + taken.module)({ a: 1 });",
      "[exports.bar, again2.exports.bar, module, require, next3(), made, own]",
    ],
    "[ 1, 1, 2, 6, 7, { require: 6 }, 3 ]",
  ],
  "so they are beside imports and awaits, and as functions, classes and imports": [
    [
      "import { sep as slash } from 'path'; const exports = await Promise.resolve({ slash }); export function require(x: string) { return x + exports.slash; }",
      "{ const exports = 1; await null; var inBlock = exports + slash; }\nclass Holds { exports = require('a'); }",
      "import * as exports from 'path';",
      "[exports.sep, require('b'), inBlock, new Holds().exports]",
    ],
    "[ '/', 'b/', '1/', 'a/' ]",
  ],
  "names that begin with underscores": [
    [
      "const __x = 1, ___y = 2, __dirname = 'here', __proto__ = 3; type __T = number;",
      "const sum4: __T = __x + ___y + __proto__; [sum4, __dirname]",
    ],
    "[ 6, 'here' ]",
  ],
  "a list of exports, and one of types": [
    [
      "const listed = 1, other5 = 2; type Listed = number; export { listed, other5 as renamed }; export type { Listed };",
      "const typed: Listed = listed + other5; typed",
    ],
    "3",
  ],
  "the first line of a program, and a request not to be checked": [
    ["#!/usr/bin/env node\n// @ts-nocheck\nconst unchecked: number = 'x';\nunchecked"],
    "x",
  ],
  "a module by require, and a part of an earlier namespace": [
    [
      "import fs = require('fs'); namespace Outer.Inner { export const deep = 3; }",
      "1",
      "import deep = Outer.Inner.deep; const seen6 = deep;",
      "[typeof fs.statSync, seen6, deep]",
    ],
    "[ 'function', 3, 3 ]",
  ],
  "await in the head of a class and in names of members": [
    [
      "class Headed extends (await Promise.resolve(Array))<number> { [await Promise.resolve('m')]() { return 1; } }\nvoid { [await Promise.resolve('k')]() {} }; ([new Headed(3).length, (new Headed() as any).m()])",
    ],
    "[ 3, 1 ]",
  ],
  "await in a decorator": [
    [
      "const mark10 = (of: any) => { of.marked = 1; };",
      "@(await Promise.resolve(mark10)) class Marked { static marked: number }\nMarked.marked",
    ],
    "1",
  ],
  "a function of an earlier cell that is called by its name has no this": [
    [
      "function called(this: any) { return this === undefined || this === globalThis; } const tagged: any = called;",
      "[called(), tagged`x`, tagged?.(), ({ called }).called()]",
    ],
    "[ true, true, true, false ]",
  ],
  "a name of a cell hides what another adds to the globals": [
    [
      "declare global { var shadowed: number } globalThis.shadowed = 2;",
      "shadowed",
      "const shadowed = 'own';",
      "[shadowed, globalThis.shadowed]",
    ],
    "[ 'own', 2 ]",
  ],
  "a namespace of types goes with a value": [
    [
      "namespace OnlyTypes { export interface I { x: number } }",
      "const OnlyTypes = 3; const of11: OnlyTypes.I = { x: OnlyTypes };",
      "of11.x",
    ],
    "3",
  ],
  "namespaces, and what merges with them, hold in all later cells": [
    [
      "namespace Space { export const a = 1; export interface I { x: number } }\nfunction counted() { return counted.k; } namespace counted { export const k = 4; }\nclass Part { i: Part.I = { z: 1 } } namespace Part { export interface I { z: number } }",
      "0",
      "const one8: Space.I = { x: Space.a }; const two8: Part.I = new Part().i; [one8, counted() + counted.k, two8]",
    ],
    "[ { x: 1 }, 8, { z: 1 } ]",
  ],
  "what a function has beside its code": [
    ["function beside() { return 1; } beside.more = 5;", "0", "beside.more + beside()"],
    "6",
  ],
  "values keep types that a later cell declares again": [
    [
      "interface Pt { x: number } type Id = number; class Base9 { a = 1; #own = 2; } enum Kind { A, B }\nclass Derived extends Base9 { pt: Pt = { x: 1 }; } const pt: Pt = { x: 1 }; const useId = (id: Id): Id => id + 1; let kind: Kind = Kind.B; const make9 = (): Base9 => new Base9();",
      "interface Pt { y: string } type Id = string; class Base9 { b = 'new' } enum Kind { C = 'c' }",
      "const old9 = pt; const news: [Pt, Id, Base9, Kind] = [{ y: 'y' }, 's', new Base9(), Kind.C];",
      "class Pt { z = 1 }",
      "const base9: number = make9().a + new Derived().a + new Derived().pt.x; [pt.x, old9.x, useId(2), kind, base9, news[0].y, news[2].b, new Pt().z].join()",
    ],
    "1,1,3,1,3,y,new,1",
  ],
  "so do types of a value that is declared again, and of modules": [
    [
      "import { Stats as Found, statSync } from 'fs'; import * as files from 'fs'; const found: Found = statSync('.'); const sizeOf = (of: files.Stats) => of.size; const conf = { a: 1 }; type Conf = typeof conf; function twice10(x: number) { return 2 * x; } const again10: typeof twice10 = twice10;",
      "const Found = 1, files = 2, conf = 'text', twice10 = 'text';",
      "const typed10: Conf = { a: 2 }; [found.isDirectory(), typeof sizeOf(found), typed10.a, again10(4), conf.length + twice10.length + Found + files]",
    ],
    "[ true, 'number', 2, 8, 11 ]",
  ],
  "a class whose name a value takes is a type still, and one whose type is declared again a value": [
    [
      "class Both<T> { constructor(public v: T) {} } class Second { s = 1 }",
      "const Both = 5; interface Second { other: string }",
      "let held: Both<string> | undefined; const second: Second = { other: 'o' }; [held, Both, second.other, new Second().s]",
    ],
    "[ undefined, 5, 'o', 1 ]",
  ],
  "types that have no name outside of a function": [
    [
      "function local() { interface Hidden { a: number } class Own { b = 1; private p = 2; } const hidden: Hidden = { a: 1 }; return { hidden, own: new Own() }; }",
      "const got12 = local();",
      "interface Hidden { other: 1 }",
      "[got12.hidden.a, got12.own.b]",
    ],
    "[ 1, 1 ]",
  ],
  "a failing cell that declares a type's name again and does not come to it": [
    [
      "class Reached { a = 1; private p = 1 } const first13 = new Reached();",
      "!const second13 = first13; JSON.parse('{'); class Reached { b = 1 }",
      "const same: Reached = second13; [same.a, new Reached().a, first13.a]",
    ],
    "[ 1, 1, 1 ]",
  ],
  "a failing cell that declares two names again and comes to one of them": [
    [
      "interface In14 { i: number } class Pt14 { a = 1 } class Qt14 { p = new Pt14(); in: In14 = { i: 1 } } const q14 = new Qt14();",
      "!interface In14 { other: string } class Pt14 { b = 2 }\nJSON.parse('{'); class Qt14 { c = 1 }",
      "const sum14: number = new Pt14().b + new Qt14().p.a + q14.p.a + new Qt14().in.i; sum14",
    ],
    "5",
  ],
  "values keep types of the platform that a later cell declares": [
    [
      "const map15 = new Map([['a', 1]]); let made15: Record<'k', Date> | undefined; const took15 = (of: Error, typed: typeof URL) => of.message; class Own15 extends EventTarget {}",
      "class Map { other = 1 } type Record = string; interface Date { d: 1 } class Error { e = 2 } const URL = 1; class EventTarget {}",
      "const again15 = map15; const date15: Date = { d: 1 };",
      "made15 = { k: new globalThis.Date(0) }; [map15.get('a'), again15.size, made15?.k.getTime(), took15(new globalThis.Error('m'), globalThis.URL), new Map().other, new Error().e, typeof new Own15().addEventListener].join()",
    ],
    "1,1,0,m,1,2,function",
  ],
  "a cell that runs again declares the same": [
    [
      "class Model16 { private w = 1; get() { return this.w; } } interface Op16 { m: Model16 } function use16(m: Model16) { return m.get(); }",
      "const model16 = new Model16(); const op16: Op16 = { m: model16 };",
      "class Model16 { private w = 1; get() { return this.w; } } interface Op16 { m: Model16 } function use16(m: Model16) { return m.get(); }",
      "use16(model16) + use16(op16.m)",
    ],
    "2",
  ],
  "so it is where it fails before it comes to that": [
    [
      "class Model17 { private w = 1; get() { return this.w; } }",
      "const model17 = new Model17();",
      "!JSON.parse('{'); class Model17 { private w = 1; get() { return this.w; } }",
      "const both17: Model17[] = [model17, new Model17()]; both17.length",
    ],
    "2",
  ],
  "what mentions a type that is declared anew is another, in the same words or not": [
    [
      "type B18 = number",
      "type A18 = B18",
      "const a18: A18 = 1",
      "type B18 = string",
      "type A18 = B18",
      "!const s18: string = a18;",
      "const n18: number = a18; n18",
    ],
    "1",
  ],
  "so it is over several steps, where the first comes back to what it was, too": [
    [
      "type C19 = number",
      "type B19 = C19",
      "type A19 = B19",
      "const a19: A19 = 1",
      "type C19 = string",
      "type A19 = B19",
      "type B19 = C19",
      "const b19: A19 = a19;",
      "type A19 = B19",
      "!const s19: A19 = a19;",
      "type C19 = number",
      "type B19 = C19",
      "const c19: A19 = 'c'",
      "type A19 = B19",
      "!const t19: A19 = c19;",
      "const n19: number = a19; const u19: string = c19; n19 + u19",
    ],
    "1c",
  ],
  "so it is for an interface that extends it": [
    [
      "interface B20 { b: number }",
      "interface A20 extends B20 { a: 1 }",
      "const a20: A20 = { a: 1, b: 2 }",
      "interface B20 { b: string }",
      "interface A20 extends B20 { a: 1 }",
      "!const s20: string = a20.b;",
      "const n20: number = a20.b; n20",
    ],
    "2",
  ],
  "so it is for a class with a field of it, private or not": [
    [
      "type B21 = number; const start21 = () => 1 as B21;",
      "class A21 { b = start21(); private own = start21(); of(other: A21) { return other.own; } }",
      "const a21 = new A21()",
      "type B21 = string; const start21 = () => 's' as B21;",
      "class A21 { b = start21(); private own = start21(); of(other: A21) { return other.own; } }",
      "!const s21: string = a21.b;",
      "!const t21: string = new A21().of(a21);",
      "const n21: number = a21.b; const m21: number = a21.of(a21); n21 + m21",
    ],
    "2",
  ],
  "so it is for generics": [
    [
      "interface B22<T> { t: T }",
      "class A22<T> { constructor(readonly b: B22<T>) {} }",
      "const a22 = new A22<number>({ t: 1 })",
      "interface B22<T> { t: T[] }",
      "class A22<T> { constructor(readonly b: B22<T>) {} }",
      "!const s22: number[] = a22.b.t;",
      "const n22: number = a22.b.t; n22",
    ],
    "1",
  ],
  "so it is for enums": [
    [
      "const first23 = 1",
      "enum E23 { A = first23, B }",
      "class A23 { e = E23.B as const }",
      "const a23 = new A23()",
      "const first23 = 5",
      "enum E23 { A = first23, B }",
      "class A23 { e = E23.B as const }",
      "!const s23: 6 = a23.e;",
      "!const t23: E23.B = a23.e;",
      "const n23: 2 = a23.e; n23",
    ],
    "2",
  ],
  "so it is for what functions return": [
    [
      "function make24() { return 1; }",
      "type A24 = ReturnType<typeof make24>; class P24 { a = make24(); }",
      "const a24: A24 = make24(); const p24 = new P24();",
      "function make24() { return 's'; }",
      "type A24 = ReturnType<typeof make24>; class P24 { a = make24(); }",
      "!const s24: string = a24;",
      "!const t24: string = p24.a;",
      "const n24: number = a24; const m24: number = p24.a; n24 + m24",
    ],
    "2",
  ],
  "so it is for a name of the platform that is a cell's now": [
    [
      "class A25 { m = new WeakMap<object, number>(); }",
      "const a25 = new A25()",
      "class WeakMap<K, V> { of25(k: K): V | undefined { return undefined; } }",
      "class A25 { m = new WeakMap<object, number>(); }",
      "!const of25 = () => a25.m.of25({});",
      "a25.m.has({})",
    ],
    "false",
  ],
  "what a failing cell did not come to is nothing that a later one could declare again": [
    [
      "class P26 { a = 1 }",
      "const p26 = new P26()",
      "!JSON.parse('{'); class P26 { b = 's' }",
      "class P26 { b = 's' }",
      "!const q26: string = p26.b;",
      "const q26: number = p26.a; q26",
    ],
    "1",
  ],
  "nor in the cell itself, when it runs again": [
    [
      "class P27 { a = 1 } var fails27 = true;",
      "const p27 = new P27()",
      "!if (fails27) JSON.parse('{'); class P27 { b = 's' } interface I27 { p: P27 }",
      "const i27: I27 = { p: p27 }; fails27 = false;",
      "if (fails27) JSON.parse('{'); class P27 { b = 's' } interface I27 { p: P27 }",
      "!const q27: string = p27.b;",
      "!const r27: string = i27.p.b;",
      "const q27: number = p27.a; q27",
    ],
    "1",
  ],
  "what stands beside a declaration counts, too": [
    [
      "let u28: string | number = 1; const v28 = u28;",
      "const w28: () => typeof v28 = () => v28;",
      "u28 = 's'; const v28 = u28;",
      "!const s28: string = w28();",
      "function g28() {}",
      "const h28: typeof g28 = g28;",
      "function g28() {} g28.x = 1;",
      "!const x28: number = h28.x;",
      "typeof h28",
    ],
    "function",
  ],
  "what a cell adds to the globals counts, too": [
    [
      "declare global { interface Added29 { a: number } }",
      "class A29 { a = ({ a: 1 } as object as Added29).a }",
      "const a29 = new A29()",
      "declare global { interface Added29 { a: string } }",
      "class A29 { a = ({ a: 1 } as object as Added29).a }",
      "!const s29: string = a29.a;",
      "const n29: number = a29.a; n29",
    ],
    "1",
  ],
  "a cell declares the same again while what it mentions is the same": [
    [
      "type B30 = number; const start30 = 1;",
      "class A30 { private b: B30 = start30; of(other: A30) { return other.b; } } enum E30 { A } class Sub30 extends A30 { e = E30.A }",
      "const a30 = new A30(); let e30 = E30.A; const sub30 = new Sub30();",
      "type B30 = number; const start30 = 1;",
      "class A30 { private b: B30 = start30; of(other: A30) { return other.b; } } enum E30 { A } class Sub30 extends A30 { e = E30.A }",
      "e30 = E30.A; new A30().of(a30) + new Sub30().of(sub30)",
    ],
    "2",
  ],
  "so it does with what packages export": [
    [
      "import { EventEmitter } from 'node:events'; class M32 extends EventEmitter { private w = 1; of(other: M32) { return other.w; } }",
      "const m32 = new M32();",
      "import { EventEmitter } from 'node:events'; class M32 extends EventEmitter { private w = 1; of(other: M32) { return other.w; } }",
      "new M32().of(m32)",
    ],
    "1",
  ],
  "so it does when it fails in between, before it comes to that": [
    [
      "var fails31 = false;",
      "if (fails31) JSON.parse('{'); class M31 { private w = 1; get() { return this.w; } } interface I31 { m: M31 }",
      "const m31 = new M31(); const i31: I31 = { m: m31 }; fails31 = true;",
      "!if (fails31) JSON.parse('{'); class M31 { private w = 1; get() { return this.w; } } interface I31 { m: M31 }",
      "const some31: M31[] = [m31, i31.m]; fails31 = false;",
      "if (fails31) JSON.parse('{'); class M31 { private w = 1; get() { return this.w; } } interface I31 { m: M31 }",
      "const all31: M31[] = [...some31, i31.m, new M31()]; all31.map((each) => each.get())",
    ],
    "[ 1, 1, 1, 1 ]",
  ],
  "mixins are declared again": [
    [
      "const Mix = <B extends new (...a: any[]) => object>(b: B) => class extends b { mixed = 1; }; class Mixed extends Mix(class { a = 1 }) {} const mixed = new Mixed();",
      "class Mixed extends Mix(class { b = 2 }) {}",
      "[mixed.a, mixed.mixed, new Mixed().b]",
    ],
    "[ 1, 1, 2 ]",
  ],
  "what a cell adds to the globals holds in later cells": [
    [
      "declare global { var counter14: number; interface Array<T> { second(): T } namespace NodeJS { interface Process { extra14: number } } }\nArray.prototype.second = function () { return this[1]; }; globalThis.counter14 = 4; process.extra14 = 1;",
      "counter14 += 1; Array.prototype.second.name",
      "declare global { interface String { loud(): string } } String.prototype.loud = function () { return this.toUpperCase(); };",
      "declare global { interface String { loud(): number } } String.prototype.loud = function () { return this.length; };",
      "const loud: number = 'abc'.loud(); [counter14, globalThis.counter14, [1, 2].second(), loud, process.extra14]",
    ],
    "[ 5, 5, 2, 3, 1 ]",
  ],
  "what a cell adds to a module, and says to be there": [
    [
      "declare module 'fs' { interface Stats { extra15?: number } } declare const lazy15: number; declare function call15(): number;",
      "import { statSync as stat15 } from 'fs'; Object.assign(globalThis, { lazy15: 5, call15: () => 6 }); const extra15 = stat15('.').extra15;",
      "[extra15, lazy15, call15()]",
    ],
    "[ undefined, 5, 6 ]",
  ],
  "names of generics, labels and types do not matter": [
    [
      "type Seed<T> = { seed: T }; const box: Seed<number> = { seed: 2 };",
      "outer: for (const a of [1, 2]) for (const b of [1]) continue outer;",
      "box",
    ],
    "{ seed: 2 }",
  ],
};

/** Helpers that import each other. */
const circles: Readonly<Record<string, string>> = {
  even: "import { odd } from './odd';\nexport const even = (n: number): boolean => n === 0 || odd(n - 1);\n",
  odd: "import { even } from './even';\nexport const odd = (n: number): boolean => n !== 0 && even(n - 1);\n",
  early:
    "export const before = 'before';\nimport { look } from './looks';\nexport const seen = look;\nexport const after = 1;\n",
  looks: "import { after, before } from './early';\nexport const look: unknown[] = [before, after];\n",
  self: "import * as me from './self';\nexport const seven = 7;\nexport const own = () => me.seven;\n",
  fails:
    "import { other } from './partner';\nif (!(globalThis as any).mayRun) throw new Error('not yet');\nexport const told = () => other();\nexport const both = 'both';\n",
  partner: "import * as first from './fails';\nexport const other = (): string => first.both ?? 'half';\n",
};

describe("cells", () => {
  const above = makeWorkDirectory();
  const directory = join(above, "notebook with ünïcode and spaces");
  let client: Client;
  beforeAll(async () => {
    mkdirSync(join(directory, "deep"), { recursive: true });
    writeFileSync(join(directory, "helper.ts"), "export const twice = (x: number): number => 2 * x;\n");
    writeFileSync(
      join(directory, "deep", "half.ts"),
      "export const half = (x: number): number => x / 2;\nexport const fail = (): never => {\n  throw new Error('helper');\n};\n",
    );
    mkdirSync(join(directory, "circle"));
    for (const [name, text] of Object.entries(circles))
      writeFileSync(join(directory, "circle", `${name}.ts`), text);
    writeFileSync(
      join(above, "above.ts"),
      "interface Unused {}\n\nexport const thrice = (x: number): number => {\n  if (x < 0) throw new Error('negative');\n  return 3 * x;\n};\n",
    );
    client = await Client.start({ cwd: directory });
  });
  afterAll(() => {
    client.stop();
    removeDirectory(above);
  });

  it.each(Object.entries(cases))("%s", async (_, [cells, result]) => {
    const done = [];
    // Those behind a mark are to fail.
    for (const cell of cells) done.push(await client.execute(cell.replace(/^!(?=\w)/, "")));
    expect(done.map(({ error }) => error?.traceback.join("\n"))).toEqual(
      cells.map((cell) => (/^!\w/.test(cell) ? expect.any(String) : undefined)),
    );
    expect(done.at(-1)?.result).toBe(result);
  });

  it("a name that a failing cell did not come to is not defined", async () => {
    await client.execute("const comesFirst = 1; throw new Error('half'); const comesLater = 2;");
    expect((await client.execute("comesLater")).error?.evalue).toBe("Cannot find name 'comesLater'.");
  });

  it("a helper runs again when one that it imports has changed", async () => {
    writeFileSync(join(directory, "inner.ts"), "export const inner: number = 1;\n");
    writeFileSync(
      join(directory, "middle.ts"),
      "import { inner } from './inner';\nexport const middle = () => inner;\n",
    );
    writeFileSync(
      join(directory, "outer.ts"),
      "export { middle as outer } from './middle.ts';\n".replace(".ts'", "'"),
    );
    const use = "import { outer } from './outer'; outer()";
    expect((await client.execute(use)).result).toBe("1");
    writeFileSync(join(directory, "inner.ts"), "export const inner: number = 2;\n");
    // The compiler learns of changes from the system, which takes its time.
    let last = await client.execute(use);
    for (let tries = 0; last.result === "1" && tries < 40; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      last = await client.execute(use);
    }
    expect(last.result).toBe("2");
  });

  it("what a cell declares with a helper is another when it runs again: the helper may have changed", async () => {
    writeFileSync(join(directory, "kind.ts"), "export const kind = () => 1;\n");
    const declare = "import { kind } from './kind'; class Kind { kind = kind(); }";
    await client.execute(declare);
    await client.execute("const ofKind = new Kind();");
    writeFileSync(join(directory, "kind.ts"), "export const kind = () => 's';\n");
    const hasChanged = async () => {
      await client.execute(declare);
      return (await client.execute("new Kind().kind")).result === "s";
    };
    // The compiler learns of changes from the system, which takes its time.
    for (let tries = 0; !(await hasChanged()) && tries < 40; tries += 1)
      await new Promise((resolve) => setTimeout(resolve, 100));
    const wrong = await client.execute("const kindText: string = ofKind.kind;");
    expect(wrong.error?.evalue).toBe("Type 'number' is not assignable to type 'string'.");
    const right = await client.execute(
      "const kindNumber: number = ofKind.kind; kindNumber + new Kind().kind",
    );
    expect(right.error?.traceback.join("\n")).toBeUndefined();
    expect(right.result).toBe("1s");
  });

  it("helpers that differ in types alone have lines of their own", async () => {
    const code = "export const fail = (): never => {\n  throw new Error('twin');\n};\n";
    writeFileSync(join(directory, "twinA.ts"), `interface Unused {}\n\n${code}`);
    writeFileSync(join(directory, "twinB.ts"), code);
    await client.execute(
      "import { fail as failA } from './twinA'; import { fail as failB } from './twinB'; failA.name + failB.name",
    );
    const thrown = [await client.execute("failA();"), await client.execute("failB();")];
    const places = thrown.map(
      ({ error }) => /twin[AB]\.ts:\d+:\d+/.exec(error?.traceback.join("\n") ?? "")?.[0],
    );
    expect(places).toEqual(["twinA.ts:4:9", "twinB.ts:2:9"]);
  });

  it("helpers of one name and one output in two folders have lines of their own", async () => {
    const code = "export const fail = (): never => {\n  throw new Error('twin');\n};\n";
    for (const [folder, above] of [
      ["left", "interface Unused {}\n\n"],
      ["right", ""],
    ]) {
      mkdirSync(join(directory, folder!));
      writeFileSync(join(directory, folder!, "same.ts"), `${above}${code}`);
    }
    await client.execute(
      "import { fail as failL } from './left/same'; import { fail as failR } from './right/same'; failL.name + failR.name",
    );
    const thrown = [await client.execute("failL();"), await client.execute("failR();")];
    const places = thrown.map(
      ({ error }) => /\w+\/same\.ts:\d+:\d+/.exec(error?.traceback.join("\n") ?? "")?.[0],
    );
    expect(places).toEqual(["left/same.ts:4:9", "right/same.ts:2:9"]);
  });

  it("types of a helper above are checked, and its errors name its lines", async () => {
    const wrong = await client.execute('import { thrice as typed } from "../above"; typed("x");');
    expect(wrong.error?.traceback[0]).toContain("Argument of type 'string' is not assignable");
    const thrown = await client.execute('import { thrice as failing } from "../above"; failing(-1);');
    expect(thrown.error?.traceback.join("\n")).toContain(
      "at failing (../above.ts:4:20)".replace("failing", "thrice"),
    );
    const deep = await client.execute('import { fail } from "./deep/half"; fail();');
    expect(deep.error?.traceback.join("\n")).toContain("(deep/half.ts:3:9)");
  });
});

describe("a package that is installed beside a running kernel", () => {
  const directory = makeWorkDirectory();
  let client: Client;
  beforeAll(async () => {
    client = await Client.start({ cwd: directory });
  });
  afterAll(() => {
    client.stop();
    removeDirectory(directory);
  });

  it("is found by the next cells, and stops none", async () => {
    const use = "import { answer } from 'late'; answer";
    expect((await client.execute(use)).error?.traceback[0]).toContain("Cannot find module 'late'");
    const folder = join(directory, "node_modules", "late");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "index.js"), "exports.answer = 42;\n");
    writeFileSync(join(folder, "index.d.ts"), "export declare const answer: number;\n");
    // The compiler learns of new folders from the system, which takes its time.
    let last = await client.execute(use);
    for (let tries = 0; last.error && tries < 40; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      last = await client.execute(use);
    }
    expect(last.error?.traceback.join("\n")).toBeUndefined();
    expect(last.result).toBe("42");
  });
});

describe("a tsconfig.json beside the notebook", () => {
  const directory = makeWorkDirectory();
  let client: Client;
  beforeAll(async () => {
    writeFileSync(
      join(directory, "tsconfig.json"),
      '{ "compilerOptions": { "strict": true, "module": "none" } }',
    );
    client = await Client.start({ cwd: directory });
  });
  afterAll(() => {
    client.stop();
    removeDirectory(directory);
  });

  it("says how strictly cells are checked, and no more", async () => {
    const strict = await client.execute("const f = (x) => x;");
    expect(strict.error?.traceback[0]).toContain("implicitly has an 'any' type. (TS7006)");
    expect((await client.execute("import { sep } from 'path'; typeof sep")).result).toBe("string");
  });
});
