src_libpyheld_a_SOURCES += \
	src/heap/addresses.c \
	src/heap/addresses.h \
	src/heap/capture-format.c \
	src/heap/capture-format.h \
	src/heap/capture-heap.c \
	src/heap/capture-open.c \
	src/heap/capture-pack.c \
	src/heap/capture-read.c \
	src/heap/capture-read.h \
	src/heap/capture-redact.c \
	src/heap/capture-redact.h \
	src/heap/capture-table.c \
	src/heap/capture-write.c \
	src/heap/capture.h \
	src/heap/heap.c \
	src/heap/heap.h \
	src/heap/naming.c \
	src/heap/naming.h
