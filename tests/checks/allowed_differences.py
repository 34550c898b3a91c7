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
]
