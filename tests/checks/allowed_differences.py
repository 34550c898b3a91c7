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

ALLOWED = [
    ("*/help/*", r"(?s).*", "",
     "help is edited freely; check-docs holds it against the man pages"),
    ("*/errors/*", r"(?m)^(pyheld|Usage|Try).*", "",
     "messages are edited freely; the exit status is still compared"),
    ("*", r"cut short", "truncated", "plain English"),
    ("*", r"truncated, but nothing is missing but the kernel's own page, "
     r"\[vsyscall\]",
     "truncated, but only the kernel's own page, [vsyscall], is missing",
     "plain English"),
    ("*", r"CPython's own data is missing, or a part of it: its static types "
     "are taken from its file, without their dicts and counts",
     "some or all of CPython's own data is missing: its static types are "
     "taken from its file, without their dicts and reference counts",
     "plain English"),
    ("*", r"of (\d+) of these there is debug information: their symbols",
     r"for \1 of these there is debug information: its symbols",
     "plain English"),
    ("*", "the core does not hold the first pages of files: they are taken by "
     "their names",
     "the core lacks the first pages of files: these are found by name alone",
     "plain English"),
    ("*", "it has neither what strings and numbers hold nor the program's "
     "names",
     "it has neither the contents of strings and numbers nor the program's "
     "names", "plain English"),
    ("*", "it does not have what strings and numbers hold",
     "it does not have the contents of strings and numbers", "plain English"),
    ("*", "give the oldest first", "give the oldest target first",
     "plain English"),
    ("*/doctor*", r"pyheld doctor --json (\S+)",
     r"pyheld doctor --verbose --json \1 2>&1",
     "a bug report has what --verbose says"),
]
