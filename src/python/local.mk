# SPDX-License-Identifier: GPL-2.0-or-later
src_libpyheld_a_SOURCES += \
	src/python/emulator/emulator.h \
	src/python/emulator/ifunc.c \
	src/python/emulator/ifunc.h \
	src/python/emulator/watchdog.c \
	src/python/emulator/watchdog.h \
	src/python/layout/debug-offsets.c \
	src/python/layout/debug-offsets.def \
	src/python/layout/debug-offsets.h \
	src/python/layout/fields.c \
	src/python/layout/fields.def \
	src/python/layout/fields.h \
	src/python/layout/layout-tables.c \
	src/python/layout/layout.c \
	src/python/layout/layout.def \
	src/python/layout/layout.h \
	src/python/layout/member-names-tables.c \
	src/python/layout/member-names.c \
	src/python/layout/member-names.h \
	src/python/load.c \
	src/python/load.h \
	src/python/locate/cut.c \
	src/python/locate/find.c \
	src/python/locate/find.h \
	src/python/locate/gc-freethreaded.c \
	src/python/locate/gc.c \
	src/python/locate/mimalloc.c \
	src/python/locate/mimalloc.h \
	src/python/locate/restore.c \
	src/python/locate/restore.h \
	src/python/locate/search.c \
	src/python/locate/search.h \
	src/python/python.h \
	src/python/refs/details.c \
	src/python/refs/emulated-names.c \
	src/python/refs/names.c \
	src/python/refs/refs-hamt.c \
	src/python/refs/refs-instance.c \
	src/python/refs/refs-scan.c \
	src/python/refs/refs.c \
	src/python/refs/uncounted.c \
	src/python/report/describe.c \
	src/python/report/facts.c \
	src/python/report/self-checks.c \
	src/python/roots/roots-frames.c \
	src/python/roots/roots-interpreter.c \
	src/python/roots/roots-stacks.c \
	src/python/roots/roots-threads.c \
	src/python/roots/roots-threads.h \
	src/python/roots/roots-types.c \
	src/python/roots/roots.c \
	src/python/roots/roots.h \
	src/python/state.h \
	src/python/types/object-map.c \
	src/python/types/type-names.c \
	src/python/types/types.c \
	src/python/values/dict.c \
	src/python/values/frames.c \
	src/python/values/frames.h \
	src/python/values/lines.c \
	src/python/values/preview.c \
	src/python/values/repr.c \
	src/python/values/size-library.c \
	src/python/values/size.c \
	src/python/values/text.c

if HAVE_UNICORN
src_libpyheld_a_SOURCES += \
	src/python/emulator/emulator-engine.c \
	src/python/emulator/emulator-engine.h \
	src/python/emulator/emulator-memory.c \
	src/python/emulator/emulator-x86-64-trust.c \
	src/python/emulator/emulator-x86-64.c \
	src/python/emulator/emulator.c
else
src_libpyheld_a_SOURCES += src/python/emulator/emulator-none.c
endif
