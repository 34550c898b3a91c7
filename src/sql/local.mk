src_libpyheld_a_SOURCES += \
	src/sql/database.c \
	src/sql/database.h \
	src/sql/heaps.c \
	src/sql/heaps.h \
	src/sql/names.c \
	src/sql/names.h \
	src/sql/numbers.c \
	src/sql/numbers.h \
	src/sql/print.c \
	src/sql/print.h \
	src/sql/table.c \
	src/sql/table.h \
	src/sql/tables/captures.c \
	src/sql/tables/frames.c \
	src/sql/tables/mappings.c \
	src/sql/tables/memory.c \
	src/sql/tables/objects.c \
	src/sql/tables/raw-blocks.c \
	src/sql/tables/refs.c \
	src/sql/tables/roots.c \
	src/sql/tables/suspects.c \
	src/sql/tables/tables.c \
	src/sql/tables/tables.def \
	src/sql/tables/tables.h \
	src/sql/tables/threads.c \
	src/sql/tables/types.c \
	src/sql/tables/types.h
