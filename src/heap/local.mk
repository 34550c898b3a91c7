src_libpyheld_a_SOURCES += \
	src/heap/heap.c \
	src/heap/heap.h \
	src/heap/naming.c \
	src/heap/naming.h
