/* SPDX-License-Identifier: GPL-2.0-or-later */
"use strict";

/* What is wrong with one part leaves the others as they are. */
for (const part of [report.tree.start, report.suspects, report.memory,
		    report.growthOver, report.types, report.threads,
		    report.cycles, report.collector, report.doubts])
	try {
		part();
	} catch (error) {
		console.error(error);
	}
/* Paper has no clicks. */
window.addEventListener("beforeprint", () =>
	document.querySelectorAll("#suspects details").forEach(d =>
		d.open = true));
for (const section of document.querySelectorAll("main > section"))
	report.byId("contents").append(report.element("li", null,
		report.element("a", { href: "#" + section.id },
			       section.dataset.short)));
