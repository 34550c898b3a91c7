# SPDX-License-Identifier: GPL-2.0-or-later
"""The loader of Chrome's DevTools, in the Chromium that is here.

Its front end is part of Chromium: the pages devtools://devtools/bundled/...
have the modules that the Memory panel reads heap snapshots with.
"""
import json
import time

from browser import Browser

WORKER = ("devtools://devtools/bundled/entrypoints/heap_snapshot_worker/"
          "heap_snapshot_worker.js")

LOAD = """(async () => {
    const m = await import(%s);
    const progress = {sendEvent() {}};
    const loader = new m.HeapSnapshotLoader.HeapSnapshotLoader(progress);
    const reader = document.querySelector("input").files[0].stream()
        .pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
        const {done, value} = await reader.read();
        if (done)
            break;
        loader.write(value);
    }
    loader.close();
    await loader.parsingComplete;
    const channel = new MessageChannel();
    new m.HeapSnapshot.SecondaryInitManager(channel.port2);
    globalThis.snapshot = await loader.buildSnapshot(channel.port1);
    return snapshot.nodeCount;
})()"""

NODES = """(() => {
    const node = snapshot.createNode(0), ret = [];
    for (let i = 0; i < snapshot.nodes.length;
         i += snapshot.nodeFieldCount) {
        node.nodeIndex = i;
        ret.push([node.type(), node.name(), node.id(), node.selfSize(),
                  node.retainedSize(), node.distance()]);
    }
    return ret;
})()"""

EDGES = """(() => {
    const ret = [];
    for (const i of %s)
        for (let e = snapshot.createNode(i * snapshot.nodeFieldCount).edges();
             e.hasNext(); e.next())
            ret.push([i, e.edge.type(), e.edge.name(),
                      e.edge.nodeIndex() / snapshot.nodeFieldCount]);
    return ret;
})()"""

AGGREGATES = """(() => {
    const ret = {}, all = snapshot.aggregatesWithFilter({});
    for (const key of Object.keys(all))
        ret[all[key].name] = [all[key].count, all[key].self];
    return ret;
})()"""


class DevTools(Browser):
    """with DevTools(path) as d: d.nodes()

    `warnings` is what the loader says on the console: unreachable nodes.
    """
    def __init__(self, path):
        super().__init__()
        self.events = []
        self.call("Page.navigate", url=WORKER)
        end = time.monotonic() + 60
        while not any(e["method"] == "Page.loadEventFired"
                      for e in self.events):
            self.events.append(self.read(end))
        self.value("document.body.innerHTML = '<input type=file>'")
        root = self.call("DOM.getDocument")["root"]["nodeId"]
        node = self.call("DOM.querySelector", nodeId=root,
                         selector="input")["nodeId"]
        self.call("DOM.setFileInputFiles", nodeId=node, files=[path])
        self.nr_nodes = self.value(LOAD % json.dumps(WORKER))
        self.warnings = [str(m) for m in self.messages()]

    def nodes(self):
        """[(type, name, id, size, retained size, distance), ...]"""
        return [tuple(x) for x in self.value(NODES)]

    def edges(self, nodes):
        """[(number of the node, type, name, number of the other), ...]"""
        return [tuple(x) for x in self.value(EDGES % json.dumps(nodes))]

    def classes(self):
        """{name: (how many, bytes)}, as the view "Summary" lists them."""
        return {k: tuple(v) for k, v in self.value(AGGREGATES).items()}
