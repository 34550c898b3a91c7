src_libpyheld_a_SOURCES += \
	src/base/alloc.c \
	src/base/alloc.h \
	src/base/compiler.h \
	src/base/die.c \
	src/base/die.h \
	src/base/error.c \
	src/base/error.h \
	src/base/files/folder.c \
	src/base/files/folder.h \
	src/base/files/newfile.c \
	src/base/files/newfile.h \
	src/base/files/scratch.c \
	src/base/files/scratch.h \
	src/base/hash.h \
	src/base/log.c \
	src/base/log.h \
	src/base/process.c \
	src/base/process.h \
	src/base/quantity.c \
	src/base/quantity.h \
	src/base/queue.c \
	src/base/queue.h \
	src/base/rlimit.c \
	src/base/rlimit.h \
	src/base/str.c \
	src/base/str.h \
	src/base/vec.h
