# SPDX-License-Identifier: GPL-2.0-or-later
"""Greenlets that wait: in Python, in C, in each other, and that never begin.

usage: greenlets.py [COUNT]: the first one's local has COUNT objects.  Prints a
line of facts, and answers each line by the number that gc.collect() finds.
"""
import gc
import json
import sys
import threading

import greenlet


class Row:
    def __init__(self, number):
        self.number = number


class Worker(greenlet.greenlet):
    pass


main = greenlet.getcurrent()
facts = {"waiting": []}


def wait():
    main.switch()


def waits(name, rows):
    facts["waiting"].append({
        "name": name, "greenlet": id(greenlet.getcurrent()),
        "rows": id(rows), "first": id(rows[0])})


def handler(count):
    rows = [Row(i) for i in range(count)]
    waits("handler", rows)
    wait()
    return rows


def its_own():
    rows = [Row(0)]
    waits("its_own", rows)
    me = greenlet.getcurrent()
    wait()
    return rows, me


def key_of(number):
    if number == 1:
        wait()
    return number


def in_sort():
    rows = [Row(0)]
    waits("in_sort", rows)
    return sorted([3, 1, 2], key=key_of), rows


def in_map():
    rows = [Row(0)]
    waits("in_map", rows)
    return list(map(key_of, [1, 2])), rows


def in_except():
    rows = [Row(0)]
    waits("in_except", rows)
    try:
        raise ValueError(rows)
    except ValueError:
        wait()
    return rows


def numbers():
    rows = [Row(0)]
    waits("numbers", rows)
    wait()
    yield rows


def in_generator():
    for number in numbers():
        return number


def nested(rows):
    """The main greenlet waits for this one, which reports to it."""
    facts["nested"] = {"greenlet": id(greenlet.getcurrent()),
                       "rows": id(rows), "main": id(main)}
    print(json.dumps(facts), flush=True)
    for _ in sys.stdin:
        print(json.dumps({"found": gc.collect()}), flush=True)


def shown():
    rows = [Row(0)]
    waits("shown", rows)
    wait()
    return rows


def begin(function, *args, kind=greenlet.greenlet):
    new = kind(function)
    new.switch(*args)
    return new


def of_ended_thread():
    rows = [Row(0)]
    waits("of_ended_thread", rows)
    greenlet.getcurrent().parent.switch()
    return rows


def begin_in_thread(kept):
    thread = threading.Thread(
        target=lambda: kept.append(begin(of_ended_thread)))
    thread.start()
    thread.join()


def begin_all(count):
    kept = [begin(handler, count)]
    begin(its_own)
    # Greenlet 0.4 throws an exception into it, at some time.
    if not greenlet.__version__.startswith("0."):
        begin_in_thread(kept)
    kept += [begin(in_sort), begin(in_map), begin(in_except, kind=Worker),
             begin(in_generator, kind=Worker), begin(shown)]
    return kept


def main_rows(kept):
    rows = [Row(0)]
    waits("main_rows", rows)
    frame = kept[-1].gr_frame
    while frame.f_code.co_name != "shown":
        frame = frame.f_back
    assert id(frame.f_locals["rows"]) == facts["waiting"][-2]["rows"]
    del frame
    ended = greenlet.greenlet(int)
    ended.switch()
    unstarted = greenlet.greenlet(handler)
    unstarted.data = [Row(0)]
    facts.update(ended=id(ended), unstarted=id(unstarted),
                 data=id(unstarted.data))
    gc.collect()
    gc.disable()
    greenlet.greenlet(nested).switch([Row(0)])
    return rows, ended


main_rows(begin_all(int(sys.argv[1]) if sys.argv[1:] else 100))
