// SPDX-License-Identifier: GPL-2.0-or-later
// usage: memlab.js FILE.heapsnapshot: [id, name, size, retained size] of each
// node on a line, as MemLab has it.
'use strict';
const {getFullHeapFromFile} = require('@memlab/heap-analysis');
const {config} = require('@memlab/core');

config.muteConsole = true;
getFullHeapFromFile(process.argv[2]).then(heap => {
	const lines = [];

	heap.nodes.forEach(n => {
		lines.push(JSON.stringify([n.id, n.name, n.self_size,
					   n.retainedSize]));
	});
	process.stdout.write('\nNODES\n' + lines.join('\n') + '\n');
});
