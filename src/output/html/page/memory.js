/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ledger: a bar of kinds of memory; a click shows the lines of one. */
"use strict";

(function () {
	const { data, element, byId } = report;
	const words = {
		objects: "Python objects", raw: "data of objects",
		unowned: "blocks without an owner", free: "free in allocators",
		overhead: "overhead of allocators", stack: "stacks",
		file: "files", shared: "shared memory", other: "other",
	};
	const buttons = new Map();

	function grownBy(kind) {
		const older = data.memory.older;

		return older ? data.memory.kinds[kind] - older.kinds[kind] : 0;
	}

	function lines(kind) {
		const before = new Map((data.memory.growth || []).map(l =>
			[l.kind + "\0" + l.part + "\0" + l.name, l.old_bytes]));
		const rows = data.memory.lines.filter(l => l.kind === kind);
		const columns = [
			{ title: "What", value: l => l.name || l.part,
			  name: true },
			{ title: "Bytes", value: l => l.bytes,
			  text: l => report.bytes(l.bytes), number: true },
			{ title: "Count", value: l => l.count, number: true },
		];
		const grown = l => l.bytes - (before.get(l.kind + "\0" + l.part +
					"\0" + l.name) ?? l.bytes);

		if (data.memory.older)
			columns.push({ title: "Growth", value: grown,
				text: l => report.growth(grown(l),
							 report.grownBytes),
				number: true });
		byId("memory-lines").replaceChildren(report.table(rows, columns,
			{ shown: 12, sort: 1, caption: words[kind] + ": " +
			  report.bytes(data.memory.kinds[kind]) + "." }));
		buttons.forEach((both, k) => both.forEach(b =>
			b.setAttribute("aria-pressed", k === kind)));
	}

	const colour = (kind, i) => "k" + (kind === "file" ? 4 : i % 4);

	function segment(kind, i) {
		const bytes = data.memory.kinds[kind];
		const share = bytes / data.memory.resident;
		const text = words[kind] + ", " + report.bytes(bytes);
		const b = element("button", { type: "button", title: text,
			class: colour(kind, i), tabindex: -1,
			"aria-hidden": "true", click: () => lines(kind) },
			share > 0.07 ? words[kind] : "");

		b.style.flex = share + " 1 0";
		buttons.set(kind, [b]);
		return b;
	}

	/* The legend of the bar.  A part may be too thin to be pointed at: here
	 * each has room. */
	function key(kind, i) {
		const b = element("button", { type: "button",
			"aria-pressed": "false", click: () => lines(kind) },
			element("i", { class: colour(kind, i) }),
			words[kind] + " " + report.bytes(data.memory.kinds[kind]),
			grownBy(kind) ? element("span", null, " (",
				report.growth(grownBy(kind), report.grownBytes),
				")") : "");

		buttons.get(kind).push(b);
		return element("li", null, b);
	}

	report.memory = function () {
		const m = data.memory;

		const kinds = Object.keys(words).filter(k =>
			m && m.kinds[k] > 0);

		if (!kinds.length)
			return report.leaveOut("memory");

		byId("memory-lead").append(report.bytes(m.resident) +
			" are resident. ", m.unexplained ?
			report.bytes(m.unexplained) + " are not explained." :
			"Nothing is unexplained.");
		byId("memory-bar").append(...kinds.map(segment));
		byId("memory-kinds").append(...kinds.map(key));
		byId("memory-findings").append(...m.findings.map(f =>
			element("p", { class: "finding" }, f)));
		lines(kinds.reduce((a, b) => m.kinds[a] >= m.kinds[b] ? a : b));
	};
})();
