# SPDX-License-Identifier: GPL-2.0-or-later
# Committed, so that a cross build needs not run what it built.
dist_bashcompletion_DATA = completions/bash/pyheld
dist_zshcompletion_DATA = completions/zsh/_pyheld
dist_fishcompletion_DATA = completions/fish/pyheld.fish

check_PROGRAMS += completions/generate
completions_generate_SOURCES = completions/generate.c
completions_generate_LDADD = $(libpyheld)

update-completions: completions/generate
	completions/generate bash >$(top_srcdir)/completions/bash/pyheld
	completions/generate zsh >$(top_srcdir)/completions/zsh/_pyheld
	completions/generate fish >$(top_srcdir)/completions/fish/pyheld.fish

.PHONY: update-completions
