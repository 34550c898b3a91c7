src_libpyheld_a_SOURCES += \
	src/target/copy.c \
	src/target/copy.h \
	src/target/debuginfo.c \
	src/target/debuginfo.h \
	src/target/file.c \
	src/target/file.h \
	src/target/image.c \
	src/target/image.h \
	src/target/lazy.c \
	src/target/lazy.h \
	src/target/live.c \
	src/target/live.h \
	src/target/maps.c \
	src/target/maps.h \
	src/target/memory.c \
	src/target/memory.h \
	src/target/object.c \
	src/target/pages.c \
	src/target/pages.h \
	src/target/proc.c \
	src/target/proc.h \
	src/target/process.c \
	src/target/process.h \
	src/target/stop.c \
	src/target/stop.h \
	src/target/target.h
