/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Types, threads, cycles, the collector, and what is a guess. */
"use strict";

(function () {
	const { data, element, byId } = report;
	const { summary } = data;

	report.types = function () {
		const before = new Map(data.diff ? data.diff.types.map(t =>
			[t.type, t]) : []);
		const grown = t => { const d = before.get(t.type);
			return d ? t.bytes - d.bytes[0] : 0; };
		const columns = [
			{ title: "Type", value: t => t.type, name: true },
			{ title: "Objects", value: t => t.count, number: true },
			{ title: "Bytes", value: t => t.bytes,
			  text: t => report.bytes(t.bytes), number: true },
			{ title: "Share", value: t => t.bytes,
			  text: t => report.percent(t.bytes, summary.bytes),
			  number: true },
		];

		if (data.diff)
			columns.push({ title: "Growth", value: grown,
				text: t => report.growth(grown(t),
							 report.grownBytes),
				number: true });
		byId("types-table").append(report.table(summary.types, columns,
			{ filter: "Filter types", sort: 2 }));
	};

	/* --- threads --- */

	function localsOf(index) {
		return data.frames.filter(l => l.thread === index);
	}

	/* Threads that wait at the same place are shown once. */
	function groupThreads() {
		const groups = new Map();

		summary.threads.forEach(function (t, i) {
			const stack = t.frames.map(f => f.file + ":" + f.line)
				.join("\n");
			const found = groups.get(stack) || { threads: [],
				indexes: [], frames: t.frames };

			found.threads.push(t);
			found.indexes.push(i);
			groups.set(stack, found);
		});
		return Array.from(groups.values());
	}

	function frame(f, i, kept) {
		const locals = kept.filter(l => l.frame === i);

		return element("li", null, element("code", null, f.function ||
			"?"), " ", element("span", { class: "dim" },
			(f.file || "?") + ":" + (f.line || "?")),
			...locals.slice(0, 10).map(l => element("div",
				{ class: "local" }, "local ", element("code",
				null, l.name), ", " + l.type + ": retains " +
				report.bytes(l.bytes) + " in " +
				report.counted(l.objects, "object"))));
	}

	function thread(group) {
		const t = group.threads[0], nr = group.threads.length;
		const top = group.frames[0];
		const left = t.nr_frames - group.frames.length;
		const kept = group.indexes.flatMap(localsOf);
		const most = kept.reduce((m, l) => Math.max(m, l.bytes), 0);

		return element("details", null,
			element("summary", null, (nr > 1 ? report.count(nr) +
				" threads: " : "") + (t.name || "thread") +
				(nr > 1 ? ", ..." : t.id ? " (" + t.id + ")" :
				 "") + (t.holds_gil ? ", runs" : "") + (top ?
				": " + (top.function || "?") + ", line " +
				(top.line || "?") : "") + (most ? "; a local retains " +
				report.bytes(most) : "")),
			element("ol", { class: "chain" },
				...group.frames.map((f, i) => frame(f, i, kept)),
				left > 0 ? element("li", { class: "dim" },
					report.counted(left, "more frame"),
					", further out") : null));
	}

	function tasks(a) {
		if (!a || !a.count)
			return "";
		return element("div", null, element("h3", null, "asyncio: " +
			report.counted(a.count, "task") + ", of which " +
			report.count(a.waiting) + " wait"),
			a.waits.length ? report.table(a.waits, [
				{ title: "Coroutine", value: w => w.coroutine,
				  name: true },
				{ title: "Waits in", value: w => w.awaits || "",
				  name: true },
				{ title: "Tasks", value: w => w.count,
				  number: true },
			], { shown: 10 }) : "");
	}

	report.threads = function () {
		byId("threads-list").append(...groupThreads().map(thread),
			tasks(data.leaks.asyncio));
	};

	report.cycles = function () {
		const g = data.garbage, c = data.cycles;
		const rows = c.cycles.filter(x => x.kind !== "machinery");
		const head = x => x.types.length ? x.types[0].type : "";

		byId("garbage-lead").textContent = (g.objects ?
			report.counted(g.objects, "object") + " (" +
			report.bytes(g.bytes) + ") are garbage that the" +
			" collector has not freed yet." :
			"There is no garbage.") + " " +
			report.counted(rows.length, "cycle") + " of the" +
			" program's own objects" + (c.nr_cycles > rows.length ?
			", and " + report.count(c.nr_cycles - rows.length) +
			" of classes and modules, as every Python has." : ".");
		if (rows.length)
			byId("cycles-table").append(report.table(rows, [
				{ title: "Types", value: head, name: true,
				  text: x => x.types.slice(0, 4).map(t =>
					t.type).join(", ") },
				{ title: "Bytes", value: x => x.bytes,
				  text: x => report.bytes(x.bytes),
				  number: true },
				{ title: "Objects", value: x => x.objects,
				  number: true },
				{ title: "State", value: x => x.state },
				{ title: "__del__", value: x => x.has_del ?
					"yes" : "no" },
			], { shown: 10 }));
	};

	report.collector = function () {
		byId("collector-table").append(report.table(
			summary.interpreters, [
			{ title: "Interpreter", value: i => i.id },
			{ title: "Enabled", value: i => i.gc.enabled ? "yes" :
				"no" },
			{ title: "Thresholds", value: i =>
				i.gc.thresholds.join(", ") },
			{ title: "Counts", value: i => i.gc.counts.join(", ") },
			{ title: "Objects by generation", value: i =>
				i.gc.objects.map(report.count).join(", ") },
			{ title: "Frozen", value: i => i.gc.frozen,
			  number: true },
			{ title: "gc.garbage", value: i => i.gc.garbage,
			  number: true },
			], { sort: 0 }));
	};

	report.doubts = function () {
		const c = summary.coverage, lines = [];

		lines.push(report.count(c.native) + " objects were read by" +
			" pyheld's own readers, " + report.count(c.emulated) +
			" by running their type's tp_traverse in an emulator.");
		if (c.scanned)
			lines.push(report.count(c.scanned) + " objects were" +
				" scanned for pointers: their references are a" +
				" guess.");
		if (summary.guessed)
			lines.push("The owners of " + report.bytes(
				summary.guessed) + " were found by pointers" +
				" alone.");
		if (c.partial)
			lines.push("Some of the target could not be read: " +
				report.bytes(c.lost_bytes) + " are missing.");
		if (data.tree.opened.some(o => !o))
			lines.push("The tree shows its " + report.count(
				data.tree.above.length - 1) + " largest parts;" +
				" some were not looked into.");
		lines.push(...summary.warnings);
		byId("doubts-list").append(...lines.map(l =>
			element("li", null, l)));
	};
})();
