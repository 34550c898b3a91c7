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

# Read the builds of tools/builds.txt again, see tools/gen-layout.c.
update-layout-tables: tools/gen-layout$(EXEEXT)
	$(top_srcdir)/tools/fetch-builds >tools/builds.list
	root=`$(top_srcdir)/tests/fetch-pythons --print` && \
	tools/gen-layout --root=$$root tools/builds.list \
		>tools/layout-tables.c && \
	tools/gen-layout --members --root=$$root tools/builds.list \
		>tools/member-names-tables.c
	mv tools/layout-tables.c tools/member-names-tables.c \
		$(top_srcdir)/src/python/layout/

EXTRA_DIST += tools/builds.txt tools/fetch-builds
CLEANFILES += tools/builds.list
.PHONY: update-layout-tables

EXTRA_DIST += tools/make-page tools/make-pictures tools/update-d3

# Make the pictures of the README again: of this program, with Chromium.
update-pictures: src/pyheld$(EXEEXT)
	$(top_srcdir)/tools/make-pictures src/pyheld$(EXEEXT)
.PHONY: update-pictures
