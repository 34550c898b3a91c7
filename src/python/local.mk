src_libpyheld_a_SOURCES += \
	src/python/checks.c \
	src/python/debug-offsets.c \
	src/python/debug-offsets.def \
	src/python/debug-offsets.h \
	src/python/emulator.h \
	src/python/facts.c \
	src/python/fields.c \
	src/python/fields.def \
	src/python/fields.h \
	src/python/layout-tables.c \
	src/python/hidden.c \
	src/python/layout.c \
	src/python/layout.def \
	src/python/layout.h \
	src/python/member-names-tables.c \
	src/python/member-names.c \
	src/python/member-names.h

src_libpyheld_a_SOURCES += \
	src/python/watchdog.c \
	src/python/watchdog.h
if HAVE_UNICORN
src_libpyheld_a_SOURCES += \
	src/python/emulator-engine.c \
	src/python/emulator-engine.h \
	src/python/emulator-memory.c \
	src/python/emulator-x86-64-trust.c \
	src/python/emulator-x86-64.c \
	src/python/emulator.c
else
src_libpyheld_a_SOURCES += src/python/emulator-none.c
endif

src_libpyheld_a_SOURCES += \
	src/python/describe.c \
	src/python/cut.c \
	src/python/details.c \
	src/python/dict.c \
	src/python/find.c \
	src/python/find.h \
	src/python/found.c \
	src/python/gc-heaps.c \
	src/python/gc.c \
	src/python/ifunc.c \
	src/python/ifunc.h \
	src/python/load.c \
	src/python/load.h \
	src/python/mimalloc.c \
	src/python/mimalloc.h \
	src/python/names.c \
	src/python/objects.c \
	src/python/preview.c \
	src/python/python.h \
	src/python/refs-hamt.c \
	src/python/refs-instance.c \
	src/python/refs-scan.c \
	src/python/refs.c \
	src/python/repr.c \
	src/python/search.c \
	src/python/search.h \
	src/python/size-library.c \
	src/python/size.c \
	src/python/state.h \
	src/python/text.c \
	src/python/type-names.c \
	src/python/types.c

src_libpyheld_a_SOURCES += \
	src/python/frames.c \
	src/python/frames.h \
	src/python/lines.c \
	src/python/roots-frames.c \
	src/python/roots-interpreter.c \
	src/python/roots-stacks.c \
	src/python/roots-threads.c \
	src/python/roots-threads.h \
	src/python/roots-types.c \
	src/python/roots.c \
	src/python/roots.h
