# SPDX-License-Identifier: GPL-2.0-or-later
"""Stacks of every kind, for `pyheld stacks`: threads, tasks that wait for each
other in all ways that asyncio has, and what is suspended beside them.  When all
wait, it writes what the interpreter knows of them."""
import asyncio
import gc
import json
import sys
import threading
import time
import types

modern = sys.version_info >= (3, 11)


# Python can't ask these for what they go on with.
WRAPPERS = "async_generator_asend", "coroutine_wrapper"


class Held(object):
    """What a local holds."""


def frame_row(frame):
    code = frame.f_code
    variables = frame.f_locals if code.co_flags & 2 else {}     # CO_NEWLOCALS
    return {"function": getattr(code, "co_qualname", code.co_name),
            "file": code.co_filename, "line": frame.f_lineno,
            "locals": {name: id(value) for name, value in variables.items()}}


def suspended(thing):
    """The frames of a coroutine or generator and of what it waits for,
    innermost first."""
    rows = []
    while thing is not None:
        if type(thing).__name__ in WRAPPERS:
            thing, = [g for g in gc.get_referents(thing)
                      if hasattr(g, "ag_frame") or hasattr(g, "cr_frame")]
        for kind in ("cr", "gi", "ag"):
            if hasattr(thing, kind + "_frame"):
                break
        else:
            break
        frame = getattr(thing, kind + "_frame")
        if frame is None:
            break
        rows.append(frame_row(frame))
        thing = getattr(thing, {"cr": "cr_await", "gi": "gi_yieldfrom",
                                "ag": "ag_await"}[kind])
    return rows[::-1]


async def sleeps(what):
    await asyncio.Event().wait()
    return what


async def handler(number):
    rows = [Held() for _ in range(100)]
    shared = number
    see = lambda: shared                                        # noqa: E731
    await sleeps(rows)
    return see


async def awaits_task(task):
    await task


async def gathers():
    await asyncio.gather(*[handler(n) for n in range(3)])


async def gathers_twice():
    await asyncio.gather(asyncio.gather(sleeps("deep")), sleeps("flat"))


async def waits():
    await asyncio.wait([asyncio.ensure_future(sleeps("waited"))])


async def shields():
    await asyncio.shield(asyncio.ensure_future(sleeps("shielded")))


async def has_timeout():
    await asyncio.wait_for(asyncio.ensure_future(sleeps("limited")), 100000)


async def groups():
    async with asyncio.TaskGroup() as group:
        group.create_task(sleeps("in a group"))
        group.create_task(sleeps("in a group, too"))


async def iterates():
    async for thing in ticks():
        return thing


async def ticks():
    await asyncio.Event().wait()
    yield 1


class Twice:
    def __await__(self):
        yield from asyncio.Event().wait().__await__()


async def awaits_object():
    await Twice()


async def returns():
    return 1


async def fails():
    raise ValueError("on purpose")


async def circle(others, number):
    while len(others) < 2:
        await asyncio.sleep(0)
    await others[1 - number]


def numbers():
    yield from inner_numbers()


def inner_numbers():
    local = [1, 2, 3]
    yield from local
    yield len(local)


def walks():
    other = numbers()
    for number in other:
        yield number


async def feed():
    local = "fed"
    yield local


async def never_awaited():
    pass


def started(generator, times=1):
    for _ in range(times):
        next(generator)
    return generator


def stepped(coroutine):
    try:
        coroutine.send(None)
    except StopIteration:
        pass
    return coroutine


@types.coroutine
def pauses():
    yield "paused"


async def outside():
    local = [Held()]
    await pauses()
    return local


def busy(ready, stop):
    rows = [Held() for _ in range(1000)]
    deeper(ready, stop)
    return rows


def deeper(ready, stop):
    ready.set()
    stop.wait()


beside = {}


def tasks_of(loop, python_task):
    make = loop.create_task
    tasks = {}

    def add(name, coroutine, **options):
        tasks[name] = make(coroutine, **options)
        tasks[name].set_name(name)
    add("awaits task", awaits_task(make(sleeps("awaited"))))
    add("gathers", gathers())
    add("gathers twice", gathers_twice())
    add("waits", waits())
    add("shields", shields())
    add("has timeout", has_timeout())
    add("iterates", iterates())
    add("awaits object", awaits_object())
    add("returns", returns())
    add("fails", fails())
    add("alone", sleeps("alone"))
    if modern:
        add("groups", groups())
    pair = []
    add("circle 0", circle(pair, 0))
    add("circle 1", circle(pair, 1))
    pair.extend([tasks["circle 0"], tasks["circle 1"]])
    tasks["python"] = python_task(handler(7), loop=loop)
    tasks["python"].set_name("of Python")
    add("waits for Python", awaits_task(tasks["python"]))
    tasks["cancelled"] = make(sleeps("cancelled"))
    loop.call_soon(tasks["cancelled"].cancel)
    if sys.version_info >= (3, 12):
        tasks["eager"] = asyncio.Task(sleeps("eager"), loop=loop,
                                      eager_start=False, name="eager")
    return tasks


def second_loop(ready, loops):
    async def main():
        loops.append(asyncio.get_running_loop())
        asyncio.get_running_loop().call_later(0.05, ready.set)
        await sleeps("of the second loop")
    asyncio.new_event_loop().run_until_complete(main())


def all_tasks(loop):
    return [task for task in asyncio.all_tasks(loop)]


def state_of(task):
    return "cancelled" if task.cancelled() else \
        "finished" if task.done() else "waiting"


def task_row(task):
    stack = task.get_stack()
    return {"address": id(task), "name": task.get_name(),
            "state": state_of(task), "frames": suspended(task.get_coro()),
            "outermost": [frame_row(frame) for frame in stack],
            "awaited_by": graph_of(task)}


def graph_of(task):
    if sys.version_info < (3, 14):
        return None
    return sorted(id(waiter) for waiter in task._asyncio_awaited_by or ())


def thread_rows():
    rows = {}
    names = {thread.ident: thread for thread in threading.enumerate()}
    for ident, frame in sys._current_frames().items():
        thread = names[ident]
        if thread is threading.current_thread():
            continue
        frames = []
        while frame:
            frames.append(frame_row(frame))
            frame = frame.f_back
        rows[thread.name] = {"frames": frames}
    return rows


def beside_rows():
    return [{"kind": kind, "address": id(thing), "frames": suspended(thing)}
            for kind, things in beside.items() for thing in things]


def write(loops, tasks):
    """Runs in a thread of its own when all others wait."""
    extra = [t for t in tasks.values() if t.done()]
    python = [tasks["python"]]
    rows = {id(task): task_row(task)
            for loop in loops for task in all_tasks(loop)}
    for task in extra + python:
        rows[id(task)] = task_row(task)
    print(json.dumps({"tasks": list(rows.values()), "threads": thread_rows(),
                      "beside": beside_rows()}), flush=True)


def main():
    ready, stop, second = [threading.Event() for _ in range(3)]
    loops = []
    threading.Thread(target=busy, args=(ready, stop), name="busy",
                     daemon=True).start()
    ready.wait()
    threading.Thread(target=second_loop, args=(second, loops),
                     name="loop 2", daemon=True).start()
    second.wait()
    beside["generator"] = [started(walks()), started(numbers(), 4), numbers()]
    beside["coroutine"] = [stepped(outside()), never_awaited()]
    feeder = feed()
    try:
        feeder.__anext__().send(None)
    except StopIteration:
        pass
    beside["async generator"] = [feeder]
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    loops.append(loop)
    tasks = tasks_of(loop, asyncio.tasks._PyTask)
    loop.call_later(0.2, lambda: threading.Thread(
        target=tell, args=(loops, tasks), name="teller", daemon=True).start())
    loop.run_forever()


def tell(loops, tasks):
    time.sleep(0.3)
    write(loops, tasks)


if __name__ == "__main__":
    main()
