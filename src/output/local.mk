src_libpyheld_a_SOURCES += \
	src/output/chain.c \
	src/output/chain.h \
	src/output/cycles.c \
	src/output/cycles.h \
	src/output/diff-json.c \
	src/output/diff.c \
	src/output/diff.h \
	src/output/format.c \
	src/output/format.h \
	src/output/json.c \
	src/output/json.h \
	src/output/jsonl.c \
	src/output/jsonl.h \
	src/output/limit.c \
	src/output/limit.h \
	src/output/object.c \
	src/output/object.h \
	src/output/path.c \
	src/output/path.h \
	src/output/summary.c \
	src/output/summary.h \
	src/output/table.c \
	src/output/table.h \
	src/output/watch.c \
	src/output/watch.h
