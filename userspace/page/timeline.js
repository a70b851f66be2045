// SPDX-License-Identifier: GPL-2.0
//
// Calls over time. The data is what userspace/commands/timeline_pack.c makes. Rows are
// calls and events in order of their ends; all times are nanoseconds since the first.
"use strict";

const $ = id => document.getElementById(id);

// ---- Unpacking -----------------------------------------------------------------------

function fromBase64(text) {
	if (Uint8Array.fromBase64)
		return Uint8Array.fromBase64(text);
	const packed = atob(text), bytes = new Uint8Array(packed.length);
	for (let i = 0; i < bytes.length; i++)
		bytes[i] = packed.charCodeAt(i);
	return bytes;
}

async function unpack() {
	const bytes = fromBase64($("data").textContent.trim());
	$("data").remove();
	const inflate = new DecompressionStream("deflate"), writer = inflate.writable.getWriter();
	writer.write(bytes);
	writer.close();
	const all = new Uint8Array(await new Response(inflate.readable).arrayBuffer());
	const headBytes = all[0] | all[1] << 8 | all[2] << 16 | all[3] << 24;
	const head = JSON.parse(new TextDecoder().decode(all.subarray(4, 4 + headBytes)));
	const columns = {};
	let at = 4 + headBytes;
	for (const [name, length] of head.columns) {
		columns[name] = all.subarray(at, at + length);
		at += length;
	}
	return { head, columns };
}

// Numbers of a column into an array; of those that are signed the lowest bit is the sign.
// They go by way of one array: a loop over arrays of all kinds is not a fast one.
let scratch = new Float64Array(0);
function numbers(bytes, array, signed) {
	const n = array.length;
	if (bytes.length === n && !signed) {		// each has a byte
		array.set(bytes);
		return array;
	}
	if (scratch.length < n)
		scratch = new Float64Array(n);
	decode(bytes, scratch, n);
	if (signed)
		undoSign(scratch, n);
	array.set(scratch.subarray(0, n));
	return array;
}

function undoSign(numbers, n) {
	for (let i = 0; i < n; i++) {
		const number = numbers[i];
		if (number < 0x80000000)
			numbers[i] = number >>> 1 ^ -(number & 1);
		else
			numbers[i] = number % 2 ? -(number + 1) / 2 : number / 2;
	}
}

function addUp(numbers) {
	for (let i = 1; i < numbers.length; i++)
		numbers[i] += numbers[i - 1];
}

function difference(a, b) {
	const c = new Float64Array(a.length);
	for (let i = 0; i < c.length; i++)
		c[i] = a[i] - b[i];
	return c;
}

function decode(bytes, to, n) {
	let at = 0;
	for (let i = 0; i < n; i++) {
		let byte = bytes[at++], value = byte & 127;
		for (let scale = 128; byte & 128; scale *= 128) {
			byte = bytes[at++];
			value += (byte & 127) * scale;
		}
		to[i] = value;
	}
}

const WAITED = 1, GIVES = 2, OPEN = 4, FAILED = 8;	// of a row's flags
const LANES = 6;					// of an object

// ---- What there is -----------------------------------------------------------------------

class Story {
	constructor({ head, columns }) {
		const n = head.rows;
		const read = (name, Kind, signed) => numbers(columns[name], new Kind(n), signed);
		this.head = head;
		this.n = n;
		this.first = head.first;
		this.end = read("end", Float64Array, true);
		addUp(this.end);
		this.took = read("took", Float64Array);
		this.type = read("type", Uint8Array);
		this.call = read("call", Uint8Array);
		this.thread = read("thread", Uint32Array);
		this.object = read("object", Uint32Array);
		this.ret = read("ret", Float64Array, true);
		this.flags = read("flags", Uint8Array);
		this.cpu = read("cpu", Uint16Array);
		this.who = read("who", Uint32Array);
		this.what = read("what", Uint32Array);
		this.tail = read("tail", Uint32Array);
		this.start = difference(this.end, this.took);
		this.readFrom(columns.from);
		this.readTexts(columns);
		this.types = head.types;
		this.isCall = new Uint8Array(256);
		for (const name of ["call", "missed", "enter", "died"])
			this.isCall[this.types.indexOf(name)] = 1;
		this.family = new Uint8Array(256).fill(3);
		head.calls.forEach((call, i) => this.family[i] = call[1]);
		this.begin = this.start.reduce((least, time) => time < least ? time : least, 0);
		this.finish = n ? this.end[n - 1] : 1;
		this.gaps = head.gaps.map(([from, to, why, count]) =>
			({ from: Math.max(from - this.first, this.begin), to: to - this.first, why, count }));
		this.finish = this.gaps.reduce((last, gap) => Math.max(last, gap.to), this.finish);
		this.objects = head.objects.map(o => ({
			family: o[0], id: o[1], key: o[2], ns: o[3],
			from: o[4] ? o[4] - this.first : this.begin,
			to: o[5] ? o[5] - this.first : null, left: o[6],
			maker: o[7], makerPid: o[8], remover: o[9], removerPid: o[10], size: o[11],
		}));
		this.processes = head.processes.map(p =>
			({ pid: p[0], comm: p[1], uid: p[2], ppid: p[3], exe: p[4] }));
		this.threads = head.threads.map(t => ({ process: t[0] - 1, tid: t[1] }));
		this.blocked = head.blocked.map(b => ({
			thread: b[0] - 1, since: b[1] - this.first, holder: b[2] - 1, object: b[3] - 1,
			sem: b[4], stuck: b[5],
		}));
		this.findKinds();
		this.group();
		this.readLevels(columns);
	}

	findKinds() {
		const { object, call, family } = this, kind = this.kind = new Uint8Array(this.n);
		const kinds = new Uint8Array(this.objects.length + 1);
		this.objects.forEach((one, o) => kinds[o + 1] = one.family);
		for (let i = 0; i < kind.length; i++)
			kind[i] = object[i] ? kinds[object[i]] : family[call[i]];
	}

	// Of a message that was received: the row that sent it, and the other way round
	readFrom(bytes) {
		const from = numbers(bytes, new Uint32Array(this.n));
		const sentBy = this.sentBy = new Int32Array(this.n).fill(-1);
		const takenBy = this.takenBy = new Int32Array(this.n).fill(-1);
		for (let i = 0; i < from.length; i++) {
			if (!from[i])
				continue;
			const sent = from[i] & 1 ? i + (from[i] >> 1) : i - (from[i] >> 1);
			sentBy[i] = sent;
			takenBy[sent] = i;
		}
	}

	readTexts(columns) {
		let nr = 0;
		for (const byte of columns.textBytes)
			nr += byte < 128;
		const lengths = numbers(columns.textBytes, new Uint32Array(nr));
		this.textAt = new Uint32Array(nr + 1);
		for (let i = 0; i < nr; i++)
			this.textAt[i + 1] = this.textAt[i] + lengths[i];
		this.texts = columns.texts;
		this.decoder = new TextDecoder();
	}

	text(place) {
		return place ? this.decoder.decode(this.texts.subarray(this.textAt[place - 1], this.textAt[place])) : "";
	}

	// Rows by thread, and by object in lanes in which no two overlap
	group() {
		const calls = this.type.map(type => this.isCall[type]), events = calls.map(is => 1 - is);
		const threads = this.threads.length, objects = this.objects.length;
		this.byThread = sorted(this.thread, calls, threads);
		this.byObject = sorted(this.object, calls, objects);
		this.eventsByThread = sorted(this.thread, events, threads);
		this.eventsByObject = sorted(this.object, events, objects);
		const { order, at } = this.byObject;
		this.endOrder = order.slice();		// of each object by end; "order" is by start in lanes
		this.lanes = [];
		for (let o = 0; o < objects; o++)
			this.lanes.push(this.makeLanes(order, at[o], at[o + 1]));
		this.threadLanes = this.threads.map((_, t) => new Lane(this, this.byThread.order, this.byThread.at[t], this.byThread.at[t + 1]));
		this.processThreads = this.processes.map(() => []);
		this.threads.forEach((thread, t) => this.processThreads[thread.process]?.push(t));
		// The main thread first
		this.processThreads.forEach((list, p) =>
			list.sort((a, b) => (this.threads[b].tid === this.processes[p].pid) - (this.threads[a].tid === this.processes[p].pid)));
	}

	makeLanes(order, from, to) {
		this.sortByStart(order, from, to);
		const { start, end } = this, ends = new Float64Array(LANES), nr = new Uint32Array(LANES + 1);
		const laneOf = new Uint8Array(to - from), was = order.slice(from, to);
		let lanes = 1;
		for (let i = from; i < to; i++) {
			const row = order[i], begins = start[row];
			let lane = 0;
			while (lane < LANES - 1 && ends[lane] > begins && nr[lane + 1])
				lane++;
			ends[lane] = nr[lane + 1] ? Math.max(ends[lane], end[row]) : end[row];
			nr[lane + 1]++;
			laneOf[i - from] = lane;
			if (lane >= lanes)
				lanes = lane + 1;
		}
		for (let lane = 0; lane < LANES; lane++)
			nr[lane + 1] += nr[lane];
		const fill = nr.slice();
		for (let i = 0; i < was.length; i++)
			order[from + fill[laneOf[i]]++] = was[i];
		return Array.from({ length: to > from ? lanes : 0 }, (_, lane) =>
			new Lane(this, order, from + nr[lane], from + nr[lane + 1], lane === LANES - 1));
	}

	// They are nearly in order: only what waited is not.
	sortByStart(order, from, to) {
		let moved = 0;
		for (let i = from + 1; i < to; i++) {
			const row = order[i], start = this.start[row];
			if (this.start[order[i - 1]] <= start)
				continue;
			let low = from, high = i;
			while (low < high) {
				const middle = (low + high) >> 1;
				if (this.start[order[middle]] <= start)
					low = middle + 1;
				else
					high = middle;
			}
			order.copyWithin(low + 1, low, i);
			order[low] = row;
			moved += i - low;
			if (moved > 3e8) {
				order.subarray(from, to).sort((a, b) => this.start[a] - this.start[b]);
				return;
			}
		}
	}

	// Of each object its values: times and numbers, by semaphore
	readLevels(columns) {
		let nr = 0;
		for (const byte of columns.level)
			nr += byte < 128;
		const rows = numbers(columns.levelRow, new Uint32Array(nr));
		const of = numbers(columns.levelOf, new Uint8Array(nr));
		const level = numbers(columns.level, new Float64Array(nr));
		const sems = 8, count = new Uint32Array(this.objects.length * sems + 1);
		for (let i = 0, row = 0; i < nr; i++) {
			rows[i] = row += rows[i];
			if (this.object[row])
				count[(this.object[row] - 1) * sems + of[i] + 1]++;
		}
		for (let k = 1; k < count.length; k++)
			count[k] += count[k - 1];
		const fill = count.slice(), times = new Float64Array(nr), values = new Float64Array(nr);
		for (let i = 0; i < nr; i++) {
			if (!this.object[rows[i]])
				continue;
			const at = fill[(this.object[rows[i]] - 1) * sems + of[i]]++;
			times[at] = this.end[rows[i]];
			values[at] = level[i] - 1;
		}
		this.levels = this.objects.map((_, o) => {
			const list = [];
			for (let sem = 0, k = o * sems; sem < sems; sem++, k++)
				if (count[k] < count[k + 1])
					list.push({ sem, times: times.subarray(count[k], count[k + 1]), values: values.subarray(count[k], count[k + 1]),
						    max: values.subarray(count[k], count[k + 1]).reduce((a, b) => a > b ? a : b, 1) });
			return list.length ? list : null;
		});
	}

	process(row) {
		return this.processes[this.threads[this.thread[row] - 1]?.process];
	}

	name(row) {
		return this.isCall[this.type[row]] ? this.head.calls[this.call[row]]?.[0] ?? "call" : this.types[this.type[row]];
	}

	error(row) {
		if (!(this.flags[row] & FAILED))
			return null;
		return this.head.errors[-this.ret[row]] ?? `error ${-this.ret[row]}`;
	}

	kindOf(row) {
		return this.kind[row];
	}

	objectName(object) {
		return `${this.head.kinds[object.family]}:${object.id}`;
	}

	// Who let a call go on: the last that gave to the set while it waited
	wokenBy(row) {
		if (!(this.flags[row] & WAITED) || this.flags[row] & (OPEN | FAILED) || !this.object[row] ||
		    this.kindOf(row) !== 1)
			return -1;
		const o = this.object[row] - 1, order = this.endOrder;
		const from = this.byObject.at[o], to = this.byObject.at[o + 1];
		let at = lowest(from, to, i => order[i] >= row);
		let best = -1;
		for (let i = Math.min(to - 1, at + 50); i >= from && i > at - 500; i--) {
			const other = order[i];
			if (this.end[other] < this.start[row])
				break;
			if (this.flags[other] & GIVES && this.thread[other] !== this.thread[row] &&
			    this.start[other] > this.start[row] && this.start[other] <= this.end[row] &&
			    (best < 0 || this.start[other] > this.start[best]))
				best = other;
		}
		return best;
	}
}

// Rows in order of their keys, which begin with 1; those without a mark are left out.
function sorted(keys, marks, nr) {
	const at = new Uint32Array(nr + 2), n = keys.length;
	for (let i = 0; i < n; i++)
		if (marks[i])
			at[keys[i] + 1]++;
	at[1] = 0;
	for (let k = 1; k <= nr + 1; k++)
		at[k] += at[k - 1];
	const fill = at.slice(), order = new Uint32Array(at[nr + 1]);
	for (let i = 0; i < n; i++)
		if (marks[i] && keys[i])
			order[fill[keys[i]]++] = i;
	return { order, at: at.subarray(1) };
}

// The first number of [low, high) for which "holds" does; high if for none
function lowest(low, high, holds) {
	while (low < high) {
		const middle = (low + high) >> 1;
		if (holds(middle))
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

// Calls one after the other; sums of them make a number of any part at once.
class Lane {
	constructor(story, order, from, to, overlaps) {
		this.story = story;
		this.order = order;
		this.from = from;
		this.to = to;
		this.bad = new Uint32Array(to - from + 1);
		const { flags } = story, { bad } = this;
		for (let i = from, nr = 0; i < to; i++)
			bad[i - from + 1] = nr += (flags[order[i]] & FAILED) >> 3;
		this.hits = null;
		if (overlaps) {			// then ends are not in order
			this.last = new Float64Array(to - from);
			let last = -Infinity;
			for (let i = from; i < to; i++)
				this.last[i - from] = last = Math.max(last, story.end[order[i]]);
		}
	}

	match(mask) {
		this.hits = mask && new Uint32Array(this.to - this.from + 1);
		for (let i = this.from; mask && i < this.to; i++)
			this.hits[i - this.from + 1] = this.hits[i - this.from] + mask[this.order[i]];
	}

	countBad(from, to) {
		return this.bad[to - this.from] - this.bad[from - this.from];
	}

	countHits(from, to) {
		return this.hits ? this.hits[to - this.from] - this.hits[from - this.from] : to - from;
	}

	endsFrom(time) {
		if (this.last)
			return lowest(this.from, this.to, i => this.last[i - this.from] >= time);
		const { end } = this.story, order = this.order;
		return lowest(this.from, this.to, i => end[order[i]] >= time);
	}

	// The next that begins at that time or later: near, mostly
	startsFrom(time, from = this.from) {
		const { start } = this.story, order = this.order;
		let step = 1, at = from;
		while (at < this.to && start[order[at]] < time) {
			from = at + 1;
			at += step;
			step *= 2;
		}
		return lowest(from, Math.min(at, this.to), i => start[order[i]] >= time);
	}
}

// ---- Questions ----------------------------------------------------------------------------

// A part of the language of ipctrace-filter(7): tests with and, or, not and ( ).
const FIELDS = {
	call: (s, i) => s.isCall[s.type[i]] ? s.head.calls[s.call[i]]?.[0] ?? null : null,
	type: (s, i) => s.types[s.type[i]],
	kind: (s, i) => s.head.kinds[s.kindOf(i)],
	pid: (s, i) => s.process(i)?.pid ?? null,
	tid: (s, i) => s.threads[s.thread[i] - 1]?.tid ?? null,
	ppid: (s, i) => s.process(i)?.ppid ?? null,
	comm: (s, i) => s.process(i)?.comm ?? null,
	exe: (s, i) => s.process(i)?.exe || null,
	uid: (s, i) => s.process(i)?.uid ?? null,
	id: (s, i) => s.objects[s.object[i] - 1]?.id ?? null,
	key: (s, i) => s.objects[s.object[i] - 1]?.key ?? null,
	ipc_ns: (s, i) => s.objects[s.object[i] - 1]?.ns ?? null,
	cpu: (s, i) => s.cpu[i],
	ret: (s, i) => s.flags[i] & OPEN ? null : s.ret[i],
	errno: (s, i) => s.error(i),
	duration_ns: (s, i) => s.isCall[s.type[i]] ? s.took[i] : null,
	text: (s, i) => s.text(s.what[i]),
};
const ALIASES = { duration: "duration_ns", object: "id", "object.id": "id", "object.key": "key" };
const UNITS = { ns: 1, us: 1e3, ms: 1e6, s: 1e9, m: 6e10 };
const CLASSES = { msg: /^msg/, sem: /^sem/, shm: /^shm/ };

class Question {
	constructor(text) {
		this.words = [...text.matchAll(/\s*("(?:[^"\\]|\\.)*"|'[^']*'|==|!=|<=|>=|[<>~(),!]|&&|\|\||[^\s<>=!~(),"'&|]+|.)/g)].map(m => m[1]);
		this.at = 0;
		this.test = this.any();
		if (this.at < this.words.length)
			throw new Error(`what is "${this.words[this.at]}"? expected: and, or`);
	}

	next(...words) {
		return words.includes(this.words[this.at]) ? this.words[this.at++] : null;
	}

	any() {
		let left = this.all();
		while (this.next("or", "||")) {
			const a = left, b = this.all();
			left = (s, i) => a(s, i) || b(s, i);
		}
		return left;
	}

	all() {
		let left = this.one();
		while (this.next("and", "&&")) {
			const a = left, b = this.one();
			left = (s, i) => a(s, i) && b(s, i);
		}
		return left;
	}

	one() {
		if (this.next("not", "!")) {
			const test = this.one();
			return (s, i) => !test(s, i);
		}
		if (this.next("(")) {
			const test = this.any();
			if (!this.next(")"))
				throw new Error("a ) is missing");
			return test;
		}
		return this.compare();
	}

	compare() {
		const word = this.words[this.at++];
		if (word === undefined)
			throw new Error("a test is missing, such as call == semop");
		if (word === "has") {
			const get = this.field(this.words[this.at++]);
			return (s, i) => get(s, i) !== null;
		}
		if (word === "waited" || word === "failed" || word === "open") {
			const bit = { waited: WAITED, failed: FAILED, open: OPEN }[word];
			return (s, i) => (s.flags[i] & bit) !== 0;
		}
		const get = this.field(word);
		const sign = this.next("==", "!=", "<=", ">=", "<", ">", "~", "in");
		if (!sign)
			throw new Error(`after ${word}: ==, !=, <, <=, >, >=, ~ or in`);
		if (sign === "in")
			return this.among(get);
		const value = this.value();
		switch (sign) {
		case "==": return equals(get, value);
		case "!=": { const same = equals(get, value); return (s, i) => get(s, i) !== null && !same(s, i); }
		case "~": return glob(get, value);
		}
		if (typeof value !== "number")
			throw new Error(`${sign} needs a number`);
		return (s, i) => {
			const is = get(s, i);
			return is !== null && (sign === "<" ? is < value : sign === ">" ? is > value :
				sign === "<=" ? is <= value : is >= value);
		};
	}

	among(get) {
		const tests = [];
		if (!this.next("("))
			throw new Error("in needs values in ( )");
		do
			tests.push(equals(get, this.value()));
		while (this.next(","));
		if (!this.next(")"))
			throw new Error("a ) is missing");
		return (s, i) => tests.some(test => test(s, i));
	}

	field(name) {
		const get = FIELDS[ALIASES[name] ?? name];
		if (!get)
			throw new Error(`no field "${name ?? ""}"; there are: ${Object.keys(FIELDS).join(" ")} waited failed open`);
		return get;
	}

	value() {
		let word = this.words[this.at++];
		if (word === undefined)
			throw new Error("a value is missing");
		if (/^["']/.test(word))
			return word.slice(1, -1);
		const number = /^(-?(?:0x[0-9a-f]+|\d+(?:\.\d+)?))(ns|us|ms|s|m)?$/i.exec(word);
		return number ? Number(number[1].replace(/^-0x/, "0x")) * (number[1].startsWith("-0x") ? -1 : 1) * (UNITS[number[2]] ?? 1) : word;
	}
}

function equals(get, value) {
	if (get === FIELDS.call && CLASSES[value])
		return (s, i) => CLASSES[value].test(get(s, i) ?? "");
	if (get === FIELDS.call && value === "semop")
		return (s, i) => /^sem(timed)?op$/.test(get(s, i) ?? "");
	// A key or an id may be written as a number without a sign.
	if (typeof value === "number")
		return (s, i) => { const is = get(s, i); return is !== null && (is === value || is === (value | 0) && value > 0x7fffffff); };
	return (s, i) => get(s, i) === value;
}

function glob(get, pattern) {
	const escaped = String(pattern).replace(/[.+^${}()|\\]/g, "\\$&").replace(/\*/g, ".*").replace(/\?/g, ".");
	const expression = new RegExp(`^${escaped}$`, "s");
	return (s, i) => { const is = get(s, i); return is !== null && expression.test(is); };
}

// ---- Times as people read them ----------------------------------------------------------------

function duration(ns) {
	for (const [unit, size] of [["s", 1e9], ["ms", 1e6], ["us", 1e3]])
		if (Math.abs(ns) >= size)
			return `${Number((ns / size).toPrecision(4))} ${unit}`;
	return `${Math.round(ns)} ns`;
}

function boot(story, time, digits = 9) {
	const first = BigInt(Math.round(story.first)) + BigInt(Math.round(time));
	const whole = first / 1000000000n, rest = String(first % 1000000000n).padStart(9, "0");
	return digits ? `${whole}.${rest.slice(0, digits)}` : String(whole);
}

function wall(story, time, digits = 9) {
	const ns = BigInt(story.head.real) + BigInt(Math.round(story.first)) + BigInt(Math.round(time));
	const date = new Date(Number(ns / 1000000n));
	const two = n => String(n).padStart(2, "0");
	const rest = String(ns % 1000000000n).padStart(9, "0").slice(0, digits);
	return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}${digits ? "." + rest : ""}`;
}

// ---- The picture ---------------------------------------------------------------------------------

const LANE = 17, PAD = 4, LEVELS = 30, HEAD = 24, RULER = 24, ARROWS = 400;
const KINDS = ["msg", "sem", "shm", "any"];

class View {
	constructor(story) {
		this.s = story;
		this.canvas = $("tracks");
		this.c = this.canvas.getContext("2d", { alpha: false });
		this.over = $("overview").getContext("2d", { alpha: false });
		this.span = Math.max(story.finish - story.begin, 1);
		this.t0 = story.begin - this.span * 0.01;
		this.t1 = story.finish + this.span * 0.02;
		this.scroll = 0;
		this.picked = -1;
		this.mask = null;
		this.found = null;
		this.clock = false;
		this.closed = { process: false, object: false };
		this.theme();
		this.lay();
		this.resize();
	}

	theme() {
		const style = getComputedStyle(document.documentElement);
		this.color = {};
		for (const name of ["page", "panel", "line", "text", "faint", "stripe", "head", "life", "msg", "sem", "shm",
				    "any", "mixed", "dim", "bad", "ink", "flow", "block", "wake", "pick", "gap", "accent"])
			this.color[name] = style.getPropertyValue("--" + name).trim();
		this.hatch = {};
		for (const name of [...KINDS, "gap"])
			this.hatch[name] = this.hatched(this.color[name]);
		this.overBins = null;
	}

	hatched(color) {
		const tile = new OffscreenCanvas(8, 8), c = tile.getContext("2d");
		c.fillStyle = this.color.page;
		c.fillRect(0, 0, 8, 8);
		c.globalAlpha = 0.25;
		c.fillStyle = color;
		c.fillRect(0, 0, 8, 8);
		c.globalAlpha = 1;
		c.strokeStyle = color;
		c.lineWidth = 1.6;
		c.beginPath();
		for (const x of [-8, 0, 8]) {
			c.moveTo(x, 8);
			c.lineTo(x + 8, 0);
		}
		c.stroke();
		return this.c.createPattern(tile, "repeat");
	}

	// Tracks one below the other; where each thread is
	lay() {
		const s = this.s, tracks = [];
		let y = 0;
		const put = (track, height) => {
			track.y = y;
			track.height = height;
			y += height;
			tracks.push(track);
		};
		const hits = lanes => !this.mask || !$("only").checked || lanes.some(lane => lane.hits && lane.hits[lane.to - lane.from]);
		this.threadY = new Map();
		this.objectTrack = new Map();
		const processes = s.processes.map((process, p) => ({ process, threads: s.processThreads[p] }))
			.filter(one => one.threads.length && hits(one.threads.map(t => s.threadLanes[t])));
		put({ kind: "head", of: "process", label: `Processes (${processes.length})` }, HEAD);
		for (const { process, threads } of processes) {
			if (this.closed.process)
				break;
			threads.forEach((t, i) => this.threadY.set(t, y + PAD + i * LANE));
			put({ kind: "process", process, threads, lanes: threads.map(t => s.threadLanes[t]),
			      events: threads.map(t => [s.eventsByThread, t]), label: `${process.comm}[${process.pid}]` },
			    threads.length * LANE + 2 * PAD);
		}
		const objects = s.objects.map((object, o) => ({ object, o, lanes: s.lanes[o] }))
			.filter(one => hits(one.lanes));
		put({ kind: "head", of: "object", label: `Objects (${objects.length})` }, HEAD);
		for (const { object, o, lanes } of objects) {
			if (this.closed.object)
				break;
			const levels = s.levels[o];
			const height = Math.max(lanes.length, 1) * LANE + 2 * PAD + (levels ? LEVELS : 0);
			const track = { kind: "object", object, lanes, levels, events: [[s.eventsByObject, o]],
					label: s.objectName(object), sub: object.key ? `0x${(object.key >>> 0).toString(16)}` : "" };
			this.objectTrack.set(o, track);
			put(track, height);
		}
		this.tracks = tracks;
		this.height = y;
	}

	resize() {
		const ratio = devicePixelRatio || 1;
		for (const canvas of [this.canvas, $("overview")]) {
			canvas.width = Math.round(canvas.clientWidth * ratio);
			canvas.height = Math.round(canvas.clientHeight * ratio);
			canvas.getContext("2d").setTransform(ratio, 0, 0, ratio, 0, 0);
		}
		this.w = this.canvas.clientWidth;
		this.h = this.canvas.clientHeight;
		this.left = this.w < 700 ? 120 : 190;
		this.overBins = null;
		this.later();
	}

	later() {
		if (!this.asked)
			this.asked = requestAnimationFrame(() => this.draw());
	}

	x(time) {
		return this.left + (time - this.t0) / (this.t1 - this.t0) * (this.w - this.left);
	}

	time(x) {
		return this.t0 + (x - this.left) / (this.w - this.left) * (this.t1 - this.t0);
	}

	// The part of time that is shown; not less than 20 ns, nor much more than there is
	show(t0, t1) {
		const most = this.span * 1.2, length = Math.min(Math.max(t1 - t0, 20), most);
		const middle = (t0 + t1) / 2;
		t0 = Math.min(Math.max(middle - length / 2, this.s.begin - this.span * 0.1), this.s.finish + this.span * 0.1 - length);
		this.t0 = t0;
		this.t1 = t0 + length;
		this.later();
		remember();
	}

	zoom(factor, x = (this.left + this.w) / 2) {
		const at = this.time(x);
		this.show(at - (at - this.t0) * factor, at + (this.t1 - at) * factor);
	}

	move(part) {
		const by = (this.t1 - this.t0) * part;
		this.show(this.t0 + by, this.t1 + by);
	}

	scrollBy(pixels) {
		this.scroll = Math.max(0, Math.min(this.scroll + pixels, this.height - (this.h - RULER)));
		this.later();
	}

	draw() {
		const c = this.c;
		cancelAnimationFrame(this.asked);
		this.asked = 0;
		c.fillStyle = this.color.page;
		c.fillRect(0, 0, this.w, this.h);
		this.scroll = Math.max(0, Math.min(this.scroll, this.height - (this.h - RULER)));
		c.textBaseline = "middle";
		c.save();
		c.beginPath();
		c.rect(0, RULER, this.w, this.h - RULER);
		c.clip();
		c.translate(0, RULER - this.scroll);
		let i = lowest(0, this.tracks.length, t => this.tracks[t].y + this.tracks[t].height > this.scroll);
		this.shown = [];
		for (; i < this.tracks.length && this.tracks[i].y < this.scroll + this.h; i++)
			this.shown.push(this.tracks[i]);
		for (const track of this.shown)
			this.drawTrack(track);
		this.drawGaps();
		this.drawArrows();
		this.drawPicked();
		for (const track of this.shown)
			this.drawLabel(track);
		c.restore();
		this.drawRuler();
		this.drawOverview();
	}

	drawTrack(track) {
		const c = this.c, { y, height } = track;
		c.fillStyle = track.kind === "head" ? this.color.head : this.tracks.indexOf(track) % 2 ? this.color.stripe : this.color.page;
		c.fillRect(0, y, this.w, height);
		if (track.kind === "head")
			return;
		if (track.kind === "object")
			this.drawLife(track);
		c.strokeStyle = this.color.line;
		c.lineWidth = 1;
		c.beginPath();
		c.moveTo(0, y + height - 0.5);
		c.lineTo(this.w, y + height - 0.5);
		c.stroke();
		track.lanes.forEach((lane, i) => this.drawLane(lane, y + PAD + i * LANE, LANE - 3));
		track.events.forEach(([list, of], i) => this.drawEvents(list, of, y + PAD + (track.kind === "process" ? i * LANE : 0)));
		if (track.levels)
			this.drawLevels(track, y + PAD + Math.max(track.lanes.length, 1) * LANE);
	}

	// From when to when an object was there
	drawLife(track) {
		const c = this.c, { object } = track;
		const from = Math.max(this.x(object.from), this.left), to = object.to === null ? this.w : this.x(object.to);
		c.fillStyle = this.color.life;
		if (to > from)
			c.fillRect(from, track.y, to - from, track.height - 1);
		if (object.to === null || to < this.left || to > this.w)
			return;
		c.strokeStyle = this.color.bad;
		c.setLineDash([4, 3]);
		c.lineWidth = 1.5;
		c.beginPath();
		c.moveTo(to, track.y);
		c.lineTo(to, track.y + track.height);
		c.stroke();
		c.setLineDash([]);
	}

	// Each pixel is a part of a bar, or stands for all calls that begin there.
	drawLane(lane, y, h) {
		const s = this.s, order = lane.order, end = lane.startsFrom(this.t1, lane.endsFrom(this.t0));
		const perPixel = (this.t1 - this.t0) / (this.w - this.left);
		let i = lane.endsFrom(this.t0), run = null;
		const finishRun = () => {
			if (run)
				this.drawRun(lane, run, y, h);
			run = null;
		};
		while (i < end) {
			const row = order[i], x = Math.max(this.x(s.start[row]), this.left), xe = Math.min(this.x(s.end[row]), this.w);
			if (xe - x >= 2) {
				finishRun();
				this.drawBar(row, x, xe, y, h);
				i++;
				continue;
			}
			const pixel = Math.floor(x);
			let next = lane.startsFrom(this.time(pixel + 1), i);
			if (next === i)
				next++;
			// What is wide in this pixel is drawn by itself.
			for (let j = i + 1; j < next && next - i < 64; j++)
				if (s.took[order[j]] > 2 * perPixel) {
					next = j;
					break;
				}
			if (run && pixel - run.to > 1)
				finishRun();
			run ??= { from: pixel, first: i, columns: [] };
			run.to = pixel;
			run.last = next;
			run.columns.push(pixel, i, next);
			i = next;
		}
		finishRun();
	}

	drawBar(row, x, xe, y, h) {
		const s = this.s, c = this.c, kind = KINDS[s.kindOf(row)];
		const dim = this.mask && !this.mask[row], waits = s.flags[row] & WAITED;
		const width = Math.max(xe - x - (xe - x > 4 ? 0.5 : 0), 1);
		c.fillStyle = dim ? this.color.dim : waits ? this.hatch[kind] : this.color[kind];
		c.fillRect(x, y, width, h);
		if (waits && !dim) {
			c.strokeStyle = this.color[kind];
			c.lineWidth = 1;
			c.strokeRect(x + 0.5, y + 0.5, Math.max(width - 1, 0), h - 1);
		}
		if (s.flags[row] & FAILED) {
			c.fillStyle = this.color.bad;
			c.fillRect(x, y + h - 4, width, 4);
		}
		if (width > 34)
			this.drawName(row, x, width, y, h, dim, waits, kind);
	}

	drawName(row, x, width, y, h, dim, waits, kind) {
		const s = this.s, c = this.c, error = s.error(row);
		let text = s.name(row) + (error ? ` ${error}` : s.flags[row] & OPEN ? " …" : "");
		c.font = "11px system-ui, 'DejaVu Sans', sans-serif";
		const wide = c.measureText(text).width;
		if (wide > width - 6) {
			text = s.name(row);
			if (c.measureText(text).width > width - 6)
				return;
		}
		if (waits && !dim) {
			c.fillStyle = this.color.page;
			c.globalAlpha = 0.8;
			c.fillRect(x + 3, y + 1.5, c.measureText(text).width + 4, h - 3 - (error ? 3 : 0));
			c.globalAlpha = 1;
		}
		c.fillStyle = dim || waits ? this.color.text : this.color.ink;
		c.fillText(text, x + 5, y + h / 2 - (error ? 1 : 0.5));
	}

	// Pixels one beside the other that stand for calls
	drawRun(lane, run, y, h) {
		const s = this.s, c = this.c, order = lane.order;
		for (let k = 0; k < run.columns.length; k += 3) {
			const x = run.columns[k], from = run.columns[k + 1], to = run.columns[k + 2];
			const first = KINDS[s.kindOf(order[from])], last = KINDS[s.kindOf(order[to - 1])];
			const hits = lane.countHits(from, to), many = to - from > 1;
			c.fillStyle = !hits ? this.color.dim : first === last ? this.color[first] : this.color.mixed;
			const tall = many ? h : h - 3;
			c.fillRect(x, y + h - tall, 1.2, tall);
			if (lane.countBad(from, to)) {
				c.fillStyle = this.color.bad;
				c.fillRect(x, y + h - 4, 1.2, 4);
			}
		}
		const width = run.to - run.from + 1, nr = run.last - run.first;
		if (width < 60 || nr < 2)
			return;
		const text = `${nr.toLocaleString("en")} calls`;
		c.font = "11px system-ui, 'DejaVu Sans', sans-serif";
		const wide = c.measureText(text).width;
		if (wide > width - 8)
			return;
		c.fillStyle = this.color.page;
		c.fillRect(run.from + 3, y + 1, wide + 6, h - 2);
		c.fillStyle = this.color.text;
		c.fillText(text, run.from + 6, y + h / 2);
	}

	// What happened without a call: a diamond
	drawEvents({ order, at }, of, y) {
		const s = this.s, c = this.c;
		let i = lowest(at[of], at[of + 1], k => s.end[order[k]] >= this.t0), last = -9;
		for (; i < at[of + 1] && s.end[order[i]] <= this.t1; i++) {
			const row = order[i], x = this.x(s.end[row]);
			if (x - last < 3) {
				i = Math.max(i, lowest(i, at[of + 1], k => s.end[order[k]] >= this.time(last + 3)) - 1);
				continue;
			}
			last = x;
			c.fillStyle = this.mask && !this.mask[row] ? this.color.dim :
				s.types[s.type[row]] === "destroy" ? this.color.bad : this.color.text;
			c.beginPath();
			c.moveTo(x, y - 3);
			c.lineTo(x + 3.5, y + 1);
			c.lineTo(x, y + 5);
			c.lineTo(x - 3.5, y + 1);
			c.fill();
		}
	}

	// How many messages are in a queue, what semaphores are worth: the most in each pixel
	drawLevels(track, y) {
		const c = this.c, h = LEVELS - 8, kind = KINDS[track.object.family];
		const most = Math.max(...track.levels.map(level => level.max));
		track.levels.forEach((level, nr) => {
			c.strokeStyle = this.color[kind];
			c.lineWidth = 1.4;
			c.setLineDash([[], [5, 2], [2, 2], [7, 2, 2, 2]][nr % 4]);
			c.beginPath();
			this.traceLevel(level, y + h, h / most);
			c.stroke();
		});
		c.setLineDash([]);
		track.scale = { most, y, h };
	}

	traceLevel(level, base, scale) {
		const c = this.c, { times, values } = level, n = times.length;
		let i = Math.max(lowest(0, n, k => times[k] > this.t0) - 1, 0), pen = false;
		const go = (x, value) => {
			if (value < 0) {
				pen = false;
				return;
			}
			if (pen)
				c.lineTo(x, base - value * scale);
			else
				c.moveTo(x, base - value * scale);
			pen = true;
		};
		let value = -1;
		while (i < n && times[i] <= this.t1) {
			const x = Math.max(this.x(times[i]), this.left);
			if (value >= 0)
				go(x, value);
			const next = lowest(i + 1, n, k => times[k] >= this.time(x + 1));
			if (next - i > 2) {
				let low = Infinity, high = -1;
				for (let k = i, step = Math.max(1, (next - i) >> 8); k < next; k += step) {
					low = Math.min(low, values[k]);
					high = Math.max(high, values[k]);
				}
				go(x, low);
				go(x, high);
				value = values[next - 1];
				go(x + 0.5, value);
				i = next;
			} else {
				value = values[i++];
				go(x, value);
			}
		}
		if (value >= 0)
			go(Math.min(this.w, this.x(this.s.finish)), value);
	}

	drawGaps() {
		const c = this.c;
		for (const gap of this.s.gaps) {
			const from = Math.max(this.x(gap.from), this.left), to = Math.min(Math.max(this.x(gap.to), this.x(gap.from) + 2), this.w);
			if (to < this.left || from > this.w)
				continue;
			c.globalAlpha = 0.45;
			c.fillStyle = this.hatch.gap;
			c.fillRect(from, this.scroll, to - from, this.h);
			c.globalAlpha = 1;
		}
	}

	// Messages, who blocks whom, who let a call go on: where there are not too many
	drawArrows() {
		const s = this.s, shown = new Set();
		const from = lowest(0, s.n, i => s.end[i] >= this.t0);
		const to = lowest(from, s.n, i => s.end[i] > this.t1);
		for (let i = from; to - from < 20000 && i < to && shown.size <= ARROWS; i++)
			if (s.sentBy[i] >= 0 || s.flags[i] & WAITED && s.kindOf(i) === 1)
				shown.add(i);
		this.tooMany = to - from >= 20000 || shown.size > ARROWS;
		if (this.tooMany)
			shown.clear();
		for (const row of [this.picked, s.takenBy[this.picked]])
			if (row >= 0)
				shown.add(row);
		for (const row of shown) {
			if (this.mask && !this.mask[row] && row !== this.picked)
				continue;
			if (s.sentBy[row] >= 0)
				this.arrow(s.sentBy[row], row, this.color.flow, []);
			const waker = s.wokenBy(row);
			if (waker >= 0)
				this.arrow(waker, row, this.color.wake, [2, 3]);
		}
		for (const block of s.blocked)
			this.drawBlock(block);
	}

	arrow(a, b, color, dash) {
		const s = this.s, ya = this.threadY.get(s.thread[a] - 1), yb = this.threadY.get(s.thread[b] - 1);
		if (ya === undefined || yb === undefined)
			return;
		this.curve(this.x(s.end[a]), ya + LANE / 2, this.x(s.end[b]), yb + LANE / 2, color, dash);
	}

	drawBlock(block) {
		const y = this.threadY.get(block.thread), holder = this.s.processThreads[block.holder]?.[0];
		const to = this.threadY.get(holder);
		if (y === undefined || to === undefined || block.since > this.t1 || block.since < this.t0)
			return;
		const x = this.x(block.since), back = x - 26 > this.left ? -26 : 26;
		this.curve(x, y + LANE / 2, x + back, to + LANE / 2, this.color.block, [6, 3]);
	}

	curve(xa, ya, xb, yb, color, dash) {
		const c = this.c, bend = Math.min(Math.max(Math.abs(xb - xa) / 2, 8), 60);
		const way = xb < xa - 12 ? -1 : 1;		// to the left, or to the right
		if (Math.max(xa, xb) < this.left || Math.min(xa, xb) > this.w)
			return;
		c.save();
		c.beginPath();
		c.rect(this.left, this.scroll, this.w, this.h);
		c.clip();
		c.strokeStyle = c.fillStyle = color;
		c.lineWidth = 1.3;
		c.setLineDash(dash);
		c.beginPath();
		c.moveTo(xa, ya);
		c.bezierCurveTo(xa + way * bend, ya, xb - way * bend, yb, xb - way * 4, yb);
		c.stroke();
		c.setLineDash([]);
		c.beginPath();
		c.moveTo(xb, yb);
		c.lineTo(xb - way * 7, yb - 4);
		c.lineTo(xb - way * 7, yb + 4);
		c.fill();
		c.restore();
	}

	drawPicked() {
		const s = this.s, c = this.c, row = this.picked;
		if (row < 0)
			return;
		const y = this.threadY.get(s.thread[row] - 1);
		c.strokeStyle = this.color.pick;
		c.lineWidth = 2;
		for (const [lane, top] of this.lanesOf(row, y)) {
			const x = this.x(s.start[row]), xe = this.x(s.end[row]);
			if (lane && xe >= this.left && x <= this.w)
				c.strokeRect(Math.max(x, this.left) - 1.5, top - 1.5, Math.min(Math.max(xe - x, 2), this.w * 2) + 3, LANE);
		}
	}

	// Where a row is: in its process, and in its object
	lanesOf(row, y) {
		const s = this.s, where = [];
		if (y !== undefined)
			where.push([true, y]);
		const track = this.objectTrack.get(s.object[row] - 1);
		if (track)
			track.lanes.forEach((lane, i) => {
				const at = lane.startsFrom(s.start[row]);
				for (let k = at; k < lane.to && s.start[lane.order[k]] === s.start[row]; k++)
					if (lane.order[k] === row)
						where.push([true, track.y + PAD + i * LANE]);
			});
		return where;
	}

	drawLabel(track) {
		const c = this.c, { y, height } = track;
		c.fillStyle = track.kind === "head" ? this.color.head : this.color.panel;
		c.fillRect(0, y, this.left - 1, height - 1);
		c.fillStyle = this.color.line;
		c.fillRect(this.left - 1, y, 1, height);
		c.save();
		c.beginPath();
		c.rect(0, y, this.left - 6, height);
		c.clip();
		if (track.kind === "head") {
			c.font = "600 12px system-ui, 'DejaVu Sans', sans-serif";
			c.fillStyle = this.color.text;
			c.fillText(`${this.closed[track.of] ? "▸" : "▾"} ${track.label}`, 8, y + height / 2);
		} else {
			const color = track.kind === "object" ? this.color[KINDS[track.object.family]] : this.color.faint;
			c.fillStyle = color;
			c.fillRect(0, y, 4, height - 1);
			c.font = "12px system-ui, 'DejaVu Sans', sans-serif";
			c.fillStyle = this.color.text;
			c.fillText(track.label, 10, y + PAD + LANE / 2 - 1);
			const wide = c.measureText(track.label).width;
			c.fillStyle = this.color.faint;
			c.font = "11px system-ui, 'DejaVu Sans', sans-serif";
			if (track.sub)
				c.fillText(track.sub, 10 + wide + 8, y + PAD + LANE / 2 - 1);
			if (track.kind === "process" && track.threads.length > 1)
				track.threads.forEach((t, i) => i && c.fillText(`thread ${this.s.threads[t].tid}`, 22, y + PAD + i * LANE + LANE / 2 - 1));
			if (track.levels && track.scale)
				this.drawScale(track, wide);
		}
		c.restore();
	}

	drawScale(track) {
		const c = this.c, { most, y, h } = track.scale, right = this.left - 10;
		c.textAlign = "right";
		c.fillText(String(most), right, y + 4);
		c.fillText("0", right, y + h);
		c.textAlign = "left";
		c.fillText(track.object.family === 0 ? "messages" :
			   track.levels.length > 1 ? `values of ${track.levels.length}` : `value of #${track.levels[0].sem}`, 10, y + h / 2 + 3);
	}

	drawRuler() {
		const c = this.c, width = this.w - this.left, length = this.t1 - this.t0;
		c.fillStyle = this.color.panel;
		c.fillRect(0, 0, this.w, RULER);
		c.fillStyle = this.color.line;
		c.fillRect(0, RULER - 1, this.w, 1);
		const rough = length / Math.max(width / 110, 1), power = 10 ** Math.floor(Math.log10(rough));
		const step = [1, 2, 5, 10].map(f => f * power).find(size => size >= rough);
		const show = this.clock && this.s.head.real !== "0" ? wall : boot;
		// As many digits as tell ticks apart; the first has them all, others what is more.
		const digits = Math.max(0, Math.min(9, Math.ceil(9 - Math.log10(step))));
		c.font = "11px system-ui, 'DejaVu Sans', sans-serif";
		const origin = Math.ceil(((this.s.first % 1e9) + this.t0) / step) * step - (this.s.first % 1e9);
		const label = show(this.s, Math.max(this.t0, -this.s.first), digits);
		c.fillStyle = this.color.text;
		c.fillText(show === boot ? `${label} s` : label, 8, RULER / 2);
		let base = null;
		for (let time = origin; time <= this.t1; time += step) {
			const x = this.x(time);
			c.fillStyle = this.color.line;
			c.fillRect(x, RULER - 7, 1, 7);
			base ??= time;
			c.fillStyle = this.color.faint;
			const text = digits <= 3 ? show(this.s, time, digits) : time === base ? show(this.s, time, digits) : `+${duration(time - base)}`;
			if (x + 4 + c.measureText(text).width < this.w)
				c.fillText(text, x + 4, RULER / 2);
		}
		for (const gap of this.s.gaps) {
			const from = Math.max(this.x(gap.from), this.left), to = Math.min(Math.max(this.x(gap.to), this.x(gap.from) + 3), this.w);
			if (to < from)
				continue;
			c.fillStyle = this.color.gap;
			c.fillRect(from, RULER - 5, to - from, 4);
		}
	}

	// How many calls there are, over all of the time; what is shown of it is framed.
	drawOverview() {
		const s = this.s, c = this.over, w = $("overview").clientWidth, h = $("overview").clientHeight;
		if (!this.overBins || this.overBins.length !== w)
			this.countOverview(w);
		c.fillStyle = this.color.panel;
		c.fillRect(0, 0, w, h);
		const wide = s.n < w ? 3 : 1;
		const scale = (h - 6) / Math.log1p(Math.max(...this.overBins));
		for (let x = 0; x < w; x++) {
			const high = Math.log1p(this.overBins[x]) * scale, hits = Math.log1p(this.overHits[x]) * scale;
			c.fillStyle = this.mask ? this.color.dim : this.color.mixed;
			c.fillRect(x, h - high, wide, high);
			if (this.mask) {
				c.fillStyle = this.color.accent;
				c.fillRect(x, h - hits, wide, hits);
			}
		}
		for (const gap of s.gaps) {
			c.fillStyle = this.color.gap;
			c.globalAlpha = 0.5;
			c.fillRect((gap.from - s.begin) / this.span * w, 0, Math.max((gap.to - gap.from) / this.span * w, 2), h);
			c.globalAlpha = 1;
		}
		const from = (this.t0 - s.begin) / this.span * w, to = (this.t1 - s.begin) / this.span * w;
		c.strokeStyle = this.color.accent;
		c.lineWidth = 2;
		c.strokeRect(Math.max(from, 0) + 1, 1, Math.max(Math.min(to, w) - Math.max(from, 0) - 2, 3), h - 2);
	}

	countOverview(w) {
		const s = this.s;
		this.overBins = new Float64Array(w);
		this.overHits = new Float64Array(w);
		for (let i = 0; i < s.n; i++) {
			const x = Math.min(w - 1, Math.floor((s.end[i] - s.begin) / this.span * w));
			this.overBins[x]++;
			if (this.mask && this.mask[i])
				this.overHits[x]++;
		}
	}

	// What is at that place of the canvas
	at(x, y) {
		const top = y - RULER + this.scroll;
		if (y < RULER)
			return null;
		const track = this.tracks[lowest(0, this.tracks.length, t => this.tracks[t].y + this.tracks[t].height > top)];
		if (!track)
			return null;
		if (track.kind === "head" || x < this.left)
			return { track };
		for (const gap of this.s.gaps)
			if (this.x(gap.from) - 2 <= x && this.x(gap.to) + 2 >= x)
				var inGap = gap;
		const nr = Math.floor((top - track.y - PAD) / LANE), near = this.eventAt(track, nr, x);
		if (near >= 0)
			return { track, row: near };
		const lane = track.lanes[nr];
		if (!lane)
			return { track, gap: inGap, level: track.levels && this.time(x) };
		let from = lane.endsFrom(this.time(x - 1)), to = lane.startsFrom(this.time(x + 1), from);
		if (from === to) {
			from = lane.endsFrom(this.time(x - 3));
			to = lane.startsFrom(this.time(x + 3), from);
		}
		if (from === to)
			return { track, gap: inGap };
		let best = lane.order[from];
		for (let i = from; i < to && to - from < 1000; i++)
			if (this.s.took[lane.order[i]] > this.s.took[best])
				best = lane.order[i];
		return { track, row: best, nr: to - from, gap: inGap };
	}

	eventAt(track, nr, x) {
		const s = this.s, list = track.events[track.kind === "process" ? nr : 0];
		if (!list || track.kind === "object" && nr)
			return -1;
		const [{ order, at }, of] = list;
		const i = lowest(at[of], at[of + 1], k => s.end[order[k]] >= this.time(x - 4));
		return i < at[of + 1] && s.end[order[i]] <= this.time(x + 4) ? order[i] : -1;
	}

	reveal(row) {
		const y = this.threadY.get(this.s.thread[row] - 1);
		if (y === undefined)
			return;
		if (y < this.scroll + 4 || y > this.scroll + this.h - RULER - LANE * 2)
			this.scroll = Math.max(0, y - (this.h - RULER) / 3);
		this.later();
	}
}

// ---- The record that was clicked -----------------------------------------------------------------

let story, view;

function make(tag, text, name) {
	const element = document.createElement(tag);
	if (text !== undefined)
		element.textContent = text;
	if (name)
		element.className = name;
	return element;
}

function button(text, act, name) {
	const element = make("button", text, name);
	element.type = "button";
	element.onclick = act;
	return element;
}

function pick(row, go) {
	view.picked = row;
	const wasHidden = $("details").hidden;
	$("details").hidden = row < 0;
	if (row >= 0)
		describe(row);
	if (wasHidden !== $("details").hidden)
		view.resize();
	if (go && row >= 0) {
		const length = view.t1 - view.t0, s = story;
		if (s.start[row] < view.t0 || s.end[row] > view.t1 || view.x(s.end[row]) - view.x(s.start[row]) < 2) {
			const wide = Math.min(length, Math.max(s.took[row] * 8, 2000));
			const middle = (s.start[row] + s.end[row]) / 2;
			view.show(middle - wide / 2, middle + wide / 2);
		}
		view.reveal(row);
	}
	view.later();
	remember();
}

function describe(row) {
	const s = story, box = $("details"), process = s.process(row), object = s.objects[s.object[row] - 1];
	const error = s.error(row), thread = s.threads[s.thread[row] - 1], list = make("dl");
	const line = (name, ...values) => {
		const dd = make("dd");
		dd.append(...values);
		list.append(make("dt", name), dd);
	};
	const link = (text, to) => button(text, () => pick(to, true), "link");
	box.replaceChildren(button("×", () => pick(-1), "close"));
	box.append(make("h2", `${s.name(row)}${process ? ` of ${process.comm}[${process.pid}]` : ""}`));
	const code = make("code", s.text(s.what[row]) || `${s.name(row)}(…)`, "call");
	code.id = "calltext";
	box.append(code);
	if (s.isCall[s.type[row]])
		line("result", s.flags[row] & OPEN ? make("span", "has not returned", "bad") :
		     error ? make("span", `${s.ret[row]} ${error}`, "bad") :
		     s.types[s.type[row]] === "missed" ? "not seen" :
		     s.name(row) === "shmat" ? `0x${s.ret[row].toString(16)}` : String(s.ret[row]));
	line("took", duration(s.took[row]) + (s.flags[row] & OPEN ? " so far" : s.flags[row] & WAITED ? ": it may have waited" : ""));
	line("from", boot(s, s.start[row]));
	line("to", boot(s, s.end[row]));
	if (s.head.real !== "0")
		line("that is", wall(s, s.end[row]));
	if (process)
		line("process", `${process.pid}, uid ${process.uid}, parent ${process.ppid}${process.exe ? `, ${process.exe}` : ""}`);
	if (thread && thread.tid !== process?.pid)
		line("thread", String(thread.tid));
	if (object)
		describeObject(object, line);
	line("cpu", String(s.cpu[row]));
	if (s.sentBy[row] >= 0)
		line("message", link(`sent by ${nameOf(s.sentBy[row])}, ${duration(s.end[row] - s.end[s.sentBy[row]])} before`, s.sentBy[row]));
	if (s.takenBy[row] >= 0)
		line("message", link(`received by ${nameOf(s.takenBy[row])}, ${duration(s.end[s.takenBy[row]] - s.end[row])} later`, s.takenBy[row]));
	for (const block of s.blocked)
		if (block.thread === s.thread[row] - 1 && Math.abs(block.since - s.start[row]) < 1000) {
			const holder = s.processes[block.holder];
			line("blocked by", `${holder.comm}[${holder.pid}], which held semaphore ${block.sem}${block.stuck ? `: ${block.stuck}` : ""}`);
		}
	const waker = s.wokenBy(row);
	if (waker >= 0)
		line("went on", link(`when ${nameOf(waker)} gave`, waker));
	for (const [name, text] of [["caller", s.text(s.who[row])], ["more", s.text(s.tail[row])]])
		if (text)
			line(name, make("code", text));
	box.append(list);
	const buttons = make("div", undefined, "row");
	buttons.append(button("◀ before", () => step(-1)), button("after ▶", () => step(1)), button("zoom to it", zoomToIt));
	box.append(buttons);
}

function describeObject(object, line) {
	line("object", `${story.objectName(object)}${object.key ? `, key 0x${(object.key >>> 0).toString(16)}` : ""}`);
	if (object.maker)
		line("made by", `${object.maker}[${object.makerPid}]`);
	if (object.remover)
		line("removed by", `${object.remover}[${object.removerPid}]`);
	if (object.left)
		line("left behind", object.left === 2 ? "yes" : "perhaps: nobody knows whether its creator is alive");
}

function nameOf(row) {
	const process = story.process(row);
	return process ? `${process.comm}[${process.pid}]` : "somebody";
}

// The call before or after that of the same thread
function step(by) {
	const s = story;
	if (view.picked < 0) {
		pick(lowest(0, s.n - 1, i => s.end[i] >= view.t0), true);
		return;
	}
	const t = s.thread[view.picked] - 1, { order, at } = s.byThread;
	const here = lowest(at[t], at[t + 1], i => order[i] >= view.picked);
	const next = here + by;
	if (next >= at[t] && next < at[t + 1])
		pick(order[next], true);
}

function zoomToIt() {
	const s = story, row = view.picked;
	if (row < 0)
		return;
	const wide = Math.max(s.took[row], 10);
	view.show(s.start[row] - wide, s.end[row] + wide);
	view.reveal(row);
}

// ---- Searching -------------------------------------------------------------------------------------

function search(text) {
	const s = story, out = $("matches");
	text = text.trim();
	out.classList.remove("bad");
	$("query").removeAttribute("aria-invalid");
	view.mask = view.found = null;
	out.textContent = "";
	if (text) {
		try {
			const { test } = new Question(text), mask = new Uint8Array(s.n), found = [];
			for (let i = 0; i < s.n; i++)
				if (test(s, i)) {
					mask[i] = 1;
					found.push(i);
				}
			view.mask = mask;
			view.found = Uint32Array.from(found);
			out.textContent = `${found.length.toLocaleString("en")} of ${s.n.toLocaleString("en")}`;
		} catch (error) {
			out.textContent = error.message;
			out.classList.add("bad");
			$("query").setAttribute("aria-invalid", "true");
		}
	}
	for (const lane of s.threadLanes)
		lane.match(view.mask);
	for (const lanes of s.lanes)
		for (const lane of lanes)
			lane.match(view.mask);
	view.overBins = null;
	view.lay();
	view.later();
	remember();
}

function goMatch(by) {
	const found = view.found;
	if (!found || !found.length)
		return;
	let at = view.picked >= 0 ? lowest(0, found.length, i => found[i] >= view.picked) : by > 0 ? -1 : 0;
	if (by > 0 && found[at] === view.picked || by < 0 || at < 0)
		at += by;
	at = (at + found.length) % found.length;
	pick(found[at], true);
	$("matches").textContent = `${(at + 1).toLocaleString("en")} of ${found.length.toLocaleString("en")}`;
}

// ---- The address of a moment --------------------------------------------------------------------------

let remembering;
function remember() {
	clearTimeout(remembering);
	remembering = setTimeout(() => {
		const parts = [`t=${boot(story, Math.max(view.t0, -story.first))},${boot(story, view.t1)}`];
		if (view.picked >= 0)
			parts.push(`call=${view.picked}`);
		if ($("query").value.trim())
			parts.push(`q=${encodeURIComponent($("query").value.trim())}`);
		history.replaceState(null, "", "#" + parts.join("&"));
	}, 250);
}

function fromAddress() {
	const parts = new URLSearchParams(location.hash.slice(1));
	const time = text => {
		const [whole, rest = ""] = text.split(".");
		return Number(BigInt(whole || "0") * 1000000000n + BigInt(rest.slice(0, 9).padEnd(9, "0")) - BigInt(Math.round(story.first)));
	};
	if (parts.has("q")) {
		$("query").value = parts.get("q");
		search(parts.get("q"));
	}
	if (/^\d+(\.\d+)?,\d+(\.\d+)?$/.test(parts.get("t") ?? "")) {
		const [from, to] = parts.get("t").split(",");
		view.show(time(from), time(to));
	}
	const row = Number(parts.get("call") ?? NaN);
	if (row >= 0 && row < story.n) {
		pick(row);
		view.reveal(row);
		if (!parts.has("t"))
			zoomToIt();
	}
}

// ---- Mouse and keys -------------------------------------------------------------------------------------

function tip(event) {
	const box = $("tip"), hit = view.at(event.offsetX, event.offsetY);
	const text = hit && tipText(hit);
	box.hidden = !text;
	if (!text)
		return;
	box.textContent = text;
	box.style.left = `${Math.min(event.offsetX + 14, Math.max(view.w - box.offsetWidth - 8, 0))}px`;
	box.style.top = `${event.offsetY + 60 + box.offsetHeight > view.h + 44 ? event.offsetY + 36 - box.offsetHeight : event.offsetY + 60}px`;
}

function tipText(hit) {
	const s = story;
	if (hit.nr > 1)
		return `${hit.nr.toLocaleString("en")} calls here: click to zoom in`;
	if (hit.row !== undefined) {
		const error = s.error(hit.row);
		return `${nameOf(hit.row)} ${s.text(s.what[hit.row]).slice(0, 160) || s.name(hit.row)}${error ? ` = ${error}` : ""}, ${duration(s.took[hit.row])}`;
	}
	if (hit.gap)
		return hit.gap.why + (hit.gap.count ? ` (${hit.gap.count})` : "");
	if (hit.level)
		return hit.track.levels.map(level => {
			const i = lowest(0, level.times.length, k => level.times[k] > hit.level) - 1;
			const value = i < 0 || level.values[i] < 0 ? "not known" : level.values[i];
			return hit.track.object.family === 0 ? `messages: ${value}` : `#${level.sem}: ${value}`;
		}).join(", ");
	if (hit.track.kind === "process")
		return `${hit.track.label}${hit.track.process.exe ? ` ${hit.track.process.exe}` : ""}, uid ${hit.track.process.uid}`;
	return "";
}

function click(x, y) {
	const hit = view.at(x, y);
	if (!hit)
		return;
	if (hit.track.kind === "head") {
		view.closed[hit.track.of] = !view.closed[hit.track.of];
		view.lay();
		view.later();
	} else if (hit.nr > 1) {
		view.zoom(1 / 8, x);
	} else if (hit.row !== undefined) {
		pick(hit.row);
	} else {
		pick(-1);
	}
}

function mouse() {
	const canvas = view.canvas;
	let drag = null;
	canvas.onpointerdown = event => {
		drag = { x: event.offsetX, y: event.offsetY, t0: view.t0, t1: view.t1, scroll: view.scroll, far: false };
		canvas.setPointerCapture(event.pointerId);
	};
	canvas.onpointermove = event => {
		if (!drag)
			return tip(event);
		const dx = event.offsetX - drag.x, dy = event.offsetY - drag.y;
		drag.far ||= Math.abs(dx) + Math.abs(dy) > 4;
		if (!drag.far)
			return;
		$("tip").hidden = true;
		const by = dx / (view.w - view.left) * (drag.t1 - drag.t0);
		view.show(drag.t0 - by, drag.t1 - by);
		view.scroll = drag.scroll;
		view.scrollBy(-dy);
	};
	canvas.onpointerup = event => {
		if (drag && !drag.far)
			click(event.offsetX, event.offsetY);
		drag = null;
	};
	canvas.onpointerleave = () => $("tip").hidden = true;
	canvas.ondblclick = event => view.zoom(1 / 4, event.offsetX);
	canvas.addEventListener("wheel", event => {
		event.preventDefault();
		const pixels = event.deltaMode ? event.deltaY * 30 : event.deltaY;
		if (event.ctrlKey || event.metaKey || event.altKey)
			view.zoom(Math.exp(Math.max(-1, Math.min(1, pixels / 250))), event.offsetX);
		else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY))
			view.move((event.deltaX || pixels) / view.w);
		else
			view.scrollBy(pixels);
	}, { passive: false });
	const jump = event => {
		const middle = story.begin + event.offsetX / $("overview").clientWidth * view.span, half = (view.t1 - view.t0) / 2;
		view.show(middle - half, middle + half);
	};
	$("overview").onpointerdown = event => {
		$("overview").setPointerCapture(event.pointerId);
		jump(event);
	};
	$("overview").onpointermove = event => event.buttons && jump(event);
}

const KEYS = {
	ArrowLeft: ["move left", () => view.move(-0.15)],
	ArrowRight: ["move right", () => view.move(0.15)],
	ArrowUp: ["scroll up", () => view.scrollBy(-60)],
	ArrowDown: ["scroll down", () => view.scrollBy(60)],
	PageUp: ["a screen up", () => view.scrollBy(-view.h * 0.9)],
	PageDown: ["a screen down", () => view.scrollBy(view.h * 0.9)],
	"+": ["zoom in (also =, w)", () => view.zoom(0.5)],
	"-": ["zoom out (also s)", () => view.zoom(2)],
	0: ["all of it (also Home)", () => view.show(story.begin - view.span * 0.01, story.finish + view.span * 0.02)],
	"[": ["the call before, of the same thread", () => step(-1)],
	"]": ["the call after it", () => step(1)],
	f: ["zoom to the call", zoomToIt],
	m: ["to where its message came from, or went", () => {
		const to = Math.max(story.sentBy[view.picked] ?? -1, story.takenBy[view.picked] ?? -1);
		if (to >= 0)
			pick(to, true);
	}],
	"/": ["search", () => $("query").focus()],
	n: ["next match", () => goMatch(1)],
	N: ["match before", () => goMatch(-1)],
	c: ["boot time or time of day", () => { view.clock = !view.clock; view.later(); }],
	t: ["light or dark", () => setTheme(document.documentElement.dataset.theme === "dark" ? "light" : "dark")],
	Escape: ["close what is open", () => pick(-1)],
	"?": ["this", () => $("help").showModal()],
};
const ALSO = { "=": "+", w: "+", s: "-", Home: "0", a: "ArrowLeft", d: "ArrowRight" };

function keys() {
	document.addEventListener("keydown", event => {
		if (event.ctrlKey || event.metaKey || event.altKey || $("help").open)
			return;
		if (event.target === $("query")) {
			if (event.key === "Escape")
				view.canvas.focus();
			return;
		}
		if (event.target.tagName === "BUTTON" && (event.key === "Enter" || event.key === " "))
			return;
		const act = KEYS[ALSO[event.key] ?? event.key];
		if (act) {
			event.preventDefault();
			act[1]();
		}
	});
}

function setTheme(name) {
	document.documentElement.dataset.theme = name;
	if (view) {
		view.theme();
		view.later();
	}
}

function fillHelp() {
	const help = $("help"), table = make("table"), signs = make("table");
	const row = (to, first, text) => {
		const tr = make("tr"), a = make("td");
		a.append(first);
		tr.append(a, make("td", text));
		to.append(tr);
	};
	for (const [key, [what]] of Object.entries(KEYS))
		row(table, make("kbd", key), what);
	row(table, "wheel, drag", "scroll and move; with Ctrl zoom, with Shift sideways");
	const chip = style => { const span = make("span", undefined, "chip"); span.style.cssText = style; return span; };
	row(signs, chip("background:var(--msg)"), "call on a message queue");
	row(signs, chip("background:var(--sem)"), "call on a semaphore set");
	row(signs, chip("background:var(--shm)"), "call on a shared memory segment");
	row(signs, chip("background:repeating-linear-gradient(135deg,var(--sem) 0 2px,transparent 2px 5px);border:1px solid var(--sem)"), "waits, or has taken more than 50 us and may have waited");
	row(signs, chip("background:linear-gradient(var(--msg) 65%,var(--bad) 65%)"), "it failed");
	row(signs, chip("background:var(--gap);opacity:.5"), "not everything was recorded then");
	row(signs, "⟶", "a message, from who sent it to who received it");
	row(signs, "⇢ dashed", "is blocked by: who held the semaphore when it was looked");
	row(signs, "⇢ dotted", "went on when that one gave: the last that gave while it waited");
	row(signs, "◆", "happened without a call: undo, attach, detach, destroy");
	const text = make("p", `Search: tests with and, or, not and ( ): ${Object.keys(FIELDS).join(", ")}; == != < <= > >= in (…), ~ with * and ?; has FIELD, waited, failed, open. Times as 5us, 1ms, 2s. As in ipctrace-filter(7).`);
	const close = make("form");
	close.method = "dialog";
	close.append(make("button", "close"));
	help.replaceChildren(close, make("h2", "Signs"), signs, make("h2", "Keys"), table, make("h2", "Search"), text);
}

function buttons() {
	$("search").onsubmit = event => {
		event.preventDefault();
		search($("query").value);
		goMatch(1);
		view.canvas.focus();
	};
	let typing;
	$("query").oninput = () => {
		clearTimeout(typing);
		typing = setTimeout(() => search($("query").value), 250);
	};
	$("only").onchange = () => { view.lay(); view.later(); };
	$("next").onclick = () => goMatch(1);
	$("prev").onclick = () => goMatch(-1);
	$("in").onclick = () => view.zoom(0.5);
	$("out").onclick = () => view.zoom(2);
	$("fit").onclick = KEYS[0][1];
	$("clock").onclick = KEYS.c[1];
	$("theme").onclick = KEYS.t[1];
	$("helpButton").onclick = KEYS["?"][1];
}

function notices() {
	const { head } = story, told = [];
	if (head.asked)
		told.push(`Only calls for which holds: ${head.asked}.`);
	if (head.leftOut)
		told.push(`${head.leftOut.toLocaleString("en")} calls more did not fit on the page; they are after these.`);
	if (head.cut)
		told.push("Texts of some calls did not fit on the page: ipctrace report has them.");
	if (story.gaps.length)
		told.push(`Grey: not everything was recorded (${[...new Set(story.gaps.map(gap => gap.why))].join("; ")}).`);
	$("notice").textContent = told.join(" ");
	$("notice").hidden = !told.length;
}

// ---- Begin -------------------------------------------------------------------------------------------------

async function begin() {
	setTheme(matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
	const began = performance.now();
	story = new Story(await unpack());
	const name = story.head.name.replace(/.*\//, "");
	document.title = `${name} – ipctrace timeline`;
	$("title").replaceChildren(name, make("small", ` ${story.n.toLocaleString("en")} calls, ${duration(story.finish - story.begin)}`));
	notices();
	$("loading").hidden = true;
	view = new View(story);
	fillHelp();
	buttons();
	mouse();
	keys();
	fromAddress();
	addEventListener("resize", () => view.resize());
	addEventListener("hashchange", fromAddress);
	matchMedia("(prefers-color-scheme: dark)").addEventListener("change", event => setTheme(event.matches ? "dark" : "light"));
	view.draw();
	document.documentElement.dataset.ready = Math.round(performance.now() - began);
}

begin().catch(error => {
	$("loading").hidden = false;
	$("loading").textContent = `This page cannot be shown: ${error.message}. It needs a browser of 2023 or later.`;
});
