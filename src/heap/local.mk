src_libpyheld_a_SOURCES += \
	src/heap/addresses.c \
	src/heap/addresses.h \
	src/heap/capture/capture-format.c \
	src/heap/capture/capture-format.h \
	src/heap/capture/capture-heap.c \
	src/heap/capture/capture-open.c \
	src/heap/capture/capture-pack.c \
	src/heap/capture/capture-read.c \
	src/heap/capture/capture-read.h \
	src/heap/capture/capture-redact.c \
	src/heap/capture/capture-redact.h \
	src/heap/capture/capture-table.c \
	src/heap/capture/capture-write.c \
	src/heap/capture/capture.h \
	src/heap/capture/version1.c \
	src/heap/capture/version1.h \
	src/heap/edge.h \
	src/heap/heap.c \
	src/heap/heap.h \
	src/heap/info.h \
	src/heap/naming.c \
	src/heap/naming.h \
	src/heap/object.h \
	src/heap/root.h \
	src/heap/type-kinds.c \
	src/heap/type-kinds.def \
	src/heap/type.h
