# SPDX-License-Identifier: GPL-2.0-or-later
# A maintainer's tool, not built by default: "make tools/gen-layout".
EXTRA_PROGRAMS += tools/gen-layout
tools_gen_layout_SOURCES = \
	tools/gen-free-threaded.c \
	tools/gen-layout.c \
	tools/gen-members.c \
	tools/gen.h \
	tools/members.def
tools_gen_layout_LDADD = $(libpyheld)
