/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The head of the report, and a card for each suspect. */
"use strict";

(function () {
	const { data, element, byId } = report;
	const { summary, leaks } = data;
	const target = summary.target;
	const older = data.captures.slice(0, -1);

	function figure(title, value, more) {
		byId("figures").append(element("div", null,
			element("dt", null, title),
			element("dd", null, value,
				more ? element("small", null, more) : null)));
	}

	/* " in 2 hours"; nothing if a time is not known. */
	function since() {
		return older.length && target.taken_at && older[0].taken_at ?
			" in " + report.duration(target.taken_at -
						 older[0].taken_at) : "";
	}

	function growthSince(grown, format) {
		return older.length ? element("span", null,
			report.growth(grown, format), since()) : null;
	}

	function head() {
		const now = data.captures[data.captures.length - 1];

		const name = target.command || (target.pid ? "Process " +
			target.pid : "") || target.source ||
			"A Python process";

		document.title = "pyheld: " + name;
		byId("version").textContent = data.version;
		byId("title").textContent = name;
		byId("process").textContent = [
			target.pid ? "PID " + target.pid : null,
			target.host ? "on " + target.host : null,
			"CPython " + summary.python.version,
			target.start_time ? "started " +
				report.time(target.start_time) : null,
			"read at " + report.time(target.taken_at),
		].filter(Boolean).join(", ");
		figure("Resident memory", target.resident ?
		       report.bytes(target.resident) : "not known",
		       older.length && older[0].resident && target.resident ?
		       growthSince(target.resident - older[0].resident,
				   report.grownBytes) : null);
		figure("Python objects", report.count(summary.objects),
		       growthSince(now.objects - (older.length ?
				   older[0].objects : 0), report.grownCount));
		figure("Bytes of objects", report.bytes(summary.bytes),
		       growthSince(now.bytes - (older.length ?
				   older[0].bytes : 0), report.grownBytes));
		figure("Threads", report.count(summary.threads.length));
		figure("Suspects", report.count(leaks.suspects.length));
	}

	function explained() {
		if (!leaks.suspects.length)
			return leaks.resident_growth > 0 ?
				"Resident memory grew by " +
				report.bytes(leaks.resident_growth) + "." : "";
		if (leaks.resident_growth > 0)
			return "Resident memory grew by " +
			       report.bytes(leaks.resident_growth) +
			       "; what is below explains " +
			       report.bytes(Math.max(0, leaks.explained)) +
			       " of it (" + report.percent(Math.max(0,
			       leaks.explained), leaks.resident_growth) + ").";
		if (leaks.resident)
			return report.bytes(leaks.resident) + " are resident;" +
			       " what is below explains " +
			       report.bytes(leaks.explained) + " of it.";
		return "";
	}

	function step(s, i, chain) {
		const last = i === chain.steps.length - 1;

		return element("li", null, element("code", null, s.name || "?"),
			" ", element("span", { class: "dim" }, s.type),
			s.guessed ? " (a guess)" : null,
			last ? element("strong", null, " \u2190 this") : null);
	}

	/* The chain as text, to send. */
	function chainText(c) {
		const lines = c.steps.map((s, i) => "  ".repeat(i + 1) +
			(s.name || "?") + "  " + s.type + " " + s.address +
			(s.guessed ? " (a guess)" : ""));

		return (c.root ? c.root.kind + " " + c.root.name + "\n" : "") +
		       lines.join("\n") + "\n" +
		       (c.expression ? c.expression + "\n" : "");
	}

	function chain(c) {
		if (!c || !c.steps || !c.steps.length)
			return null;
		return element("details", { class: "way" },
			element("summary", null, "What holds it: " +
				report.counted(c.steps.length, "step")),
			c.root ? element("p", { class: "dim" }, "From a root: " +
				c.root.kind + " " + c.root.name) : null,
			element("ol", { class: "chain" }, ...c.steps.map(
				(s, i) => step(s, i, c))),
			c.expression ? element("p", null, "In Python: ",
				element("code", null, c.expression)) : null,
			report.copyButton(chainText(c), "the chain"));
	}

	function types(s) {
		if (!s.types || !s.types.length)
			return null;
		return element("details", null,
			element("summary", null, "What it keeps: " +
				s.types.slice(0, 3).map(t =>
					report.count(t.count) + " " + t.type)
				.join(", ")),
			report.table(s.types, [
				{ title: "Type", value: t => t.type, name: true },
				{ title: "Bytes", value: t => t.bytes,
				  text: t => report.bytes(t.bytes), number: true },
				{ title: "Objects", value: t => t.count,
				  number: true },
			], { shown: 8 }));
	}

	/* "  That is 4.4 MiB a second." */
	function rate(grown) {
		const seconds = target.taken_at - (older[0].taken_at ||
						   target.taken_at);
		const [word, length] = seconds < 300 ? ["second", 1] :
			seconds < 18000 ? ["minute", 60] :
			seconds < 400000 ? ["hour", 3600] : ["day", 86400];

		return seconds > 0 && grown > 0 ? " That is " +
			report.bytes(Math.round(grown * length / seconds)) +
			" a " + word + "." : "";
	}

	function growth(g) {
		const then = g && g.old_bytes ? g.old_bytes[0] : null;

		if (then === null || then === undefined)
			return null;
		return element("p", null, report.growth(g.bytes - then,
			report.grownBytes), since() + ": " +
			report.bytes(then) + " then, " + report.bytes(g.bytes) +
			" now" + (g.old_entries && g.entries ? "; " +
			report.count(g.old_entries[0]) + " entries then, " +
			report.count(g.entries) + " now" : "") + "." +
			rate(g.bytes - then));
	}

	function card(s) {
		const all = summary.bytes;

		return element("li", { class: "suspect" },
			element("h3", null, s.title),
			element("p", null, element("strong", null,
				report.bytes(s.bytes)), " in " +
				report.counted(s.objects, "object") + ", " +
				report.percent(s.bytes, all) +
				" of the bytes of all objects"),
			element("div", { class: "share", role: "img",
				"aria-label": report.percent(s.bytes, all) },
				element("div")),
			growth(s.growth),
			s.fix ? element("p", { class: "fix" },
				element("strong", null, "Usual fix: "),
				s.fix) : null,
			samples(s), chain(s.chain), types(s), commands(s),
			report.inTreeButton(s.object && s.object.address,
					    "Show it in the tree"));
	}

	/* A few of its last entries, to recognise it by. */
	function samples(s) {
		return s.samples && s.samples.length ?
			element("p", null, "Last entries: ",
				...s.samples.flatMap((text, i) => [
					i ? ", " : "",
					element("code", null, text)])) : null;
	}

	/* To look further, in a terminal. */
	function commands(s) {
		const who = target.pid ? String(target.pid) : "TARGET";
		const address = s.object ? s.object.address : null;
		const command = "pyheld object " + who + " " + address;

		return address ? element("p", { class: "command" },
			"In a terminal: ", element("code", null, command), " ",
			report.copyButton(command, "the command")) : null;
	}

	/* What is large, but did not grow. */
	function large(s) {
		return element("li", null, s.title + ": " +
			report.bytes(s.bytes) + ".");
	}

	/* Widths are set here, as a strict policy allows no style attributes. */
	function setShares() {
		document.querySelectorAll(".suspect .share div").forEach(
			(e, i) => e.style.width = Math.min(100, 100 *
				leaks.suspects[i].bytes / summary.bytes) + "%");
	}

	report.suspects = function () {
		head();
		byId("suspects-lead").textContent = (leaks.suspects.length ? "" :
			"Nothing looks like a leak to pyheld. ") + explained();
		byId("suspect-cards").append(...leaks.suspects.map(card));
		setShares();
		if (leaks.large && leaks.large.length)
			byId("suspects-large").append(
				element("h3", null, "Large, and not growing"),
				element("ul", null, ...leaks.large.map(large)));
	};
})();
