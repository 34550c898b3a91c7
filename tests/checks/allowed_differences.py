# SPDX-License-Identifier: GPL-2.0-or-later
"""What compare-programs lets a new program say differently, and why.

A rule is (GLOB, REGEX, REPLACEMENT, REASON).  GLOB selects comparisons by
name, as compare-programs prints them ("3.8.18-pyenv/leaks/*").  REGEX and
REPLACEMENT turn the old words into the new ones, as re.sub() does; a rule is
applied to the output of both programs, so that it never hides more than the
words that it names.  In reports for people the REGEX sees a paragraph as one
line with single spaces, so a sentence may break anywhere.

Keep rules narrow: name the words, not the whole line.  Remove a rule when the
old program is one that has the new words.
"""
import re

# Words of the old program and their plain English.  The old words are literal,
# but for a lookahead.
PLAIN_ENGLISH = [
    ("give the oldest first", "give the oldest target first"),
    ("cut short",
     "truncated"),
    ("truncated, but nothing is missing but the kernel's own "
     "page, [vsyscall]",
     "truncated, but only the kernel's own page, [vsyscall], is "
     "missing"),
    ("CPython's own data is missing, or a part of it: its static "
     "types are taken from its file, without their dicts and "
     "counts",
     "some or all of CPython's own data is missing: its static "
     "types are taken from its file, without their dicts and "
     "reference counts"),
    ("these there is debug information: their symbols",
     "these there is debug information: its symbols"),
    ("of (?=[0-9]+ of these there is debug)",
     "for "),
    ("the core does not hold the first pages of files: they are "
     "taken by their names",
     "the core lacks the first pages of files: these are found by "
     "name alone"),
    ("it has neither what strings and numbers hold nor the "
     "program's names",
     "it has neither the contents of strings and numbers nor the "
     "program's names"),
    ("it does not have what strings and numbers hold",
     "it does not have the contents of strings and numbers"),
    ("Remove entries when they are done with",
     "Remove entries that are no longer needed"),
    ("or let the object that has it go",
     "or drop the object that has it"),
    ("A class's attribute is one for all instances and lives",
     "A class attribute is shared by all instances and lives"),
    ("owners are done with",
     "owners are no longer needed"),
    ("remove and close those that are done with (removeHandler, "
     "close). Loggers are never forgotten: do not name them by "
     "request or connection",
     "remove and close those that are no longer needed "
     "(removeHandler, close). Loggers live for ever: do not name "
     "them after requests or connections"),
    ("See why nobody takes entries out",
     "Find out why nothing takes entries out"),
    ("a thread's local lives as long as its thread, in pools for "
     "ever",
     "a thread local lives as long as its thread, in a thread "
     "pool for ever"),
    ("The function keeps what it has closed over: let go of the "
     "function",
     "The function keeps the variables of its closure: drop the "
     "function"),
    ("A default is made once, for all calls: use None and make",
     "A default argument is created once, for all calls: use None "
     "and create"),
    ("lets go of the locals",
     "releases the locals"),
    ("Make classes once",
     "Create classes once"),
    ("Cut the chain where it is done with (set the reference to "
     "None), or keep the last ones in",
     "Cut the chain where it is no longer needed (set the "
     "reference to None), or keep only the last objects in"),
    ("or make no cycles: weakref for the way back to a parent",
     "or avoid cycles: use weakref for references back to a parent"),
    ("Some extension or ctypes code took references and does not "
     "give them back",
     "An extension module or ctypes code takes references and "
     "does not release them"),
    ("unregister() what is done with",
     "unregister() what is no longer needed"),
    ("where the strings are made",
     "where the strings are created"),
    ("make a new one of what is left (d",
     "replace it by a copy (d"),
    ("has not come to yet",
     "has not reached yet"),
    ("are objects of their own",
     "are separate objects"),
    ("of all strings that look equal",
     "among all equal strings,"),
    ("may go,",
     "are redundant,"),
    ("a guess, there may be no such reference",
     "a guess, the reference may not exist"),
    ("target's memory missing",
     "target's memory are missing"),
    ("an error of pyheld's: please",
     "a bug in pyheld: please"),
    ("whose count says nothing",
     "whose reference count means nothing"),
    ("left out, too:",
     "also left out:"),
    (" of strings and other atoms: a capture does not say who "
     "holds them",
     ", strings and other atoms: a capture does not record what "
     "holds them"),
    ("From there the way to it",
     "From there, the chain to it"),
    ("held by another, further",
     "held by another holder, further"),
    ("with it go what the collector does not look at",
     "freed with it, though the collector does not look at it"),
    ("for a class's tp_del",
     "as a class has tp_del"),
    ("components that are alike",
     "similar components"),
    ("with weak references that call back",
     "with weakref callbacks"),
    ("may bring back what",
     "may resurrect what"),
    ("held from outside of the objects by",
     "held from outside the heap by"),
    ("some may be none",
     "some may not exist"),
    ("does not know may lack",
     "does not know may be missing"),
    ("counts have the references that are found",
     "no object has more references than it counts"),
    ("Readers held against the types' own code, in the",
     "Readers compared with the types' own code in the"),
    ("A capture says nothing of the checks that were made when it "
     "was taken, but for the warnings that it repeats: ask the "
     "process or the core file",
     "A capture does not contain the checks that were made when "
     "it was taken, only their warnings: run doctor on the "
     "process or the core file"),
    ("of what came (?=[0-9])",
     "of what came, "),
    ("could not be followed, as the code of their types is in "
     "files that can't be found: they are scanned for pointers",
     "are only scanned for pointers, because the code of their "
     "types is in files that can't be found"),
    ("the collector's lists lead to what is missing:",
     "missing memory breaks the collector's lists:"),
    ("objects beyond were found by",
     "more objects were found by"),
    ("is within a collection:",
     "is in a collection:"),
    ("is newer than the tables know:",
     "is newer than pyheld's tables:"),
    ("the state of the interpreter at (?=0x[0-9a-f]+ is missing, "
     "or a part)",
     "some or all of the state of the interpreter at "),
    (" is missing, or a part of it",
     " is missing"),
    ("visits what is no object, in",
     "visits pointers to no object, in"),
    (": that was left out",
     ": these are left out"),
    ("what lay there is missing",
     "what was there is missing"),
    (": its objects are emulated",
     ": the emulator reads its objects"),
    ("have no end",
     "do not end"),
    ("nothing that it has mapped defines _PyRuntime",
     "none of its files has the symbol _PyRuntime"),
    ("what is there of the core shows no CPython's runtime with "
     "its types",
     "the existing part of the core has no CPython runtime with "
     "its types"),
    ("the part of the core that is missing: no object can be told "
     "without them",
     "the missing part of the core: without them no object can be "
     "found"),
]

ALLOWED = [
    ("*/under_an_odd_key/*", r"ODD_KEYS\['a in b  x'\]",
     "ODD_KEYS['a  in b  x']",
     "the key has two spaces there: the old text could not be pasted"),
    ("*/help/*", r"(?s).*", "",
     "help is edited freely; check-docs holds it against the man pages"),
    ("*/errors/*", r"(?m)^(pyheld|Usage|Try).*", "",
     "messages are edited freely; the exit status is still compared"),
    ("*/doctor*", r"pyheld doctor --json (\S+)",
     r"pyheld doctor --verbose --json \1 2>&1",
     "a bug report has what --verbose says"),
    ("*/export*", r'("type":"_multibytecodec\.MultibyteCodec".*"name":")'
     r'at offset 24"', r'\1.module"',
     "the table of member names has the modules of all extensions"),
] + [
    # Both words match: a paragraph that no rule matches keeps its lines.
    ("*", "%s|%s" % (old if "(?=" in old else re.escape(old), re.escape(new)),
     new, "plain English")
    for old, new in PLAIN_ENGLISH
]
